package dev.valence.benchmarks.sharedmemory;

import dev.valence.benchmarks.peer.Peer;
import dev.valence.benchmarks.peer.Receipts;
import dev.valence.benchmarks.peer.Turnstile;
import java.io.EOFException;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.List;

/** Copies payloads into the region and waits for free slots. */
public final class SharedMemoryClient implements Peer {

    private final ByteBuffer note = ByteBuffer.allocateDirect(Region.NOTE_BYTES);
    private final ByteBuffer freed = ByteBuffer.allocateDirect(1);
    private long nextSlot; // by the sending thread, as what follows
    private long endOfFree = Region.SLOTS;

    @SuppressWarnings("NullAway.Init") // opened before anything else
    private SocketChannel channel;

    @SuppressWarnings("NullAway.Init")
    private Region region;

    @Override
    public void open(String address, List<String> options, Receipts receipts) throws IOException {
        region = Region.create(address);
        channel = SocketChannel.open(UnixDomainSocketAddress.of(address));
    }

    @Override
    public void flood(Object payload, Turnstile turnstile) throws IOException {
        while (turnstile.pass()) {
            send((byte[]) payload);
        }
    }

    private void send(byte[] payload) throws IOException {
        for (int offset = 0; offset < payload.length; offset += Region.SLOT_BYTES) {
            int length = Math.min(payload.length - offset, Region.SLOT_BYTES);
            if (nextSlot == endOfFree) {
                awaitFree();
            }
            region.put(nextSlot++, payload, offset, length);
            note.clear().putInt(payload.length).putInt(length).flip();
            Region.writeAll(channel, note);
        }
    }

    private void awaitFree() throws IOException {
        if (!Region.readAll(channel, freed.clear())) {
            throw new EOFException("the other end is gone");
        }
        endOfFree += Region.FREED_TOGETHER;
    }
}
