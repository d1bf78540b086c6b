package dev.valence;

import java.util.Objects;
import java.util.concurrent.CompletionStage;

/**
 * Answers the requests of a channel later.
 *
 * <p>The stage has to be completed in any case, also when the caller no longer waits ({@link InvokeEvent#onCancel} says
 * when): until then the request counts among those that its sender may have unanswered, and in the end further ones are
 * refused with {@link ErrorCode#LIMIT}.
 *
 * @param <S> how the other side is seen from here
 * @param <Q> what requests are decoded to
 * @param <R> what is replied
 */
@FunctionalInterface
public interface AsyncHandler<S extends IpcSender, Q, R> {

    /**
     * Called for each request.
     *
     * @param event who asks, and whether the answer is still wanted
     * @param request what was sent
     * @return completed with the reply, or exceptionally; never null
     * @throws Exception reaches the caller as {@link ErrorCode#HANDLER_FAILED}
     */
    CompletionStage<R> handle(InvokeEvent<S> event, Q request) throws Exception;

    /**
     * Calls {@link #handle} and refuses a null stage, which would never answer.
     *
     * @throws NullPointerException if the handler returned null
     * @throws Exception what the handler throws
     */
    default CompletionStage<R> stageOf(InvokeEvent<S> event, Q request) throws Exception {
        return Objects.requireNonNull(
                handle(event, request), () -> "handler of '" + event.channel() + "' returned null (expected: a stage)");
    }
}
