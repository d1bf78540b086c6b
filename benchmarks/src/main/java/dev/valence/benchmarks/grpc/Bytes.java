package dev.valence.benchmarks.grpc;

import io.grpc.Drainable;
import io.grpc.KnownLength;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.Status;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;

/** The service, with bytes as they are for messages: nothing is encoded, and the array is copied once. */
final class Bytes implements MethodDescriptor.Marshaller<byte[]> {

    static final String SERVICE = "bench.Bytes";
    static final MethodDescriptor<byte[], byte[]> ECHO = method(MethodType.UNARY, "Echo");
    static final MethodDescriptor<byte[], byte[]> FLOOD = method(MethodType.CLIENT_STREAMING, "Flood");
    static final MethodDescriptor<byte[], byte[]> SUBSCRIBE = method(MethodType.SERVER_STREAMING, "Subscribe");

    private Bytes() {}

    private static MethodDescriptor<byte[], byte[]> method(MethodType type, String name) {
        Bytes bytes = new Bytes();
        return MethodDescriptor.newBuilder(bytes, bytes)
                .setType(type)
                .setFullMethodName(MethodDescriptor.generateFullMethodName(SERVICE, name))
                .build();
    }

    @Override
    public InputStream stream(byte[] value) {
        return new Source(value);
    }

    @Override
    public byte[] parse(InputStream stream) {
        try {
            byte[] bytes = new byte[stream.available()]; // the whole message: gRPC's streams know their length
            if (stream.readNBytes(bytes, 0, bytes.length) != bytes.length || stream.read() != -1) {
                throw Status.INTERNAL
                        .withDescription("not " + bytes.length + " bytes")
                        .asRuntimeException();
            }
            return bytes;
        } catch (IOException e) {
            throw Status.INTERNAL.withCause(e).asRuntimeException();
        }
    }

    private static final class Source extends ByteArrayInputStream implements KnownLength, Drainable {

        Source(byte[] value) {
            super(value);
        }

        @Override
        public int drainTo(OutputStream target) throws IOException {
            int drained = available();
            target.write(buf, pos, drained);
            pos = count;
            return drained;
        }
    }
}
