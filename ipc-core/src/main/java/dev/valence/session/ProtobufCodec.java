package dev.valence.session;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.MessageLite;
import com.google.protobuf.Parser;
import dev.valence.PayloadCodec;
import java.lang.reflect.Type;
import org.jspecify.annotations.Nullable;

/**
 * Protobuf messages. They are decoded to the generated class that the receiver names.
 *
 * <p>A program without protobuf-java has this codec too, and one that does not use it loads nothing of it: types are first
 * told apart by name.
 */
final class ProtobufCodec implements PayloadCodec {

    private static final String MESSAGE = "com.google.protobuf.MessageLite";

    private static final ClassValue<Parser<? extends MessageLite>> PARSERS = new ClassValue<>() {
        @Override
        protected Parser<? extends MessageLite> computeValue(Class<?> type) {
            return parserOf(type);
        }
    };

    @Override
    public int encoding() {
        return Encoding.PROTOBUF;
    }

    @Override
    public boolean encodes(Class<?> type) {
        return isMessage(type) && MessageLite.class.isAssignableFrom(type);
    }

    private static boolean isMessage(@Nullable Class<?> type) {
        if (type == null || type.getName().equals(MESSAGE)) {
            return type != null;
        }
        for (Class<?> implemented : type.getInterfaces()) {
            if (isMessage(implemented)) {
                return true;
            }
        }
        return isMessage(type.getSuperclass());
    }

    @Override
    public byte[] encode(Object value) {
        MessageLite message = (MessageLite) value;
        if (!message.isInitialized()) {
            throw new IllegalArgumentException("a required field is not set");
        }
        return message.toByteArray();
    }

    @Override
    public Object decode(byte[] bytes, Type type) throws InvalidProtocolBufferException {
        if (type instanceof Class<?> wanted && encodes(wanted)) {
            return PARSERS.get(wanted).parseFrom(bytes);
        }
        throw new IllegalArgumentException("not a protobuf message (expected: a generated class)");
    }

    private static Parser<? extends MessageLite> parserOf(Class<?> type) {
        try {
            return ((MessageLite) type.getMethod("getDefaultInstance").invoke(null)).getParserForType();
        } catch (ReflectiveOperationException | NullPointerException e) {
            throw new IllegalArgumentException(
                    "no public static getDefaultInstance() (expected: a generated class, in a package that is exported)",
                    e);
        }
    }
}
