package dev.valence.benchmarks.peer;

import java.util.function.LongConsumer;

/** One thread that calls, waits for the reply, and calls again. */
final class BlockingCalls implements Load {

    private final Peer peer;
    private final Object payload;
    private final LongConsumer latencies;
    private final Thread thread = new Thread(this::run, "calls");
    private volatile boolean stopped;
    private long sent; // by the thread, read when that has ended

    BlockingCalls(Peer peer, Object payload, LongConsumer latencies) {
        this.peer = peer;
        this.payload = payload;
        this.latencies = latencies;
    }

    @Override
    public void start() {
        thread.start();
    }

    private void run() {
        try {
            while (!stopped) {
                long start = System.nanoTime();
                peer.call(payload);
                latencies.accept(System.nanoTime() - start);
                sent++;
            }
        } catch (Throwable t) {
            PeerProgram.fail(t);
        }
    }

    @Override
    public long stop() throws InterruptedException {
        stopped = true;
        thread.join();
        return sent;
    }
}
