package dev.valence.frame;

import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor.JavaType;
import com.google.protobuf.Message;
import com.google.protobuf.UnknownFieldSet;
import dev.valence.proto.Frame;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.Collectors;

/** Frames as protobuf makes them, at random, and what of them the library takes in. */
final class OracleFrames {

    /** Fields that are read by nobody, by message and name. */
    private static final Set<String> RESERVED = Set.of(
            "content_type",
            "metadata",
            "objects",
            "region",
            "window_bytes",
            "direct_endpoint",
            "direct_token",
            "stream_bytes",
            "port_bytes",
            "stack");

    private static final Set<String> WITH_PORTS = Set.of("Message", "PortMessage");

    /** Messages that say nothing if they are empty. */
    private static final Set<String> EMPTY_IF_ABSENT = Set.of("windows", "bounds", "rules");

    private static final List<FieldDescriptor> BODIES =
            Frame.getDescriptor().getOneofs().get(0).getFields();

    private static final long[] NUMBERS = {
        0, 1, 2, 127, 128, 300, 1 << 21, Integer.MAX_VALUE, 0xFFFF_FFFFL, 1L << 32, Long.MAX_VALUE, -1, Long.MIN_VALUE
    };

    private static final String[] TEXTS = {
        "", "a", "channel", "a.b/c:d", "ä", "日本", "x😀y", "\uFFFD", "\u0000\u007f\u0080\u07ff\u0800"
    };

    private OracleFrames() {}

    /** Returns a frame with one body and any fields, some unknown. */
    static Frame random(SplittableRandom random) {
        return random(BODIES.get(random.nextInt(BODIES.size())), random);
    }

    /** Returns a message with any fields, as a rule without an id and ports. */
    static Frame randomMessage(SplittableRandom random) {
        Frame frame = random(Frame.getDescriptor().findFieldByNumber(Frame.MESSAGE_FIELD_NUMBER), random);
        if (random.nextInt(4) == 0) {
            return frame;
        }
        return frame.toBuilder()
                .setMessage(frame.getMessage().toBuilder().clearId().clearPorts())
                .build();
    }

    /** Returns the bytes of a frame with a message of these fields, whatever their order. */
    static byte[] ofMessage(ByteString fields) {
        UnknownFieldSet.Field body =
                UnknownFieldSet.Field.newBuilder().addLengthDelimited(fields).build();
        return UnknownFieldSet.newBuilder()
                .addField(Frame.MESSAGE_FIELD_NUMBER, body)
                .build()
                .toByteArray();
    }

    private static Frame random(FieldDescriptor body, SplittableRandom random) {
        Frame.Builder frame = Frame.newBuilder();
        if (random.nextInt(4) == 0) {
            frame.setOrigin(random.nextInt()).setHops(random.nextInt(3)).setDestination(random.nextInt(300));
        }
        Message.Builder inside = frame.newBuilderForField(body);
        fill(inside, random);
        return addUnknown(frame.setField(body, inside.build()), random).build();
    }

    private static void fill(Message.Builder message, SplittableRandom random) {
        for (FieldDescriptor field : message.getDescriptorForType().getFields()) {
            if (random.nextInt(3) == 0) {
                continue;
            }
            if (field.isRepeated()) {
                for (int i = random.nextInt(4); i > 0; i--) {
                    message.addRepeatedField(field, value(message, field, random));
                }
            } else {
                message.setField(field, value(message, field, random));
            }
        }
        addUnknown(message, random);
    }

    private static Object value(Message.Builder in, FieldDescriptor field, SplittableRandom random) {
        long number = random.nextBoolean() ? NUMBERS[random.nextInt(NUMBERS.length)] : random.nextLong();
        return switch (field.getJavaType()) {
            case INT -> (int) number;
            case LONG -> number;
            case BOOLEAN -> random.nextBoolean();
            case STRING -> TEXTS[random.nextInt(TEXTS.length)];
            case BYTE_STRING -> bytes(random, random.nextInt(40));
            case ENUM -> field.getEnumType().findValueByNumberCreatingIfUnknown(random.nextInt(6));
            case MESSAGE -> {
                Message.Builder inside = in.newBuilderForField(field);
                fill(inside, random);
                yield inside.build();
            }
            default -> throw new IllegalStateException("type of " + field);
        };
    }

