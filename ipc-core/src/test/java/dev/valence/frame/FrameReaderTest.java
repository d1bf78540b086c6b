package dev.valence.frame;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import dev.valence.ErrorCode;
import dev.valence.IpcException;
import dev.valence.frame.Frame.Opening;
import dev.valence.proto.Frame.Builder;
import dev.valence.proto.Message;
import dev.valence.proto.Ping;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.Set;
import org.junit.jupiter.api.Test;

class FrameReaderTest {

    private final FrameReader reader = new FrameReader();

    private static Builder message(String channel) {
        return dev.valence.proto.Frame.newBuilder()
                .setMessage(Message.newBuilder().setChannel(channel).setPayload(ByteString.copyFromUtf8("payload")));
    }

    private static byte[] joined(Builder first, Builder second) {
        return first.build()
                .toByteString()
                .concat(second.build().toByteString())
                .toByteArray();
    }

    private String channel(String name) {
        return ((Opening) reader.read(ByteBuffer.wrap(message(name).build().toByteArray()))).channel();
    }

    @Test
    void whatIsLeftInTheBuffer_isThePayload() {
        ByteBuffer buffer = ByteBuffer.wrap(message("m").build().toByteArray());
        reader.read(buffer);
        byte[] payload = new byte[buffer.remaining()];
        buffer.get(payload);
        assertThat(payload).asString().isEqualTo("payload");
        ByteBuffer without = ByteBuffer.wrap(dev.valence.proto.Frame.newBuilder()
                .setPing(Ping.newBuilder().setNonce(1))
                .build()
                .toByteArray());
        assertThat(reader.read(without)).isEqualTo(new Frame.Ping(1));
        assertThat(without.hasRemaining()).isFalse();
    }

    @Test
    void nameThatComesAgain_isTheSameString() {
        String first = channel("news");
        assertThat(channel("other")).isEqualTo("other");
        assertThat(channel("news")).isSameAs(first);
        assertThat(channel("néws")).isEqualTo("néws");
        assertThat(channel("x".repeat(256))).hasSize(256);
    }

    @Test
    void messageThatDiffersInItsPayloadOnly_isTheSameObject() {
        Frame first = reader.read(frame(1, "news", "x"));
        ByteBuffer next = frame(1, "news", "y".repeat(300));
        assertThat(reader.read(next)).isSameAs(first);
        assertThat(next.remaining()).isEqualTo(300);
        assertThat(reader.read(frame(2, "news", "x"))).isNotSameAs(first);
        Opening other = (Opening) reader.read(frame(2, "newt", "x"));
        assertThat(other.channel()).isEqualTo("newt");
        assertThat(((Opening) reader.read(frame(0, "", "x"))).channel()).isEmpty(); // too short to be compared
        assertThat(((Opening) reader.read(frame(0, "", "y"))).channel()).isEmpty();
        Frame longest = reader.read(frame(2, "n".repeat(61), "x"));
        assertThat(reader.read(frame(2, "n".repeat(61), "x"))).isSameAs(longest);
        Frame tooLong = reader.read(frame(2, "n".repeat(62), "x"));
        assertThat(reader.read(frame(2, "n".repeat(62), "x")))
                .isEqualTo(tooLong)
                .isNotSameAs(tooLong);
    }

    @Test
    void tagThatIsWrittenOverlong_isReadAsEver() {
        assertThat(payload("220B120161FA808080807A0178")).isEqualTo("x");
        assertThat(payload("220C120161FA80808080020278" + "79")).isEqualTo("xy");
        assertThat(payload("220B120161FA808080807A0179")).isEqualTo("y");
        assertBroken(
                "a number of more than 10 bytes (expected: fewer)",
                HexFormat.of().parseHex("2210120161FA80808080FA80808080000178"));
    }

    private String payload(String frame) {
        ByteBuffer bytes = ByteBuffer.wrap(HexFormat.of().parseHex(frame));
        assertThat(((Opening) reader.read(bytes)).channel()).isEqualTo("a");
        return StandardCharsets.UTF_8.decode(bytes).toString();
    }

