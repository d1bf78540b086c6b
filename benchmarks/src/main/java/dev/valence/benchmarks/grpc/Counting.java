package dev.valence.benchmarks.grpc;

import dev.valence.benchmarks.peer.PeerProgram;
import dev.valence.benchmarks.peer.Receipts;
import io.grpc.stub.StreamObserver;

/** Counts what arrives on a stream, and ends the other direction with it. */
final class Counting implements StreamObserver<byte[]> {

    private final Receipts receipts;
    private final StreamObserver<byte[]> other;

    Counting(Receipts receipts, StreamObserver<byte[]> other) {
        this.receipts = receipts;
        this.other = other;
    }

    @Override
    public void onNext(byte[] message) {
        receipts.arrived(message.length);
    }

    @Override
    public void onError(Throwable failure) {
        PeerProgram.fail(failure);
    }

    @Override
    public void onCompleted() {
        other.onNext(new byte[0]);
        other.onCompleted();
    }
}
