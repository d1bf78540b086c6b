package dev.valence.session;

import dev.valence.CallbackExecutor;
import dev.valence.ErrorCode;
import dev.valence.IpcEvent;
import dev.valence.IpcException;
import dev.valence.Limits;
import dev.valence.Payload;
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
 */
public record Services(
        Limits limits, Codecs codecs, Dispatcher dispatcher, Deadlines deadlines, Tally tally, UncaughtErrorHook hook)
        implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Services.class);

    /**
     * Starts the services of a process.
     *
     * @param clockName name of the thread that watches deadlines
     */
    public static Services start(
            Limits limits, CallbackExecutor executor, Codecs codecs, UncaughtErrorHook hook, String clockName) {
        return new Services(
                limits, codecs, Dispatcher.of(executor), new Deadlines(clockName), new Tally(), new SafeHook(hook));
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
    public static void logUncaughtError(IpcEvent<?> event, Throwable error) {
        LOG.error("a listener of '{}' failed", event.channel(), error);
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
