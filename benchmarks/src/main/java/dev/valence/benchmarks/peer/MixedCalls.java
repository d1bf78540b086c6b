package dev.valence.benchmarks.peer;

/** Small calls that are measured, beside large ones by another thread that are not. */
final class MixedCalls implements Load {

    private final BlockingCalls small;
    private final BlockingCalls large;

    MixedCalls(Peer peer, int smallBytes, int largeBytes, Meter meter) {
        small = new BlockingCalls(peer, peer.payload(smallBytes), meter::record);
        large = new BlockingCalls(peer, peer.payload(largeBytes), nanos -> {});
    }

    @Override
    public void start() {
        large.start();
        small.start();
    }

    @Override
    public long stop() throws InterruptedException {
        return small.stop() + large.stop();
    }
}