    private static ByteString bytes(SplittableRandom random, int length) {
        byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        return ByteString.copyFrom(bytes);
    }

    private static <B extends Message.Builder> B addUnknown(B message, SplittableRandom random) {
        if (random.nextInt(8) == 0) {
            UnknownFieldSet.Field.Builder field = UnknownFieldSet.Field.newBuilder();
            switch (random.nextInt(5)) {
                case 0 -> field.addVarint(random.nextLong());
                case 1 -> field.addFixed32(random.nextInt());
                case 2 -> field.addFixed64(random.nextLong());
                case 3 -> field.addLengthDelimited(bytes(random, random.nextInt(20)));
                default ->
                    field.addGroup(UnknownFieldSet.newBuilder()
                            .addField(
                                    1 + random.nextInt(40),
                                    UnknownFieldSet.Field.newBuilder()
                                            .addVarint(1)
                                            .build())
                            .build());
            }
            int number = random.nextBoolean() ? 33 + random.nextInt(7) : 2000 + random.nextInt(100_000);
            message.setUnknownFields(
                    UnknownFieldSet.newBuilder().addField(number, field.build()).build());
        }
        return message;
    }

    /** Returns whether the library takes a frame that protobuf takes: if it has one body, and none that is reserved. */
    static boolean isTaken(byte[] bytes, Frame frame) throws IOException {
        return bodies(bytes) == 1 && !frame.hasPortOffer();
    }

    private static int bodies(byte[] bytes) throws IOException {
        Map<Integer, UnknownFieldSet.Field> fields =
                UnknownFieldSet.parseFrom(bytes).asMap();
        return BODIES.stream()
                .filter(body -> fields.containsKey(body.getNumber()))
                .mapToInt(body ->
                        fields.get(body.getNumber()).getLengthDelimitedList().size())
                .sum();
    }

    /** Returns what is left of a frame that the library has read and written again. */
    static Frame known(Frame frame) {
        Frame.Builder known = (Frame.Builder) strip(frame.toBuilder());
        if (!hasRoute(frame)) {
            known.clearOrigin().clearDestination().clearHops(); // the reader tells them, and nobody sends them
        }
        return known.build();
    }

    private static boolean hasRoute(Frame frame) {
        return switch (frame.getBodyCase()) {
            case MESSAGE, REQUEST, STREAM, PORT_MESSAGE, REPLY, ITEM -> true;
            default -> false;
        };
    }

    private static Message.Builder strip(Message.Builder message) {
        message.setUnknownFields(UnknownFieldSet.getDefaultInstance());
        for (FieldDescriptor field : Set.copyOf(message.getAllFields().keySet())) {
            boolean isReserved = RESERVED.contains(field.getName())
                    || field.getFullName().equals("valence.PortClose.code")
                    || field.getName().equals("ports")
                            && !WITH_PORTS.contains(
                                    message.getDescriptorForType().getName());
            if (isReserved) {
                message.clearField(field);
            } else if (field.getJavaType() == JavaType.MESSAGE && field.isRepeated()) {
                List<?> all = (List<?>) message.getField(field);
                List<Message> stripped = all.stream()
                        .map(one -> strip(((Message) one).toBuilder()).build())
                        .collect(Collectors.toList());
                message.setField(field, stripped);
            } else if (field.getJavaType() == JavaType.MESSAGE) {
                Message inside =
                        strip(((Message) message.getField(field)).toBuilder()).build();
                if (inside.getAllFields().isEmpty() && EMPTY_IF_ABSENT.contains(field.getName())) {
                    message.clearField(field);
                } else {
                    message.setField(field, inside);
                }
            }
        }
        return message;
    }
}
