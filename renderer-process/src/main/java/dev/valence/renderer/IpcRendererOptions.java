package dev.valence.renderer;

import dev.valence.CallbackExecutor;
import dev.valence.Endpoint;
import dev.valence.Limits;
import dev.valence.PayloadCodec;
import dev.valence.Tap;
import dev.valence.UncaughtErrorHook;
import dev.valence.session.Services;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * How a renderer connects. Each method returns a copy.
 *
 * @param endpoint where main listens; null for what the launcher handed over
 * @param token what proves who this is, 64 hexadecimal digits; null with a null endpoint
 * @param executor runs callbacks
 * @param limits the bounds
 * @param codecs encodings of the application
 * @param uncaughtErrorHook told what listeners throw
 * @param maxListeners of one channel; with more a leak is suspected, and logged once with its place
 * @param tap sees all that is sent and received; null for none
 */
public record IpcRendererOptions(
        @Nullable Endpoint endpoint,
        @Nullable String token,
        CallbackExecutor executor,
        Limits limits,
        List<PayloadCodec> codecs,
        UncaughtErrorHook uncaughtErrorHook,
        int maxListeners,
        @Nullable Tap tap) {

    private static final IpcRendererOptions LAUNCHED = new IpcRendererOptions(
            null,
            null,
            CallbackExecutor.elastic(),
            Limits.defaults(),
            List.of(),
            new Services.ErrorLog(),
            Services.MAX_LISTENERS,
            null);

    /** Checks and copies. */
    public IpcRendererOptions {
        Objects.requireNonNull(executor, "executor");
        Objects.requireNonNull(limits, "limits");
        Objects.requireNonNull(uncaughtErrorHook, "uncaughtErrorHook");
        codecs = List.copyOf(codecs);
        Services.checkMaxListeners(maxListeners);
        if ((endpoint == null) != (token == null)) {
            throw new IllegalArgumentException("endpoint and token: one is missing (expected: both or none)");
        }
        if (token != null && !token.matches("[0-9a-fA-F]{64}")) {
            throw new IllegalArgumentException(
                    "token: " + token.length() + " characters (expected: 64 hexadecimal digits)");
        }
    }

    /** Returns the options of a renderer that main launched. */
    public static IpcRendererOptions launched() {
        return LAUNCHED;
    }

    /**
     * Returns the options of a renderer that main invited.
     *
     * @param endpoint from the invitation
     * @param token from the invitation
     */
    public static IpcRendererOptions to(Endpoint endpoint, String token) {
        return new IpcRendererOptions(
                Objects.requireNonNull(endpoint, "endpoint"),
                Objects.requireNonNull(token, "token"),
                LAUNCHED.executor,
                LAUNCHED.limits,
                LAUNCHED.codecs,
                LAUNCHED.uncaughtErrorHook,
                LAUNCHED.maxListeners,
                LAUNCHED.tap);
    }

    /** Returns a copy with another executor for callbacks. */
    public IpcRendererOptions withExecutor(CallbackExecutor newExecutor) {
        return new IpcRendererOptions(
                endpoint, token, newExecutor, limits, codecs, uncaughtErrorHook, maxListeners, tap);
    }

    /** Returns a copy with other limits. */
    public IpcRendererOptions withLimits(Limits newLimits) {
        return new IpcRendererOptions(
                endpoint, token, executor, newLimits, codecs, uncaughtErrorHook, maxListeners, tap);
    }

    /** Returns a copy with further encodings. */
    public IpcRendererOptions withCodecs(PayloadCodec... newCodecs) {
        return new IpcRendererOptions(
                endpoint, token, executor, limits, Arrays.asList(newCodecs), uncaughtErrorHook, maxListeners, tap);
    }

    /** Returns a copy with another hook for what listeners throw. */
    public IpcRendererOptions withUncaughtErrorHook(UncaughtErrorHook hook) {
        return new IpcRendererOptions(endpoint, token, executor, limits, codecs, hook, maxListeners, tap);
    }

    /** Returns a copy that suspects a leak at more than this many listeners of one channel. */
    public IpcRendererOptions withMaxListeners(int listeners) {
        return new IpcRendererOptions(endpoint, token, executor, limits, codecs, uncaughtErrorHook, listeners, tap);
    }

    /** Returns a copy with a tap, which sees all that this renderer sends and receives. */
    public IpcRendererOptions withTap(Tap newTap) {
        return new IpcRendererOptions(
                endpoint,
                token,
                executor,
                limits,
                codecs,
                uncaughtErrorHook,
                maxListeners,
                Objects.requireNonNull(newTap, "tap"));
    }

    /** Does not show the token. */
    @Override
    public String toString() {
        return "IpcRendererOptions[" + (endpoint == null ? "launched" : endpoint) + "]";
    }
}
