package dev.valence.connection;

import static dev.valence.fixtures.RawFrames.chunk;
import static dev.valence.fixtures.RawFrames.hello;
import static dev.valence.fixtures.RawFrames.message;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import dev.valence.CallbackExecutor;
import dev.valence.Limits;
import dev.valence.frame.Wire;
import dev.valence.proto.Frame;
import dev.valence.proto.Lane;
import dev.valence.proto.RegionCredit;
import dev.valence.proto.RegionOffer;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** Section 23 of the protocol. */
@Timeout(60)
@EnabledOnOs(value = OS.LINUX, disabledReason = "regions are files in /dev/shm")
class ProtocolRegionsConformanceTest {

    private static final int SLOTS = 4;
    private static final Limits LIMITS = Limits.defaults().withRegionBytes(SLOTS * Wire.CHUNK_BYTES);
    private static final int PIECE = 100_000;

    private final List<byte[]> heard = new ArrayList<>();
    private int sent; // payloads of the peer

    private static Dialogue main() {
        Dialogue dialogue = Dialogue.withOpenMain(LIMITS, CallbackExecutor.direct());
        dialogue.peer.sendReady();
        return dialogue;
    }

    private static Frame.Builder credit(int slots) {
        return Frame.newBuilder().setRegionCredit(RegionCredit.newBuilder().setSlots(slots));
    }

    private static Frame.Builder inSlot(long id, int bytes, boolean more) {
        return chunk(id, Lane.LANE_DATA, chunk -> chunk.setRegionBytes(bytes).setMore(more));
    }

    private static ByteString ones(int bytes) {
        byte[] ones = new byte[bytes];
        Arrays.fill(ones, (byte) 1);
        return ByteString.copyFrom(ones);
    }

    private void begin(Dialogue dialogue, int size) {
        dialogue.peer.send(message(
                "m",
                m -> m.setId(++sent)
                        .setEncoding(1)
                        .setMore(true)
                        .setSize(size)
                        .setPayload(ones(Wire.MIN_CHUNK_BYTES))));
    }

    /** Sends so much in pieces through the socket that main offers a region, and returns the offer. */
    private RegionOffer offer(Dialogue dialogue) {
        dialogue.end.receiver().on("m", byte[].class, (event, bytes) -> heard.add(bytes));
        int pieces = 40;
        begin(dialogue, Wire.MIN_CHUNK_BYTES + pieces * Wire.CHUNK_BYTES);
        List<Frame> frames = new ArrayList<>();
        for (int i = 1; i <= pieces; i++) {
            boolean more = i < pieces;
            dialogue.peer.send(chunk(
                    sent,
                    Lane.LANE_DATA,
                    chunk -> chunk.setPayload(ones(Wire.CHUNK_BYTES)).setMore(more)));
            frames.addAll(dialogue.peer.drain()); // credit
        }
        while (frames.stream().noneMatch(Frame::hasRegionOffer)) {
            frames.add(dialogue.peer.next());
        }
        assertThat(heard).hasSize(1);
        return frames.stream()
                .filter(Frame::hasRegionOffer)
                .findFirst()
                .orElseThrow()
                .getRegionOffer();
    }

