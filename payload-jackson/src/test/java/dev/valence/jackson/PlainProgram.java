package dev.valence.jackson;

import com.google.protobuf.StringValue;
import dev.valence.IpcException;
import dev.valence.Payload;
import dev.valence.TypeRef;
import java.lang.reflect.InvocationTargetException;
import java.util.List;

/** A program without modules; the codecs are reached by reflection, as their package is not exported to this module. */
final class PlainProgram {

    private final Object codecs;

    private PlainProgram() throws ReflectiveOperationException {
        codecs = Class.forName("dev.valence.session.Codecs")
                .getConstructor(List.class)
                .newInstance(List.of());
    }

    record Point(int x, int y) {}

    public static void main(String[] args) throws ReflectiveOperationException {
        PlainProgram program = new PlainProgram();
        switch (args[0]) {
            case "built-in" -> {
                program.pass("string", "text");
                program.pass("integer", 42);
                program.pass("protobuf", StringValue.of("text"));
            }
            case "record" -> program.pass("record", new Point(1, 2));
            case "thread" -> program.pass("thread", Thread.currentThread());
            default -> throw new IllegalArgumentException(args[0]);
        }
    }

    private void pass(String what, Object value) throws ReflectiveOperationException {
        try {
            Payload payload = (Payload)
                    codecs.getClass().getMethod("encode", Object.class).invoke(codecs, value);
            System.out.println(what + " " + payload.encoding());
            System.out.println(codecs.getClass()
                    .getMethod("decode", Payload.class, TypeRef.class)
                    .invoke(codecs, payload, TypeRef.of(value.getClass())));
        } catch (InvocationTargetException e) {
            if (e.getCause() instanceof IpcException failure) {
                System.out.println(failure.getMessage());
            } else {
                throw e;
            }
        }
    }
}
