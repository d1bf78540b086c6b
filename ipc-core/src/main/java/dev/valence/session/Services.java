package dev.valence.session;

import dev.valence.CallbackExecutor;
import dev.valence.ErrorCode;
import dev.valence.IpcEvent;
import dev.valence.IpcException;
import dev.valence.Limits;
import dev.valence.Payload;
import dev.valence.Tap;
import dev.valence.UncaughtErrorHook;
import dev.valence.call.Deadlines;
import dev.valence.call.Dispatcher;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What all sessions of one process share.
 *
 * @param limits the bounds it keeps
 * @param codecs its encodings
 * @param dispatcher runs its callbacks
 * @param deadlines its clock
 * @param tally counts what it drops
 * @param hook told what listeners throw
 * @param lostReplies notices answers that can never come
 * @param maxListeners of one channel of a receiver before a leak is suspected
 * @param tap sees what goes in and out; null if nobody looks
 */
public record Services(
        Limits limits,
        Codecs codecs,
        Dispatcher dispatcher,
        Deadlines deadlines,
        Tally tally,
        UncaughtErrorHook hook,
        LostReplies lostReplies,
        int maxListeners,
        @Nullable Tap tap)
        implements AutoCloseable {

    /** How many listeners of a channel are no surprise, unless the options say otherwise. */
    public static final int MAX_LISTENERS = 10;

    private static final Logger LOG = LoggerFactory.getLogger(Services.class);

    /**
     * Starts the services of a process.
     *
     * @param clockName name of the thread that watches deadlines
     */
    public static Services start(
            Limits limits, CallbackExecutor executor, Codecs codecs, UncaughtErrorHook hook, String clockName) {
        Deadlines deadlines = new Deadlines(clockName);
        return new Services(
                limits,
                codecs,
                Dispatcher.of(executor),
                deadlines,
                new Tally(),
                new SafeHook(hook),
                new LostReplies(deadlines),
                MAX_LISTENERS,
                null);
    }

    /** Returns the same services for a process that looks at its traffic and its listeners in this way. */
    public Services watchedBy(@Nullable Tap newTap, int newMaxListeners) {
        return new Services(limits, codecs, dispatcher, deadlines, tally, hook, lostReplies, newMaxListeners, newTap);
    }

    /** Returns the same services for what has to do with one peer, and counts that apart. */
    public Services countedBy(Tally part) {
        return new Services(limits, codecs, dispatcher, deadlines, part, hook, lostReplies, maxListeners, tap);
    }

    /**
     * Checks the bound on listeners that options name.
     *
     * @throws IllegalArgumentException if it is not positive
     */
    public static void checkMaxListeners(int listeners) {
        if (listeners <= 0) {
            throw new IllegalArgumentException("maxListeners: " + listeners + " (expected: 1 or more)");
        }
    }

    /**
     * Encodes a value.
     *
     * @throws IpcException with ENCODE_FAILED or PAYLOAD_TOO_LARGE
     */
    public Payload encode(@Nullable Object value) {
        Payload payload = codecs.encode(value);
        if (payload.bytes().length > limits.payloadBytes()) {
            throw new IpcException(
                    ErrorCode.PAYLOAD_TOO_LARGE,
                    "payload: " + payload.bytes().length + " bytes (expected: at most " + limits.payloadBytes() + ")");
        }
        return payload;
    }

    /** Stops the clock; callbacks that run go on. */
    @Override
    public void close() {
        deadlines.close();
        dispatcher.close();
    }

    /** Logs what listeners throw: the hook of a process that names none. */
    public static final class ErrorLog implements UncaughtErrorHook {
        @Override
        public void onUncaughtError(IpcEvent<?> event, Throwable error) {
            LOG.error("a listener of '{}' failed", event.channel(), error);
        }
    }

    /** A logger calls the methods of a throwable, and those are code of the application too. */
    private static void reportHook(Throwable failure) {
        try {
            LOG.error("the uncaught-error hook failed", failure);
        } catch (Throwable t) {
            LOG.error("the uncaught-error hook failed with what cannot be logged: {}", failure.getClass());
        }
    }

    private record SafeHook(UncaughtErrorHook hook) implements UncaughtErrorHook {
        @Override
        public void onUncaughtError(IpcEvent<?> event, Throwable error) {
            try {
                hook.onUncaughtError(event, error);
            } catch (Throwable t) {
                reportHook(t);
            }
        }
    }
}
