package dev.valence.benchmarks.rmi;

import dev.valence.benchmarks.peer.Peer;
import dev.valence.benchmarks.peer.Receipts;
import java.rmi.RemoteException;
import java.rmi.registry.LocateRegistry;
import java.util.List;

/** Calls that wait: RMI has no others. */
public final class RmiClient implements Peer {

    @SuppressWarnings("NullAway.Init") // opened before anything else
    private Echo echo;

    @Override
    public void open(String address, List<String> options, Receipts receipts) throws Exception {
        echo = (Echo) LocateRegistry.getRegistry("127.0.0.1", Integer.parseInt(address))
                .lookup("echo");
    }

    @Override
    public void call(Object payload) throws RemoteException {
        int expected = ((byte[]) payload).length;
        byte[] reply = echo.echo((byte[]) payload);
        if (reply.length != expected) {
            throw new IllegalStateException(reply.length + " bytes (expected: " + expected + ")");
        }
    }
}
