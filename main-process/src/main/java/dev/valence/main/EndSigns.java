package dev.valence.main;

import dev.valence.ErrorCode;
import dev.valence.IpcException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What is known when a renderer has ended.
 *
 * @param state its last one
 * @param process how its process ended; null if it was invited, or never started
 * @param disconnection why its connection ended; null if it had none
 * @param failedLaunch why main gave the launch up; null if it did not
 */
record EndSigns(
        RendererState state,
        @Nullable RendererExit process,
        @Nullable IpcException disconnection,
        @Nullable String failedLaunch) {

    /** Says how it ended, in terms of what it was to main. */
    RendererExit describe(String name, Duration uptime) {
        if (process == null) {
            return describeWithoutProcess(name, uptime);
        }
        if (failedLaunch != null) {
            return process.because(ExitReason.LAUNCH_FAILED, failedLaunch);
        }
        boolean isOwnEnd = process.reason() == ExitReason.ABNORMAL_EXIT || process.reason() == ExitReason.CLEAN_EXIT;
        if (isOwnEnd && disconnection == null && state == RendererState.LAUNCHING) {
            return process.because(ExitReason.LAUNCH_FAILED, process.complaint().orElse("ended before it connected"));
        }
        if (process.reason() == ExitReason.ABNORMAL_EXIT && state == RendererState.CONNECTED) {
            return process.because(process.reason(), process.complaint().orElse("ended before it was ready"));
        }
        return process;
    }

    private RendererExit describeWithoutProcess(String name, Duration uptime) {
        if (failedLaunch != null) {
            return RendererExit.withoutProcess(ExitReason.LAUNCH_FAILED, name, uptime, failedLaunch);
        }
        if (disconnection == null) {
            return RendererExit.withoutProcess(ExitReason.DISCONNECTED, name, uptime, "");
        }
        boolean isClean = disconnection.code() == ErrorCode.CLOSED;
        return RendererExit.withoutProcess(
                isClean ? ExitReason.CLEAN_EXIT : ExitReason.DISCONNECTED,
                name,
                uptime,
                String.valueOf(disconnection.getMessage()));
    }
}
