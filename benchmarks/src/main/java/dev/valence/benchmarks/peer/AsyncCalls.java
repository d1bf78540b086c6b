package dev.valence.benchmarks.peer;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

/** A number of calls in flight: where a reply is handed over, the next request is sent. */
final class AsyncCalls implements Load {

    private final Peer peer;
    private final Object payload;
    private final Meter meter;
    private final List<Slot> slots = new ArrayList<>();
    private final CountDownLatch ended;
    private volatile boolean stopped;

    AsyncCalls(Peer peer, Object payload, Meter meter, int inFlight) {
        this.peer = peer;
        this.payload = payload;
        this.meter = meter;
        this.ended = new CountDownLatch(inFlight);
        for (int i = 0; i < inFlight; i++) {
            slots.add(new Slot());
        }
    }

    @Override
    public void start() {
        slots.forEach(Slot::next);
    }

    @Override
    public long stop() throws InterruptedException {
        stopped = true;
        ended.await();
        return slots.stream().mapToLong(slot -> slot.sent).sum();
    }

    /** One call at a time; its reply may be there before the method that asked for it has returned. */
    private final class Slot implements Runnable {

        private final AtomicInteger due = new AtomicInteger(); // so that a reply on the same thread does not recurse
        private long start; // handed on with the call
        private long sent; // likewise

        void next() {
            if (due.getAndIncrement() > 0) {
                return;
            }
            do {
                sent++;
                start = System.nanoTime();
                peer.call(payload, this);
            } while (due.decrementAndGet() > 0);
        }

        @Override
        public void run() {
            meter.record(System.nanoTime() - start);
            if (stopped) {
                ended.countDown();
            } else {
                next();
            }
        }
    }
}
