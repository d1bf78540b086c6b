package dev.valence;

import org.jspecify.annotations.Nullable;

/**
 * Answers the requests of a channel.
 *
 * <p>A request of {@code null} is passed as null, whatever the type.
 *
 * @param <S> how the other side is seen from here
 * @param <Q> what requests are decoded to
 * @param <R> what is replied
 */
@FunctionalInterface
public interface Handler<S extends IpcSender, Q, R> {

    /**
     * Called for each request, several at a time unless registered as {@link HandlerOptions#sequential()}.
     *
     * @param event who asks, and whether the answer is still wanted
     * @param request what was sent
     * @return the reply, or null; a {@link java.util.concurrent.CompletionStage} is waited for
     * @throws Exception reaches the caller as {@link ErrorCode#HANDLER_FAILED}
     */
    @Nullable
    R handle(InvokeEvent<S> event, Q request) throws Exception;
}
