package dev.valence.benchmarks.micro;

import com.google.protobuf.ByteString;
import com.google.protobuf.BytesValue;
import dev.valence.Payload;
import dev.valence.TypeRef;
import dev.valence.benchmarks.valence.Note;
import dev.valence.session.Codecs;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** From a value to the bytes that travel, and back. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class CodecBenchmark {

    /** What kind of value. */
    @Param({"bytes", "string", "protobuf", "record"})
    public String kind = "";

    /** About how large. */
    @Param({"64", "1024"})
    public int bytes;

    private final Codecs codecs = new Codecs(List.of());

    @SuppressWarnings("NullAway.Init") // set up before anything else, as all below
    private Object value;

    @SuppressWarnings("NullAway.Init")
    private TypeRef<?> type;

    @SuppressWarnings("NullAway.Init")
    private Payload encoded;

    /** Makes the value. */
    @Setup
    public void setUp() {
        value = switch (kind) {
            case "bytes" -> new byte[bytes];
            case "string" -> "x".repeat(bytes);
            case "protobuf" -> BytesValue.of(ByteString.copyFrom(new byte[bytes]));
            case "record" -> Note.ofBytes(bytes);
            default -> throw new IllegalArgumentException("kind: " + kind);
        };
        type = TypeRef.of(value.getClass());
        encoded = codecs.encode(value);
    }

    /** Encodes. */
    @Benchmark
    public Payload encode() {
        return codecs.encode(value);
    }

    /** Decodes. */
    @Benchmark
    public @Nullable Object decode() {
        return codecs.decode(encoded, type);
    }
}
