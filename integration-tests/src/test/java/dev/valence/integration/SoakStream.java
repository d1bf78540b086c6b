package dev.valence.integration;

import dev.valence.CallOptions;
import dev.valence.ErrorCode;
import dev.valence.HandlerException;
import dev.valence.InvokeEvent;
import dev.valence.IpcException;
import dev.valence.IpcReceiver;
import dev.valence.IpcSender;
import dev.valence.Registration;
import dev.valence.fixtures.Source;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A subscriber of a soak: asks at random, may cancel in the middle, and checks that every item comes once, in order, as it
 * was asked for, and that there is one end. And the handler that gives what it asks for.
 */
final class SoakStream implements Flow.Subscriber<byte[]> {

    private static final String CHANNEL = "numbers";
    private static final int NEVER = Integer.MAX_VALUE;

    /** How a publisher ends. */
    enum Ending {
        COMPLETES,
        FAILS,
        /** Gives no more, and does not end by itself. */
        WAITS
    }

    /**
     * What a subscriber wants.
     *
     * @param items how many come before the end
     * @param maxBytes of each
     */
    record Wish(Ending ending, int items, int maxBytes) {}

    private final SoakRecord record;
    private final Wish wish;
    private final Random random; // inside a signal only
    private final int cancelAt; // the number of the item in which it cancels
    private final CompletableFuture<Flow.Subscription> subscribed = new CompletableFuture<>();
    private final CompletableFuture<String> end = new CompletableFuture<>();
    private final AtomicBoolean inside = new AtomicBoolean(); // a signal
    private final AtomicBoolean isOver = new AtomicBoolean(); // a last signal came, or it was cancelled inside a signal
    private final AtomicBoolean cancelledOutside = new AtomicBoolean();
    private final AtomicInteger signalsAfterCancel = new AtomicInteger();
    private long last; // inside a signal only
    private long wanted; // inside a signal only; asked for and not here yet

    private SoakStream(SoakRecord record, Wish wish, long seed) {
        this.record = record;
        this.wish = wish;
        this.random = new Random(seed);
        this.cancelAt = random.nextInt(4) == 0 ? 1 + random.nextInt(20) : NEVER;
    }

    // ---- The handler ---------------------------------------------------------------------------------------------

    static <S extends IpcSender> Registration handle(IpcReceiver<S> receiver, SoakRecord record) {
        return receiver.handleStream(CHANNEL, Wish.class, (event, wish) -> answer(event, wish, record));
    }

    private static Flow.Publisher<byte[]> answer(InvokeEvent<?> event, Wish wish, SoakRecord record)
            throws HandlerException {
        if (wish.ending == Ending.FAILS && wish.items == 0) {
            throw new HandlerException("early", "on purpose");
        }
        CompletableFuture<String> through = new CompletableFuture<>();
        record.follow("publisher", through, (value, failure) -> failure == null);
        event.onCancel(() -> through.complete("told"));
        SoakItem.Stream numbers = new SoakItem.Stream(0);
        return subscriber -> {
            long count = wish.ending == Ending.COMPLETES ? wish.items : Long.MAX_VALUE;
            Source<byte[]> source = Source.of(count, index -> {
                if (index == wish.items) {
                    if (wish.ending == Ending.FAILS) {
                        subscriber.onError(new HandlerException("late", "on purpose"));
                        through.complete("failed");
                    }
                    return null;
                }
                if (index + 1 == count) {
                    through.complete("gave all");
                }
                byte[] item = numbers.next((int) (index * 31 % wish.maxBytes));
                numbers.wasSent();
                return item;
            });
            source.cancelled().thenRun(() -> through.complete("cancelled"));
            if (count == 0) {
                through.complete("gave nothing");
            }
            source.subscribe(subscriber);
        };
    }

    // ---- The subscriber ------------------------------------------------------------------------------------------

    /** The verb. */
    static void subscribe(SoakEnd<?>.Worker worker) {
        Random random = worker.random;
        Ending ending = Ending.values()[random.nextInt(Ending.values().length)];
        Wish wish = new Wish(ending, random.nextInt(40), random.nextInt(16) == 0 ? 256 << 10 : 1 << 10);
        CallOptions options = ending == Ending.WAITS
                ? CallOptions.withDeadline(Duration.ofMillis(1 + random.nextInt(50)))
                : CallOptions.defaults();
        SoakStream stream = new SoakStream(worker.record(), wish, random.nextLong());
        worker.follow("stream " + wish, stream.end, stream::isExpected);
        worker.peer().stream(CHANNEL, wish, byte[].class, options).subscribe(stream);
        if (random.nextInt(4) == 0) {
            for (int i = random.nextInt(100); i > 0; i--) {
                Thread.yield();
            }
            var unused = stream.subscribed.thenAccept(stream::cancelOutside);
        }
    }

    private void cancelOutside(Flow.Subscription subscription) {
        subscription.cancel();
        cancelledOutside.set(true);
        end.complete("cancelled");
    }

    private boolean isExpected(String outcome, Throwable failure) {
        if ("cancelled".equals(outcome)) {
            return true;
        }
        if (failure instanceof IpcException e && e.code() == ErrorCode.BACKPRESSURE) {
            return true;
        }
        return switch (wish.ending) {
            case COMPLETES -> failure == null && last == wish.items;
            case FAILS ->
                failure instanceof IpcException e
                        && e.code() == ErrorCode.HANDLER_FAILED
                        && e.remote().applicationCode().equals(wish.items == 0 ? "early" : "late")
                        && last == wish.items;
            case WAITS ->
                failure instanceof IpcException e && e.code() == ErrorCode.DEADLINE_EXCEEDED && last <= wish.items;
        };
    }

    @Override
    public void onSubscribe(Flow.Subscription subscription) {
        inSignal("onSubscribe", () -> {
            if (!subscribed.complete(subscription)) {
                record.violation("a second onSubscribe");
            }
            ask();
        });
    }

    private void ask() {
        int more = 1 + random.nextInt(8);
        wanted += more;
        subscribed.join().request(more);
    }

    @Override
    public void onNext(byte[] bytes) {
        inSignal("onNext", () -> {
            SoakItem item = SoakItem.of(bytes);
            wanted--;
            if (item.number() != last + 1 || wanted < 0) {
                record.violation(item + " of a stream came after " + last + ", " + wanted + " were asked for");
            }
            last = item.number();
            record.streamed.incrementAndGet();
            if (last == cancelAt) {
                subscribed.join().cancel();
                isOver.set(true);
                end.complete("cancelled");
            } else if (wanted == 0 || random.nextInt(8) == 0) {
                ask();
            }
        });
    }

    @Override
    public void onError(Throwable thrown) {
        inSignal("onError", () -> {
            isOver.set(true);
            end.completeExceptionally(thrown);
        });
    }

    @Override
    public void onComplete() {
        inSignal("onComplete", () -> {
            isOver.set(true);
            end.complete("completed");
        });
    }

    private void inSignal(String name, Runnable signal) {
        if (!inside.compareAndSet(false, true)) {
            record.violation(name + " while another signal runs, of " + wish);
        }
        if (isOver.get()) {
            record.violation(name + " after the end of a stream, of " + wish);
        }
        // one signal may have begun when it was cancelled
        if (cancelledOutside.get() && signalsAfterCancel.incrementAndGet() > 1) {
            record.violation(name + " after a stream was cancelled, of " + wish);
        }
        try {
            signal.run();
        } catch (Throwable t) {
            record.failure("a subscriber", t);
            end.completeExceptionally(t);
            throw t;
        } finally {
            inside.set(false);
        }
    }
}
