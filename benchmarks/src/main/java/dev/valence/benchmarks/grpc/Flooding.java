package dev.valence.benchmarks.grpc;

import dev.valence.benchmarks.peer.Gate;
import dev.valence.benchmarks.peer.PeerProgram;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;

/** The client's end of a stream of messages to the server. */
final class Flooding implements ClientResponseObserver<byte[], byte[]> {

    private final Gate gate;

    @SuppressWarnings("NullAway.Init") // set by the call that this is given to, before that returns
    private ClientCallStreamObserver<byte[]> requests;

    Flooding(Gate gate) {
        this.gate = gate;
    }

    ClientCallStreamObserver<byte[]> requests() {
        return requests;
    }

    @Override
    public void beforeStart(ClientCallStreamObserver<byte[]> observer) {
        requests = observer;
        requests.setOnReadyHandler(gate::open);
    }

    @Override
    public void onNext(byte[] reply) {}

    @Override
    public void onError(Throwable failure) {
        PeerProgram.fail(failure);
    }

    @Override
    public void onCompleted() {}
}