    /** Sends more than is worth a region, and returns what comes back. */
    private List<Frame> sendMuch(Dialogue dialogue) {
        List<Frame> frames = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            begin(dialogue, Wire.MIN_CHUNK_BYTES + Wire.CHUNK_BYTES);
            dialogue.peer.send(chunk(sent, Lane.LANE_DATA, chunk -> chunk.setPayload(ones(Wire.CHUNK_BYTES))));
            frames.addAll(dialogue.peer.drain());
        }
        assertThat(heard).hasSize(40);
        return frames;
    }

    private static SharedMemory open(RegionOffer region) throws IOException {
        return SharedMemory.open(
                region.getPath(), region.getSlots(), region.getNonce().toByteArray());
    }

    private static void fill(ByteBuffer memory, int slot, int bytes, int value) {
        byte[] piece = new byte[bytes];
        Arrays.fill(piece, (byte) value);
        memory.put(slot * Wire.CHUNK_BYTES, piece);
    }

    // ---- Main, which offers --------------------------------------------------------------------------------------

    @Test
    void w23_1_w23_4_w23_5_pieces_areTakenFromTheSlotsInTurn() throws IOException {
        try (Dialogue dialogue = main()) {
            RegionOffer region = offer(dialogue);
            assertThat(region.getSlots()).isEqualTo(SLOTS);
            assertThat(Files.size(Path.of(region.getPath()))).isEqualTo(2L * SLOTS * Wire.CHUNK_BYTES);
            ByteBuffer memory = open(region).fromClient();
            dialogue.peer.send(credit(SLOTS));
            for (int payload = 0; payload < 2 * SLOTS + 1; payload++) {
                begin(dialogue, Wire.MIN_CHUNK_BYTES + PIECE);
                fill(memory, payload % SLOTS, PIECE, payload);
                dialogue.peer.send(inSlot(sent, PIECE, false));
                byte[] got = heard.get(payload + 1);
                assertThat(got).hasSize(Wire.MIN_CHUNK_BYTES + PIECE);
                assertThat(got[Wire.MIN_CHUNK_BYTES - 1]).isEqualTo((byte) 1);
                assertThat(got[Wire.MIN_CHUNK_BYTES]).isEqualTo((byte) payload);
                assertThat(got[got.length - 1]).isEqualTo((byte) payload);
                assertThat(dialogue.peer.drain())
                        .anyMatch(frame -> frame.getRegionCredit().getSlots() == 1);
            }
            dialogue.assertGoesOn();
        }
    }

    @Test
    void w23_1_offer_comesOnceAndLeavesNoFile() throws IOException {
        try (Dialogue dialogue = main()) {
            RegionOffer region = offer(dialogue);
            assertThat(region.getNonce().size()).isEqualTo(Wire.NONCE_BYTES);
            assertThat(Files.readSymbolicLink(Path.of(region.getPath())).toString())
                    .startsWith("/dev/shm/valence-")
                    .endsWith(" (deleted)");
            dialogue.peer.send(credit(0));
            assertThat(Path.of(region.getPath())).doesNotExist();
            heard.clear();
            assertThat(sendMuch(dialogue)).noneMatch(Frame::hasRegionOffer);
        }
    }

    @Test
    void w23_2_answerWithAnotherNumber_endsTheConnection() {
        try (Dialogue dialogue = main()) {
            offer(dialogue);
            dialogue.peer.send(credit(SLOTS - 1));
            dialogue.assertBroken();
        }
    }

    @Test
    void w23_4_main_fillsSlotsOnceItIsAnswered() throws IOException {
        try (Dialogue dialogue = main()) {
            RegionOffer region = offer(dialogue);
            byte[] payload = new byte[3 * Wire.CHUNK_BYTES];
            Arrays.fill(payload, (byte) 5);
            dialogue.end.session().send("to client", payload);
            assertThat(dialogue.peer.drain())
                    .filteredOn(Frame::hasChunk)
                    .allMatch(frame -> frame.getChunk().getRegionBytes() == 0);
            ByteBuffer memory = open(region).fromMain();
            dialogue.peer.send(credit(SLOTS));
            dialogue.end.session().send("to client", payload);
            List<Frame> frames = dialogue.peer.drain();
            assertThat(frames)
                    .filteredOn(Frame::hasMessage)
                    .singleElement()
                    .satisfies(frame ->
                            assertThat(frame.getMessage().getPayload().size()).isEqualTo(Wire.MIN_CHUNK_BYTES));
            assertThat(frames)
                    .filteredOn(Frame::hasChunk)
                    .extracting(frame -> frame.getChunk().getRegionBytes())
                    .containsExactly(Wire.CHUNK_BYTES, Wire.CHUNK_BYTES, Wire.CHUNK_BYTES - Wire.MIN_CHUNK_BYTES);
            assertThat(memory.get(0)).isEqualTo((byte) 5);
            assertThat(memory.get(3 * Wire.CHUNK_BYTES - Wire.MIN_CHUNK_BYTES - 1))
                    .isEqualTo((byte) 5);

            dialogue.end.session().send("to client", payload); // one slot is free, the others were not given back
            assertThat(dialogue.peer.drain()).filteredOn(Frame::hasChunk).hasSize(1);
            dialogue.peer.send(credit(1));
            assertThat(dialogue.peer.drain()).filteredOn(Frame::hasChunk).hasSize(1);
            dialogue.peer.send(credit(3));
            assertThat(dialogue.peer.drain())
                    .filteredOn(Frame::hasChunk)
                    .extracting(frame -> frame.getChunk().getRegionBytes())
                    .containsExactly(Wire.CHUNK_BYTES - Wire.MIN_CHUNK_BYTES);
        }
    }

    @Test
    void w23_5_pieceInASlotThatCannotBe_endsTheConnection() throws IOException {
        for (int wrong = 0; wrong < 4; wrong++) {
            try (Dialogue dialogue = main()) {
                open(offer(dialogue));
                dialogue.peer.send(credit(SLOTS));
                begin(dialogue, Wire.MIN_CHUNK_BYTES + 2 * Wire.CHUNK_BYTES);
                dialogue.peer.send(
                        switch (wrong) {
                            case 0 -> inSlot(sent, Wire.CHUNK_BYTES + 1, true);
                            case 1 -> inSlot(sent, -1, true);
                            case 2 ->
                                chunk(
                                        sent,
                                        Lane.LANE_DATA,
                                        chunk -> chunk.setRegionBytes(PIECE)
                                                .setMore(true)
                                                .setPayload(ones(1)));
                            default ->
                                chunk(
                                        sent,
                                        Lane.LANE_DATA,
                                        chunk -> chunk.setRegionBytes(PIECE).setAborted(true));
                        });
                dialogue.assertBroken();
                sent = 0;
                heard.clear();
            }
        }
    }

    @Test
    void w23_5_pieceInASlotWithoutARegion_endsTheConnection() {
        try (Dialogue dialogue = main()) {
            begin(dialogue, Wire.MIN_CHUNK_BYTES + PIECE);
            dialogue.peer.send(inSlot(sent, PIECE, false));
            dialogue.assertBroken();
        }
        sent = 0;
        try (Dialogue dialogue = main()) {
            offer(dialogue);
            begin(dialogue, Wire.MIN_CHUNK_BYTES + PIECE);
            dialogue.peer.send(inSlot(sent, PIECE, false)); // before the answer
            dialogue.assertBroken();
        }
    }

    @Test
    void w23_6_slotThatWasNotGivenBack_endsTheConnection() {
        SlotReader reader = new SlotReader(ByteBuffer.allocate(SLOTS * Wire.CHUNK_BYTES));
        dev.valence.frame.Frame.Chunk piece = new dev.valence.frame.Frame.Chunk(1, Wire.DATA_LANE, true, false, PIECE);
        for (int i = 0; i < SLOTS; i++) {
            reader.piece(piece);
        }
        assertThatThrownBy(() -> reader.piece(piece)).hasMessageContaining("slots filled: 5 (expected: at most 4)");
    }

    @Test
    void w23_7_slotsThatWereNotFilled_endTheConnection() throws IOException {
        for (int slots : new int[] {0, 1, -1}) {
            try (Dialogue dialogue = main()) {
                open(offer(dialogue));
                dialogue.peer.send(credit(SLOTS)).send(credit(slots));
                dialogue.assertBroken();
                sent = 0;
                heard.clear();
            }
        }
        try (Dialogue dialogue = main()) {
            dialogue.peer.send(credit(1)); // no region at all
            dialogue.assertBroken();
        }
    }

    @Test
    void w23_8_slotThatIsWrittenLater_changesNothing() throws IOException {
        try (Dialogue dialogue = main()) {
            ByteBuffer memory = open(offer(dialogue)).fromClient();
            dialogue.peer.send(credit(SLOTS));
            begin(dialogue, Wire.MIN_CHUNK_BYTES + 2 * PIECE);
            fill(memory, 0, PIECE, 7);
            dialogue.peer.send(inSlot(sent, PIECE, true));
            fill(memory, 0, PIECE, 8);
            fill(memory, 1, PIECE, 9);
            dialogue.peer.send(inSlot(sent, PIECE, false));
            assertThat(heard.get(1)[Wire.MIN_CHUNK_BYTES]).isEqualTo((byte) 7);
            assertThat(heard.get(1)[Wire.MIN_CHUNK_BYTES + PIECE]).isEqualTo((byte) 9);
        }
    }

    @Test
    void w23_9_fileThatIsCutShort_endsTheConnectionAndNothingElse() throws IOException {
        try (Dialogue dialogue = main()) {
            RegionOffer region = offer(dialogue);
            try (FileChannel file = FileChannel.open(Path.of(region.getPath()), StandardOpenOption.WRITE)) {
                file.truncate(0);
            }
            dialogue.peer.send(credit(SLOTS));
            begin(dialogue, Wire.MIN_CHUNK_BYTES + PIECE);
            dialogue.peer.send(inSlot(sent, PIECE, false));
            dialogue.assertBroken();
            assertThat(heard).hasSize(1); // nothing of what could not be read
        }
        heard.clear();
        sent = 0;
        try (Dialogue dialogue = main()) {
            RegionOffer region = offer(dialogue);
            dialogue.peer.send(credit(SLOTS));
            try (FileChannel file = FileChannel.open(Path.of(region.getPath()), StandardOpenOption.WRITE)) {
                file.truncate(0);
            }
            dialogue.end.session().send("to client", new byte[2 * Wire.CHUNK_BYTES]);
            assertThatThrownBy(dialogue.peer::drain).hasMessageContaining("region");
        }
    }

    @Test
    void w3_7_clientWithoutTheFeature_isNotOfferedARegion() {
        try (Dialogue dialogue = Dialogue.withMain(LIMITS, CallbackExecutor.direct())) {
            dialogue.peer.send(hello(hello -> hello.setFeatures(19)));
            assertThat(dialogue.peer.next().getWelcome().getFeatures()).isEqualTo(19);
            dialogue.peer.sendReady();
            dialogue.end.receiver().on("m", byte[].class, (event, bytes) -> heard.add(bytes));
            assertThat(sendMuch(dialogue)).noneMatch(Frame::hasRegionOffer);
            dialogue.peer.send(credit(SLOTS));
            dialogue.assertBroken();
        }
    }

    @Test
    void mainWithoutRegionBytes_offersNone() {
        Limits none = Limits.defaults().withRegionBytes(0);
        try (Dialogue dialogue = Dialogue.withOpenMain(none, CallbackExecutor.direct())) {
            dialogue.peer.send(credit(1));
            dialogue.assertBroken(); // the feature was not negotiated
        }
    }

    // ---- A client, which maps ------------------------------------------------------------------------------------

    private static Frame.Builder region(String path, int slots, byte[] nonce) {
        return Frame.newBuilder()
                .setRegionOffer(
                        RegionOffer.newBuilder().setPath(path).setSlots(slots).setNonce(ByteString.copyFrom(nonce)));
    }

    private static Frame.Builder region(SharedMemory memory) {
        return region(memory.path(), memory.slots(), memory.nonce());
    }

    @Test
    void w23_2_w23_4_client_answersAndFillsSlots() throws IOException {
        try (Dialogue dialogue = Dialogue.withReadyClient()) {
            SharedMemory memory = SharedMemory.create(SLOTS);
            dialogue.peer.send(region(memory));
            byte[] payload = new byte[2 * Wire.CHUNK_BYTES];
            Arrays.fill(payload, (byte) 6);
            dialogue.end.session().send("to main", payload);
            List<Frame> frames = dialogue.peer.drain();
            assertThat(frames.get(0).getRegionCredit().getSlots()).isEqualTo(SLOTS);
            assertThat(frames)
                    .filteredOn(Frame::hasChunk)
                    .extracting(frame -> frame.getChunk().getRegionBytes())
                    .containsExactly(Wire.CHUNK_BYTES, Wire.CHUNK_BYTES - Wire.MIN_CHUNK_BYTES);
            assertThat(memory.fromClient().get(0)).isEqualTo((byte) 6);

            dialogue.end.receiver().on("m", byte[].class, (event, bytes) -> heard.add(bytes));
            begin(dialogue, Wire.MIN_CHUNK_BYTES + PIECE);
            fill(memory.fromMain(), 0, PIECE, 4);
            dialogue.peer.send(inSlot(sent, PIECE, false));
            assertThat(heard)
                    .singleElement()
                    .satisfies(bytes -> assertThat(bytes[Wire.MIN_CHUNK_BYTES]).isEqualTo((byte) 4));
            memory.close();
        }
    }

    @Test
    void w23_3_fileThatIsNotMeant_isNotMapped() throws IOException {
        SharedMemory memory = SharedMemory.create(SLOTS);
        byte[] other = memory.nonce();
        other[0]++;
        for (Frame.Builder offer : List.of(
                region(memory.path(), SLOTS, other),
                region(memory.path(), SLOTS, new byte[0]),
                region(memory.path(), SLOTS + 1, memory.nonce()),
                region("/proc/self/fd/0", SLOTS, memory.nonce()),
                region("/tmp", SLOTS, memory.nonce()),
                region("", SLOTS, memory.nonce()))) {
            try (Dialogue dialogue = Dialogue.withReadyClient()) {
                dialogue.peer.send(offer);
                assertThat(dialogue.peer.next().getRegionCredit().getSlots()).isZero();
                dialogue.end.session().send("to main", new byte[2 * Wire.CHUNK_BYTES]);
                assertThat(dialogue.peer.drain())
                        .filteredOn(Frame::hasChunk)
                        .allMatch(frame -> frame.getChunk().getRegionBytes() == 0);
            }
        }
        memory.close();
    }

    @Test
    void w23_2_clientThatWantsNone_saysSo() throws IOException {
        SharedMemory memory = SharedMemory.create(SLOTS);
        Limits none = Limits.defaults().withRegionBytes(0);
        try (Dialogue dialogue = Dialogue.withReadyClient(none, CallbackExecutor.direct())) {
            dialogue.peer.send(region(memory));
            assertThat(dialogue.peer.next().getRegionCredit().getSlots()).isZero();
            dialogue.assertGoesOn();
        }
        memory.close();
    }

    @Test
    void w23_1_secondOfferOrOneWithoutSlots_endsTheConnection() throws IOException {
        SharedMemory memory = SharedMemory.create(SLOTS);
        try (Dialogue dialogue = Dialogue.withReadyClient()) {
            dialogue.peer.send(region(memory)).send(region(memory));
            dialogue.assertBroken();
        }
        for (int slots : new int[] {0, -1, Wire.MAX_SLOTS + 1}) {
            try (Dialogue dialogue = Dialogue.withReadyClient()) {
                dialogue.peer.send(region(memory.path(), slots, memory.nonce()));
                dialogue.assertBroken();
            }
        }
        memory.close();
    }

    @Test
    void w6_1_offerByAClient_endsTheConnection() throws IOException {
        SharedMemory memory = SharedMemory.create(SLOTS);
        try (Dialogue dialogue = main()) {
            dialogue.peer.send(region(memory));
            dialogue.assertBroken();
        }
        memory.close();
    }
}
