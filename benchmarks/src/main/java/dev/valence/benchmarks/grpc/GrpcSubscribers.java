package dev.valence.benchmarks.grpc;

import dev.valence.benchmarks.peer.Peer;
import dev.valence.benchmarks.peer.PeerProgram;
import dev.valence.benchmarks.peer.Receipts;
import io.grpc.CallOptions;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.StreamObserver;
import java.util.List;

/** Streams from the server, each through a connection of its own. */
public final class GrpcSubscribers implements Peer {

    @SuppressWarnings("NullAway.Init") // opened before anything else
    private Receipts receipts;

    @SuppressWarnings("NullAway.Init") // opened before anything else
    private List<String> options;

    @Override
    public void open(String address, List<String> optionsOfAll, Receipts receiptsOfAll) {
        options = optionsOfAll;
        receipts = receiptsOfAll;
    }

    @Override
    public void subscribe(List<String> addresses) {
        for (String address : addresses) {
            GrpcClient client = new GrpcClient();
            client.open(address, options, receipts);
            ClientCalls.asyncServerStreamingCall(
                    client.channel().newCall(Bytes.SUBSCRIBE, CallOptions.DEFAULT), new byte[0], new Counted());
        }
    }

    private final class Counted implements StreamObserver<byte[]> {

        @Override
        public void onNext(byte[] message) {
            receipts.arrived(message.length);
        }

        @Override
        public void onError(Throwable failure) {
            PeerProgram.fail(failure);
        }

        @Override
        public void onCompleted() {}
    }
}
