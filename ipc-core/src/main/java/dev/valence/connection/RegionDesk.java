package dev.valence.connection;

import dev.valence.Limits;
import dev.valence.frame.Frame;
import dev.valence.frame.Frame.Chunk;
import dev.valence.frame.Wire;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The memory that this connection has beside its socket. Main offers it once much has gone through the socket in pieces; a
 * client that can map it says so, and from then on both put pieces of messages and requests there.
 *
 * <p><b>Threads.</b> I/O thread, unless it says otherwise.
 */
final class RegionDesk {

    private static final Logger LOG = LoggerFactory.getLogger("valence.frames");

    /** Bytes that went in pieces before main offers a region: who sends one large payload may never send another. */
    private static final long WORTH_BYTES = 8L << 20;

    private final int slots;
    private final Supplier<Outbox> outbox;
    private final AtomicLong seenBytes = new AtomicLong(); // main: in pieces, in both directions
    private final AtomicBoolean isMade = new AtomicBoolean(); // main: or tried
    private volatile @Nullable SharedMemory memory; // made or opened here
    private volatile boolean isClosed;
    private boolean isOffered; // client: once is enough
    private boolean isAnswered; // main: by the client
    private @Nullable SlotReader incoming;
    private @Nullable SlotWriter outgoing;

    /**
     * Makes it without memory.
     *
     * @param outbox of the connection, once it is open
     */
    RegionDesk(Limits limits, Supplier<Outbox> outbox) {
        this.slots = (int) Math.min(limits.regionBytes() / Wire.CHUNK_BYTES, Wire.MAX_SLOTS);
        this.outbox = outbox;
    }

    /** Returns the feature if this side wants it. */
    long feature() {
        return slots > 0 ? Wire.FEATURE_REGIONS : 0;
    }

    /** Main has sent or received a piece of a payload through the socket. Any thread. */
    void count(long bytes) {
        if (!isMade.get() && seenBytes.addAndGet(bytes) >= WORTH_BYTES && isMade.compareAndSet(false, true)) {
            ForkJoinPool.commonPool().execute(this::offer);
        }
    }

    private void offer() {
        try {
            SharedMemory made = SharedMemory.create(slots);
            memory = made;
            if (isClosed) {
                close();
            } else {
                outbox.get().offerControl(new Frame.RegionOffer(made.path(), made.slots(), made.nonce()));
            }
        } catch (IOException | RuntimeException e) {
            LOG.debug("no shared memory; large payloads go through the socket", e);
        }
    }

    /** Client: main offers memory. */
    void onRegion(Frame.RegionOffer region) {
        if (isOffered) {
            throw Reassembly.broken("a second region (expected: one at most)");
        }
        if (region.slots() <= 0 || region.slots() > Wire.MAX_SLOTS) {
            throw Reassembly.broken("region: " + region.slots() + " slots (expected: 1 to " + Wire.MAX_SLOTS + ")");
        }
        isOffered = true;
        SharedMemory opened = slots == 0 ? null : open(region);
        Outbox to = outbox.get();
        to.offerControl(new Frame.RegionCredit(opened == null ? 0 : opened.slots()));
        if (opened != null) { // after the answer, which goes first
            memory = opened;
            incoming = new SlotReader(opened.fromMain());
            share(to, new SlotWriter(opened.fromClient(), opened::checkWhole));
        }
    }

    private static @Nullable SharedMemory open(Frame.RegionOffer region) {
        try {
            return SharedMemory.open(region.path(), region.slots(), region.nonce());
        } catch (IOException | RuntimeException e) {
            LOG.debug("the shared memory cannot be opened; large payloads go through the socket", e);
            return null;
        }
    }

    /** The peer has emptied slots; the first time in main, it has mapped all or none. */
    void onCredit(Frame.RegionCredit credit) {
        SlotWriter own = outgoing;
        SharedMemory made = memory;
        if (own != null) {
            own.giveBack(credit.slots());
            outbox.get().wakeUp();
            return;
        }
        if (made == null || isAnswered) {
            throw Reassembly.broken("slots: " + credit.slots() + " (expected: none without a region)");
        }
        isAnswered = true;
        if (credit.slots() == 0) {
            close();
        } else if (credit.slots() == made.slots()) {
            incoming = new SlotReader(made.fromClient());
            share(outbox.get(), new SlotWriter(made.fromMain(), made::checkWhole));
        } else {
            throw Reassembly.broken("slots mapped: " + credit.slots() + " (expected: " + made.slots() + " or 0)");
        }
    }

    private void share(Outbox to, SlotWriter slotsOfThisSide) {
        outgoing = slotsOfThisSide;
        to.share(slotsOfThisSide);
    }

    /** Returns the piece of a chunk, wherever it is. */
    ByteBuffer piece(Chunk chunk, ByteBuffer payload) {
        if (chunk.regionBytes() == 0) {
            return payload;
        }
        if (incoming == null || payload.hasRemaining() || chunk.aborted()) {
            throw Reassembly.broken("piece in a slot (expected: a region, and no piece beside it)");
        }
        return incoming.piece(chunk);
    }

    /** The piece of a chunk was copied. */
    void done(Chunk chunk) {
        SharedMemory shared = memory;
        if (incoming == null || shared == null || chunk.regionBytes() == 0) {
            return;
        }
        shared.checkWhole();
        int due = incoming.takeDue();
        if (due > 0) {
            outbox.get().offerControl(new Frame.RegionCredit(due));
        }
    }

    /** Nothing goes through the memory any more. Idempotent, any thread. */
    void close() {
        isClosed = true;
        SharedMemory open = memory;
        memory = null;
        if (open != null) {
            try {
                open.close();
            } catch (IOException e) {
                LOG.debug("not closed in an orderly way", e);
            }
        }
    }
}
