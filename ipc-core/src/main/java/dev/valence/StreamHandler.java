package dev.valence;

import java.util.concurrent.Flow;

/**
 * Answers the requests of a channel with a stream of items.
 *
 * <p>A request of {@code null} is passed as null, whatever the type.
 *
 * @param <S> how the other side is seen from here
 * @param <Q> what requests are decoded to
 * @param <T> the items
 */
@FunctionalInterface
public interface StreamHandler<S extends IpcSender, Q, T> {

    /**
     * Called for each subscriber of the other side, several at a time.
     *
     * <p>The publisher is subscribed to once. It is asked for no more items than that subscriber has asked for, and its
     * subscription is cancelled when that subscriber cancels, no longer waits or is gone; {@code event.onCancel} is told
     * too. It may signal on any thread. An item belongs to the library once it was handed over and must not be changed
     * afterwards.
     *
     * @param event who asks, and whether the items are still wanted; {@link InvokeEvent#remaining()} is the time until the
     *     next item has to come
     * @param request what was sent
     * @return gives the items; never null
     * @throws Exception reaches the subscriber as {@link ErrorCode#HANDLER_FAILED}
     */
    Flow.Publisher<T> handle(InvokeEvent<S> event, Q request) throws Exception;
}
