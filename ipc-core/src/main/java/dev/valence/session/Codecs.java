package dev.valence.session;

import dev.valence.ErrorCode;
import dev.valence.IpcException;
import dev.valence.Payload;
import dev.valence.PayloadCodec;
import dev.valence.TypeRef;
import java.lang.reflect.GenericArrayType;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.ServiceConfigurationError;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Turns values into payloads and back, each by the first codec that takes it: the built-in ones, the program's own, those
 * {@linkplain InstalledCodecs installed}. The installed ones are loaded for the first value or encoding that no other
 * takes, so that a program without such values does not pay for them.
 *
 * <p><b>Threads.</b> Any, at once.
 */
public final class Codecs {

    private static final Payload NULL = new Payload(Encoding.NULL, new byte[0]);

    private static final List<PayloadCodec> BUILT_IN = List.of(
            new StringCodec(),
            new BytesCodec(),
            new IntegerCodec(),
            new BooleanCodec(),
            new FloatingPointCodec(),
            new CharacterCodec(),
            new ProtobufCodec());

    private final List<PayloadCodec> ofProgram;

    private final ClassValue<Optional<PayloadCodec>> byClass = new ClassValue<>() {
        @Override
        protected Optional<PayloadCodec> computeValue(Class<?> type) {
            return first(codec -> codec.encodes(type));
        }
    };

    /**
     * Makes the table of codecs.
     *
     * @param ofProgram asked before the installed codecs, and preferred to one of them with the same number
     * @throws IllegalArgumentException if one has a number of the library, or two have the same; names them
     */
    public Codecs(List<PayloadCodec> ofProgram) {
        this.ofProgram = checkNumbers(ofProgram);
    }

    /**
     * Encodes a value. A {@link Payload} is passed on as it is.
     *
     * @throws IpcException ENCODE_FAILED if no codec takes the value or its codec throws; names the type and the place
     */
    public Payload encode(@Nullable Object value) {
        if (value == null) {
            return NULL;
        }
        if (value instanceof Payload payload) {
            return payload;
        }
        try {
            PayloadCodec codec = byClass.get(value.getClass()).orElse(null);
            if (codec != null) {
                return new Payload(codec.encoding(), codec.encode(value));
            }
        } catch (Exception | LinkageError | ServiceConfigurationError | StackOverflowError e) {
            throw notEncoded(value, ": " + reason(e), e);
        }
        throw notEncoded(
                value,
                " (expected: a string, boxed primitive, byte[], protobuf message, or what a further codec takes; "
                        + furtherCodecs() + ")",
                null);
    }

    /**
     * Decodes a payload. {@link Payload} as the type gives the payload itself, {@link Void} gives null whatever was sent,
     * {@link Object} gives what the encoding stands for.
     *
     * @return null only if null was sent, or for {@code Void}
     * @throws IpcException DECODE_FAILED if the bytes are malformed or no value of the type; names encoding, type and why
     */
    public <T> @Nullable T decode(Payload payload, TypeRef<T> type) {
        return decode(payload, type, false);
    }

    /**
     * Decodes a payload that nobody else has, and that is not used any more: what would be a copy of its bytes is the bytes
     * themselves.
     *
     * @see #decode
     */
    public <T> @Nullable T take(Payload payload, TypeRef<T> type) {
        return decode(payload, type, true);
    }

    @SuppressWarnings("unchecked") // checked as far as erasure allows
    private <T> @Nullable T decode(Payload payload, TypeRef<T> type, boolean isTaken) {
        Type wanted = type.type();
        if (wanted == Payload.class) {
            return (T) payload;
        }
        if (wanted == Void.class) {
            return null;
        }
        try {
            boolean isItself = isTaken && payload.encoding() == Encoding.BYTES;
            Object value = isItself ? payload.bytes() : decode(payload, wanted);
            if (value == null && type.isPrimitive()) {
                throw new IllegalArgumentException("null is not a value of a primitive");
            }
            if (value != null && !erased(wanted).isInstance(value)) {
                throw new IllegalArgumentException("it is a " + value.getClass().getTypeName());
            }
            return (T) value;
        } catch (Exception | LinkageError | ServiceConfigurationError | StackOverflowError e) {
            String encoding = Encoding.describe(payload.encoding());
            throw new IpcException(
                    ErrorCode.DECODE_FAILED,
                    "payload of " + encoding + " cannot be decoded to " + type + ": " + reason(e),
                    e);
        }
    }

    private @Nullable Object decode(Payload payload, Type wanted) throws Exception {
        int encoding = payload.encoding();
        byte[] bytes = payload.bytes();
        if (encoding == Encoding.NULL) {
            if (bytes.length > 0) {
                throw new IllegalArgumentException(bytes.length + " bytes (expected: none)");
            }
            return null;
        }
        PayloadCodec codec =
                first(candidate -> candidate.encoding() == encoding).orElse(null);
        if (codec == null) {
            throw new IllegalArgumentException("no codec for it (" + furtherCodecs() + ")");
        }
        return codec.decode(bytes, wanted);
    }

    private Optional<PayloadCodec> first(Predicate<PayloadCodec> condition) {
        for (PayloadCodec codec : BUILT_IN) {
            if (condition.test(codec)) {
                return Optional.of(codec);
            }
        }
        for (PayloadCodec codec : ofProgram) {
            if (condition.test(codec)) {
                return Optional.of(codec);
            }
        }
        for (PayloadCodec codec : InstalledCodecs.list()) {
            if (condition.test(codec)) {
                return Optional.of(codec);
            }
        }
        return Optional.empty();
    }

    private String furtherCodecs() {
        String names = Stream.concat(ofProgram.stream(), InstalledCodecs.list().stream())
                .map(codec -> codec.getClass().getName())
                .collect(Collectors.joining(", "));
        return "further codecs: " + (names.isEmpty() ? "none, valence-jackson takes records and collections" : names);
    }

    /** Checks that no number is the library's own, except CBOR, and that none is there twice. */
    static List<PayloadCodec> checkNumbers(List<PayloadCodec> codecs) {
        List<PayloadCodec> checked = new ArrayList<>();
        for (PayloadCodec codec : codecs) {
            String name = codec.getClass().getName();
            int encoding = codec.encoding();
            if (encoding < Encoding.APPLICATION && encoding != Encoding.CBOR) {
                throw new IllegalArgumentException(
                        name + ": encoding " + encoding + " (expected: " + Encoding.APPLICATION + " or more)");
            }
            for (PayloadCodec other : checked) {
                if (other.encoding() == encoding) {
                    throw new IllegalArgumentException("encoding " + encoding + ": "
                            + other.getClass().getName() + " and " + name + " (expected: one codec)");
                }
            }
            checked.add(codec);
        }
        return List.copyOf(checked);
    }

    private static Class<?> erased(Type type) {
        if (type instanceof Class<?> whole) {
            return whole;
        }
        if (type instanceof ParameterizedType parameterized) {
            return erased(parameterized.getRawType());
        }
        return type instanceof GenericArrayType ? Object[].class : Object.class;
    }

    private static IpcException notEncoded(Object value, String why, @Nullable Throwable cause) {
        String type = value.getClass().getTypeName();
        return new IpcException(ErrorCode.ENCODE_FAILED, "payload of type " + type + " cannot be encoded" + why, cause);
    }

    private static String reason(Throwable failure) {
        String message = failure.getMessage();
        return failure instanceof Exception && message != null ? message : failure.toString();
    }
}
