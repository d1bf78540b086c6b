package dev.valence.benchmarks.rmi;

import dev.valence.benchmarks.peer.Peer;
import dev.valence.benchmarks.peer.Receipts;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.rmi.registry.LocateRegistry;
import java.rmi.registry.Registry;
import java.rmi.server.UnicastRemoteObject;
import java.util.List;

/** TCP on the loopback interface: RMI has no other. */
public final class RmiServer implements Peer {

    private final Echo echo = payload -> payload;

    @SuppressWarnings("NullAway.Init") // opened before anything else; kept, or its object would be collected
    private Registry registry;

    private int port;

    @Override
    public void open(String address, List<String> options, Receipts receipts) throws Exception {
        System.setProperty("java.rmi.server.hostname", "127.0.0.1");
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        registry = LocateRegistry.createRegistry(port);
        registry.bind("echo", UnicastRemoteObject.exportObject(echo, 0));
    }

    @Override
    public String address() {
        return Integer.toString(port);
    }
}
