package dev.valence.session;

import dev.valence.call.Deadlines;
import java.lang.ref.PhantomReference;
import java.lang.ref.Reference;
import java.lang.ref.ReferenceQueue;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Notices stages that nothing can complete any more, because the garbage collector took what could have.
 *
 * <p>It does not watch a stage but the consumer that waits for it: a stage may be a wrapper that is garbage at once, but
 * whatever can still complete it leads to that consumer. Nothing here does.
 *
 * <p><b>Threads.</b> Any; what is lost is told on the thread of the clock.
 */
public final class LostReplies {

    private static final long LOOK_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final Deadlines deadlines;
    private final ReferenceQueue<Waiting<?>> unreachable = new ReferenceQueue<>();
    private final Set<Watch> watches = ConcurrentHashMap.newKeySet(); // whoever takes one out decides how it ends
    private final AtomicBoolean isLooking = new AtomicBoolean(); // whether the clock is set

    LostReplies(Deadlines deadlines) {
        this.deadlines = deadlines;
    }

    /**
     * Waits for a stage. One of the two is called, once, as long as the clock runs; neither if the stage is kept and never
     * completed.
     *
     * @param completed called by what completes the stage, at once if it is complete
     * @param lost called when nothing can complete the stage; must lead neither to the stage nor to what completes it
     */
    <T> void await(CompletionStage<T> stage, BiConsumer<@Nullable T, @Nullable Throwable> completed, Runnable lost) {
        Waiting<T> waiting = new Waiting<>(this, completed, lost);
        watches.add(waiting.watch);
        var unused = stage.whenComplete(waiting);
        if (watches.contains(waiting.watch)) {
            look();
        }
    }

    /** Returns how many stages are waited for. */
    int size() {
        return watches.size();
    }

    private void look() {
        if (isLooking.compareAndSet(false, true) && deadlines.schedule(this::endLost, LOOK_NANOS) == null) {
            watches.clear(); // the clock is closed
        }
    }

    private void endLost() {
        Reference<?> found;
        while ((found = unreachable.poll()) != null) {
            if (found instanceof Watch watch && watches.remove(watch)) {
                watch.lost.run();
            }
        }
        isLooking.set(false);
        if (!watches.isEmpty()) {
            look();
        }
    }

    /** Waits for a stage, and is reachable as long as anything can complete that. */
    private static final class Waiting<T> implements BiConsumer<@Nullable T, @Nullable Throwable> {
        private final LostReplies owner;
        private final BiConsumer<@Nullable T, @Nullable Throwable> completed;
        private final Watch watch;

        Waiting(LostReplies owner, BiConsumer<@Nullable T, @Nullable Throwable> completed, Runnable lost) {
            this.owner = owner;
            this.completed = completed;
            this.watch = new Watch(this, owner.unreachable, lost);
        }

        @Override
        public void accept(@Nullable T result, @Nullable Throwable thrown) {
            boolean isFirst;
            try {
                isFirst = owner.watches.remove(watch);
            } finally {
                Reference.reachabilityFence(this); // or it could count as lost while it is being completed
            }
            if (isFirst) {
                completed.accept(result, thrown);
            }
        }
    }

    private static final class Watch extends PhantomReference<Waiting<?>> {
        private final Runnable lost;

        Watch(Waiting<?> waiting, ReferenceQueue<Waiting<?>> unreachable, Runnable lost) {
            super(waiting, unreachable);
            this.lost = lost;
        }
    }
}
