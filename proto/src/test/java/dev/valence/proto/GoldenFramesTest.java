package dev.valence.proto;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.MessageOrBuilder;
import com.google.protobuf.UnknownFieldSet;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Holds the bytes of every released version still: what a peer of any of them sends is understood as it was meant. */
class GoldenFramesTest {

    static final String VERSION_1 = "golden/v1.0.txt";

    private static final HexFormat HEX = HexFormat.of();

    static Set<String> names() {
        Set<String> names = new TreeSet<>(GoldenFrames.version1().keySet());
        names.addAll(golden().keySet());
        return names;
    }

    @ParameterizedTest
    @MethodSource("names")
    void goldenLine_decodesToTheExpectedFrameAndBack(String name) throws IOException {
        Frame expected = GoldenFrames.version1().get(name);
        assertThat(expected).as("GoldenFrames has '%s'", name).isNotNull();
        String hex = golden().get(name);
        assertThat(hex)
                .as("line to add: %s %s", name, HEX.formatHex(expected.toByteArray()))
                .isNotNull();

        Frame decoded = Frame.parseFrom(HEX.parseHex(hex));

        assertThat(decoded).isEqualTo(expected);
        assertThat(HEX.formatHex(decoded.toByteArray())).isEqualTo(hex);
        assertThat(decoded.getBodyCase().name().toLowerCase(Locale.ROOT))
                .as("a name starts with its body")
                .isEqualTo(name.split("-", 2)[0]);
    }

    @Test
    void everyBody_hasAGoldenLine() {
        Set<String> bodies = Frame.getDescriptor().getOneofs().get(0).getFields().stream()
                .map(FieldDescriptor::getName)
                .collect(Collectors.toCollection(TreeSet::new));

        assertThat(golden().keySet()).containsAll(bodies);
    }

    @Test
    void everyField_isSetInSomeGoldenFrame() throws IOException {
        Set<String> set = new TreeSet<>();
        for (String hex : golden().values()) {
            collectFields(Frame.parseFrom(HEX.parseHex(hex)), set);
        }
        Set<String> all = FrameProto.getDescriptor().getMessageTypes().stream()
                .map(Descriptor::getFields)
                .flatMap(List::stream)
                .map(FieldDescriptor::getFullName)
                .collect(Collectors.toCollection(TreeSet::new));

        assertThat(set).isEqualTo(all);
    }

    @Test
    void unknownFields_areSkippedAtEveryDepth() throws InvalidProtocolBufferException {
        UnknownFieldSet fromTheFuture = UnknownFieldSet.newBuilder()
                .addField(15, UnknownFieldSet.Field.newBuilder().addVarint(1).build())
                .addField(
                        2000,
                        UnknownFieldSet.Field.newBuilder()
                                .addLengthDelimited(ByteString.copyFromUtf8("new"))
                                .build())
                .build();
        Hello hello = GoldenFrames.version1().get("hello").getHello();
        Frame sent = Frame.newBuilder()
                .setHello(hello.toBuilder().setUnknownFields(fromTheFuture))
                .setUnknownFields(fromTheFuture)
                .build();

        Frame received = Frame.parseFrom(sent.toByteArray());

        assertThat(received.getBodyCase()).isEqualTo(Frame.BodyCase.HELLO);
        assertThat(received.getHello().getToken()).isEqualTo(hello.getToken());
        assertThat(received.getHello().toBuilder()
                        .setUnknownFields(UnknownFieldSet.getDefaultInstance())
                        .build())
                .isEqualTo(hello);
    }

    @Test
    void unknownBody_readsAsNoBody() throws InvalidProtocolBufferException {
        Frame sent = Frame.newBuilder()
                .setUnknownFields(UnknownFieldSet.newBuilder()
                        .addField(
                                4711,
                                UnknownFieldSet.Field.newBuilder()
                                        .addLengthDelimited(ByteString.EMPTY)
                                        .build())
                        .build())
                .build();

        assertThat(Frame.parseFrom(sent.toByteArray()).getBodyCase()).isEqualTo(Frame.BodyCase.BODY_NOT_SET);
    }

    /** Returns the hexadecimal bytes of each frame by name. */
    static Map<String, String> golden() {
        try (InputStream in = GoldenFramesTest.class.getClassLoader().getResourceAsStream(VERSION_1)) {
            String text = new String(Objects.requireNonNull(in, VERSION_1).readAllBytes(), StandardCharsets.UTF_8);
            return text.lines()
                    .map(line -> line.split(" ", 2))
                    .collect(Collectors.toMap(
                            parts -> parts[0],
                            parts -> parts[1],
                            (a, b) -> {
                                throw new IllegalStateException("two lines of one name");
                            },
                            LinkedHashMap::new));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void collectFields(MessageOrBuilder message, Set<String> into) {
        message.getAllFields().forEach((field, value) -> {
            into.add(field.getFullName());
            nested(value).forEach(inner -> collectFields(inner, into));
        });
    }

    private static Stream<MessageOrBuilder> nested(Object value) {
        Stream<?> values = value instanceof List<?> list ? list.stream() : Stream.of(value);
        return values.filter(MessageOrBuilder.class::isInstance).map(MessageOrBuilder.class::cast);
    }
}
