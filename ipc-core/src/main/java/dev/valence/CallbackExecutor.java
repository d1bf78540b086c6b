package dev.valence;

import java.util.Objects;
import java.util.concurrent.Executor;

/** Where listeners, handlers and the dependants of calls run. */
public sealed interface CallbackExecutor {

    /** Returns the default: as many threads as there is work, 256 at most; virtual threads on Java 21 and later. */
    static CallbackExecutor elastic() {
        return new Elastic(256);
    }

    /** Returns an elastic executor that runs at most this many callbacks; those that wait for a reply do not count. */
    static CallbackExecutor elastic(int maxRunning) {
        return new Elastic(maxRunning);
    }

    /**
     * Returns an executor that hands callbacks to a thread of the application in order, such as {@code
     * CallbackExecutor.serial(SwingUtilities::invokeLater)}. The library does not wait for one to return before it hands
     * over the next, so that modal dialogs keep working. {@code invokeSync} inside a callback is refused.
     */
    static CallbackExecutor serial(Executor executor) {
        return new Serial(executor);
    }

    /**
     * Returns the executor that runs callbacks on the I/O thread itself. For callbacks that never wait: one that is slow
     * holds up every connection of the process, and calls that would wait throw at once.
     */
    static CallbackExecutor direct() {
        return new Direct();
    }

    /**
     * See {@link #elastic(int)}.
     *
     * @param maxRunning at least 1
     */
    record Elastic(int maxRunning) implements CallbackExecutor {
        /** Checks the bound. */
        public Elastic {
            Limits.checkPositive("maxRunning", maxRunning);
        }
    }

    /**
     * See {@link #serial(Executor)}.
     *
     * @param executor runs tasks one after the other, in order
     */
    record Serial(Executor executor) implements CallbackExecutor {
        /** Checks the executor. */
        public Serial {
            Objects.requireNonNull(executor, "executor");
        }
    }

    /** See {@link #direct()}. */
    record Direct() implements CallbackExecutor {}
}
