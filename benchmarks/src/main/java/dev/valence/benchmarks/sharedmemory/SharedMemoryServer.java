package dev.valence.benchmarks.sharedmemory;

import dev.valence.benchmarks.peer.Peer;
import dev.valence.benchmarks.peer.PeerProgram;
import dev.valence.benchmarks.peer.Receipts;
import dev.valence.benchmarks.peer.SocketFile;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.List;

/** One thread that copies payloads out of the region into arrays of their own. */
public final class SharedMemoryServer implements Peer {

    @SuppressWarnings("NullAway.Init") // opened before anything else
    private Path socket;

    @Override
    public void open(String address, List<String> options, Receipts receipts) throws IOException {
        socket = SocketFile.create("shm");
        ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        server.bind(UnixDomainSocketAddress.of(socket));
        new Thread(() -> serve(server, receipts), "receiving").start();
    }

    @Override
    public String address() {
        return socket.toString();
    }

    private void serve(ServerSocketChannel server, Receipts receipts) {
        try (SocketChannel channel = server.accept()) {
            receive(channel, Region.open(socket.toString()), receipts);
        } catch (IOException | RuntimeException e) {
            PeerProgram.fail(e);
        }
    }

    private static void receive(SocketChannel channel, Region region, Receipts receipts) throws IOException {
        ByteBuffer note = ByteBuffer.allocateDirect(Region.NOTE_BYTES);
        ByteBuffer freed = ByteBuffer.allocateDirect(1);
        byte[] payload = {};
        int received = 0;
        for (long slot = 0; Region.readAll(channel, note.clear()); slot++) {
            int size = note.getInt(0);
            int length = note.getInt(Integer.BYTES);
            if (received == 0) {
                payload = new byte[size];
            }
            region.get(slot, payload, received, length);
            received += length;
            if (received == size) {
                receipts.arrived(size);
                received = 0;
            }
            if ((slot + 1) % Region.FREED_TOGETHER == 0) {
                Region.writeAll(channel, freed.clear());
            }
        }
    }
}