    @Test
    void fieldsBesideTheBody_areComparedAsWell() {
        for (int origin : new int[] {0, 1, 200, 1 << 14, 1 << 21, 1 << 28, -1}) {
            Opening read = (Opening) reader.read(frame(origin, "news", "x"));
            assertThat(read.origin()).isEqualTo(origin);
            Opening again = (Opening) reader.read(frame(origin, "news", "y"));
            assertThat(again).isEqualTo(read);
            assertThat(reader.origin()).isEqualTo(origin);
        }
    }

    private static ByteBuffer frame(int origin, String channel, String payload) {
        Message.Builder message = Message.newBuilder().setChannel(channel).setPayload(ByteString.copyFromUtf8(payload));
        return ByteBuffer.wrap(dev.valence.proto.Frame.newBuilder()
                .setOrigin(origin)
                .setMessage(message)
                .build()
                .toByteArray());
    }

    @Test
    void namesThatShareAPlace_areToldApart() {
        Set<String> all = new HashSet<>();
        for (int i = 0; i < 1000; i++) {
            all.add(channel("channel " + i));
            assertThat(channel("Aa" + i)).isEqualTo("Aa" + i);
            assertThat(channel("BB" + i)).isEqualTo("BB" + i); // has the same hash
        }
        assertThat(all).hasSize(1000);
    }

    @Test
    void secondBody_isRefusedWhicheverItIs() {
        Builder ping =
                dev.valence.proto.Frame.newBuilder().setPing(Ping.newBuilder().setNonce(1));
        assertBroken("a second body (expected: exactly one)", joined(message("m"), message("m")));
        assertBroken("a second body (expected: exactly one)", joined(message("m"), ping));
        assertBroken("no body that is known here (expected: exactly one)", new byte[] {8, 0});
        assertBroken("body 28 (expected: one that is not reserved)", new byte[] {(byte) 0xE2, 1, 0});
    }

    @Test
    void bytesThatAreNoFrame_areRefusedWithWhatIsWrong() {
        byte[] close = {(byte) 0x92, 1, 3, 18, 1, (byte) 0xC3};
        assertBroken("a string that is not UTF-8", close);
        assertBroken("a length of 5 (expected: at most 1, which are left)", new byte[] {34, 5, 0});
        assertBroken("the end in the middle of a field (expected: the rest of it)", new byte[] {8});
        assertBroken("the end in the middle of field 1 (expected: the rest of it)", new byte[] {13, 1});
        assertBroken("field 0 (expected: 1 or more)", new byte[] {0, 0});
        assertBroken("tag 12 (expected: one that begins a field)", new byte[] {12});
        assertBroken(
                "a number of more than 10 bytes (expected: fewer)",
                "\u0008ÿÿÿÿÿÿÿÿÿÿ\u0001".getBytes(java.nio.charset.StandardCharsets.ISO_8859_1));
    }

    @Test
    void groupsInGroups_areBounded() {
        assertThat(reader.read(ByteBuffer.wrap(groups(100)))).isEqualTo(new Frame.Ping(0));
        assertBroken("messages in messages (expected: at most 100 deep)", groups(101));
        assertBroken("messages in messages (expected: at most 100 deep)", groups(100_000));
    }

    private static byte[] groups(int depth) {
        ByteBuffer bytes = ByteBuffer.allocate(2 * depth + 2);
        for (int i = 0; i < depth; i++) {
            bytes.put(i, (byte) 11);
            bytes.put(depth + i, (byte) 12);
        }
        return bytes.put(2 * depth, (byte) 106).array();
    }

    private void assertBroken(String what, byte[] bytes) {
        assertThatThrownBy(() -> reader.read(ByteBuffer.wrap(bytes)))
                .hasMessage("not a frame: " + what)
                .isInstanceOfSatisfying(
                        IpcException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.PROTOCOL_ERROR));
    }
}
