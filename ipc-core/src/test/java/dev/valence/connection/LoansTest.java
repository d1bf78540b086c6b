package dev.valence.connection;

import static dev.valence.connection.OutboxItems.message;
import static dev.valence.connection.OutboxItems.name;
import static dev.valence.connection.OutboxItems.next;
import static org.assertj.core.api.Assertions.assertThat;

import dev.valence.ErrorCode;
import dev.valence.IpcException;
import dev.valence.Limits;
import dev.valence.fixtures.Patience;
import dev.valence.fixtures.ProtoFrames;
import dev.valence.frame.Frame.Opening;
import dev.valence.frame.Frame.Windows;
import dev.valence.frame.OutFrame;
import dev.valence.frame.Wire;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Payloads that are their senders' own arrays. */
@Timeout(60)
class LoansTest {

    private static final int SLOTS = 4;
    private static final int PIECE = Wire.CHUNK_BYTES;
    private static final long ENOUGH = 1L << 40;

    private final ByteBuffer memory = ByteBuffer.allocateDirect(SLOTS * PIECE);
    private final SlotWriter slots = new SlotWriter(memory, () -> {});
    private final Outbox outbox = Outbox.flowing(Limits.defaults());
    private final ByteArrayOutputStream arrived = new ByteArrayOutputStream();
    private int emptied; // slots

    private void attach(long windowBytes) {
        ReceiveWindow in = new ReceiveWindow(1 << 20);
        outbox.attach(new SilentLink(), new Windows(windowBytes, 1 << 20), in, in, reason -> {});
        outbox.share(slots);
    }

    private static byte[] numbered(int size) {
        byte[] bytes = new byte[size];
        for (int i = 0; i < size; i++) {
            bytes[i] = (byte) (i / 1000);
        }
        return bytes;
    }

    private Outgoing.Loan offer(byte[] payload) {
        Opening header = Opening.message(0, 0, 0, "m", 1, List.of());
        Outgoing.Loan loan = Outgoing.loan(header, payload, SendListener.NONE);
        outbox.offer(loan, Admission.SOFT);
        return loan;
    }

    /** Takes and reads what there is, as a peer that does not give slots back. */
    private void takeAll() {
        OutFrame out;
        while ((out = next(outbox)) != null) {
            var frame = ProtoFrames.parse(out); // writes it, and fills its slot
            if (frame.hasMessage()) {
                arrived.writeBytes(frame.getMessage().getPayload().toByteArray());
            } else {
                assertThat(frame.getChunk().getPayload().isEmpty()).isTrue();
                byte[] piece = new byte[frame.getChunk().getRegionBytes()];
                memory.get(emptied++ % SLOTS * PIECE, piece);
                arrived.writeBytes(piece);
            }
        }
    }

    @Test
    void arrayThatWasTaken_isItsSendersAgain() {
        attach(ENOUGH);
        byte[] payload = numbered(3 * PIECE);
        Outgoing.Loan loan = offer(payload);
        OutFrame first = next(outbox);
        while (next(outbox) != null) {
            // the pieces are in their slots when they were taken
        }
        assertThat(loan.isOpen()).isFalse();
        outbox.settle(loan);
        Arrays.fill(payload, (byte) -1);
        arrived.writeBytes(ProtoFrames.parse(first).getMessage().getPayload().toByteArray());
        byte[] inSlots = new byte[3 * PIECE - arrived.size()];
        memory.get(0, inSlots);
        arrived.writeBytes(inSlots);
        assertThat(arrived.toByteArray()).isEqualTo(numbered(3 * PIECE));
    }

    @Test
    void senderWaits_untilTheLastPieceWasTaken() {
        attach(ENOUGH);
        Outgoing.Loan loan = offer(numbered(2 * PIECE));
        FutureTask<Boolean> settling = new FutureTask<>(() -> outbox.settle(loan), true);
        new Thread(settling).start();
        takeAll();
        Patience.get(settling);
        assertThat(arrived.toByteArray()).isEqualTo(numbered(2 * PIECE));
    }

    @Test
    void peerTakesNothing_aCopyIsKept() {
        attach(0);
        byte[] payload = numbered(3 * PIECE);
        Outgoing.Loan loan = offer(payload);
        outbox.settle(loan);
        assertThat(loan.isOpen()).isFalse();
        Arrays.fill(payload, (byte) -1);
        outbox.addWindows(ENOUGH, 0);
        takeAll();
        assertThat(arrived.toByteArray()).isEqualTo(numbered(3 * PIECE));
    }

    @Test
    void peerTakesAPart_aCopyOfTheRestIsKept() {
        attach(Wire.MIN_CHUNK_BYTES + PIECE + 2 * Wire.FRAME_CHARGE);
        byte[] payload = numbered(4 * PIECE);
        Outgoing.Loan loan = offer(payload);
        takeAll();
        assertThat(loan.taken()).isEqualTo(Wire.MIN_CHUNK_BYTES + PIECE);
        outbox.settle(loan);
        Arrays.fill(payload, (byte) -1);
        outbox.addWindows(ENOUGH, 0);
        takeAll();
        assertThat(arrived.toByteArray()).isEqualTo(numbered(4 * PIECE));
    }

    @Test
    void slotsAreFull_piecesWaitUntilSomeAreGivenBack() {
        attach(ENOUGH);
        Outgoing.Loan loan = offer(numbered(6 * PIECE));
        outbox.offer(message("behind", 10), Admission.SOFT);
        takeAll();
        assertThat(loan.taken()).isEqualTo(Wire.MIN_CHUNK_BYTES + SLOTS * PIECE);
        slots.giveBack(1);
        takeAll();
        assertThat(loan.taken()).isEqualTo(Wire.MIN_CHUNK_BYTES + (SLOTS + 1) * PIECE);
        slots.giveBack(SLOTS);
        for (OutFrame out = next(outbox); loan.isOpen(); out = next(outbox)) {
            assertThat(out).isNotNull();
        }
        assertThat(name(next(outbox))).isEqualTo("behind");
    }

    @Test
    void connectionEnds_senderDoesNotWait() {
        attach(0);
        Outgoing.Loan loan = offer(numbered(2 * PIECE));
        outbox.close(new IpcException(ErrorCode.PEER_GONE, "gone"));
        assertThat(loan.isOpen()).isFalse();
        outbox.settle(loan);
        assertThat(next(outbox)).isNull();
    }

    @Test
    void senderIsInterrupted_aCopyIsKeptAndTheInterruptStays() {
        attach(0);
        byte[] payload = numbered(2 * PIECE);
        Outgoing.Loan loan = offer(payload);
        Thread.currentThread().interrupt();
        outbox.settle(loan);
        assertThat(Thread.interrupted()).isTrue();
        Arrays.fill(payload, (byte) -1);
        outbox.addWindows(ENOUGH, 0);
        takeAll();
        assertThat(arrived.toByteArray()).isEqualTo(numbered(2 * PIECE));
    }

    @Test
    void lends_onlyWhatGoesInPiecesThroughSharedMemory() {
        assertThat(outbox.lends(2 * PIECE)).isFalse();
        attach(ENOUGH);
        assertThat(outbox.lends(PIECE)).isFalse();
        assertThat(outbox.lends(PIECE + 1)).isTrue();
    }
}
