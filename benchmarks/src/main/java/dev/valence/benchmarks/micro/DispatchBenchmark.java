package dev.valence.benchmarks.micro;

import dev.valence.renderer.IpcRenderer;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** From {@code send} to the end of the listener, and from {@code invokeSync} to the reply, without a socket. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class DispatchBenchmark {

    private static final int MESSAGES = 1000;

    /** What runs listeners and handlers. */
    @Param({"direct", "elastic"})
    public String executor = "";

    private final byte[] payload = new byte[64];
    private final Semaphore arrived = new Semaphore(0);

    @SuppressWarnings("NullAway.Init") // set up before anything else, as the next
    private InMemory ends;

    @SuppressWarnings("NullAway.Init")
    private IpcRenderer renderer;

    /** Connects the two. */
    @Setup
    public void setUp() {
        ends = new InMemory(executor);
        ends.main().on(InMemory.MESSAGE, (event, bytes) -> arrived.release());
        renderer = ends.connect();
        renderer.ready();
    }

    /** Closes both. */
    @TearDown
    public void tearDown() {
        ends.close();
    }

    /** Sends many, and waits for the listener to have had all. */
    @Benchmark
    @OperationsPerInvocation(MESSAGES)
    public void messages() {
        for (int i = 0; i < MESSAGES; i++) {
            renderer.send(InMemory.MESSAGE, payload);
        }
        arrived.acquireUninterruptibly(MESSAGES);
    }

    /** Calls. */
    @Benchmark
    public byte @Nullable [] roundTrip() {
        return renderer.invokeSync(InMemory.ECHO, payload);
    }
}
