package dev.valence.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import com.google.protobuf.DescriptorProtos.UninterpretedOption.NamePart;
import com.google.protobuf.MessageLite;
import com.google.protobuf.StringValue;
import dev.valence.ErrorCode;
import dev.valence.IpcException;
import dev.valence.Payload;
import dev.valence.TypeRef;
import dev.valence.proto.Frame;
import dev.valence.proto.Ping;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ProtobufCodecTest {

    private final Codecs codecs = new Codecs(List.of());

    @Test
    void generatedMessage_arrivesEqual() {
        Frame frame = Frame.newBuilder()
                .setOrigin(7)
                .setPing(Ping.getDefaultInstance())
                .build();

        assertThat(codecs.decode(codecs.encode(frame), TypeRef.of(Frame.class))).isEqualTo(frame);
    }

    @Test
    void emptyMessage_arrivesEqual() {
        Payload payload = codecs.encode(Frame.getDefaultInstance());

        assertThat(payload).isEqualTo(new Payload(7, new byte[0]));
        assertThat(codecs.decode(payload, TypeRef.of(Frame.class))).isEqualTo(Frame.getDefaultInstance());
    }

    @Test
    void messageBeyondProtobufsStreamLimit_arrivesEqual() {
        StringValue value = StringValue.of("x".repeat(65 << 20));

        assertThat(codecs.decode(codecs.encode(value), TypeRef.of(StringValue.class))
                        .getValue())
                .hasSize(65 << 20);
    }

    @Test
    void messageWithoutRequiredField_isEncodeFailed() {
        NamePart partial = NamePart.newBuilder().setNamePart("x").buildPartial();

        CodecsTest.fails(
                () -> codecs.encode(partial),
                ErrorCode.ENCODE_FAILED,
                "payload of type com.google.protobuf.DescriptorProtos$UninterpretedOption$NamePart cannot be encoded: a"
                        + " required field is not set");
    }

    @Test
    void malformedMessage_isDecodeFailed() {
        assertThatThrownBy(() -> codecs.decode(new Payload(7, new byte[] {(byte) 0xff}), TypeRef.of(Frame.class)))
                .isInstanceOfSatisfying(
                        IpcException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.DECODE_FAILED))
                .hasMessageStartingWith(
                        "payload of encoding 7 (protobuf) cannot be decoded to dev.valence.proto.Frame: ")
                .hasRootCauseInstanceOf(com.google.protobuf.InvalidProtocolBufferException.class);
    }

    @ParameterizedTest
    @ValueSource(classes = {String.class, Object.class, ByteString.class})
    void otherTypeForMessage_isDecodeFailed(Class<?> type) {
        CodecsTest.fails(
                () -> codecs.decode(codecs.encode(StringValue.of("x")), TypeRef.of(type)),
                ErrorCode.DECODE_FAILED,
                "payload of encoding 7 (protobuf) cannot be decoded to " + type.getName()
                        + ": not a protobuf message (expected: a generated class)");
    }

    @Test
    void interfaceForMessage_isDecodeFailed() {
        CodecsTest.fails(
                () -> codecs.decode(codecs.encode(StringValue.of("x")), TypeRef.of(MessageLite.class)),
                ErrorCode.DECODE_FAILED,
                "payload of encoding 7 (protobuf) cannot be decoded to com.google.protobuf.MessageLite: no public static"
                        + " getDefaultInstance() (expected: a generated class, in a package that is exported)");
    }
}
