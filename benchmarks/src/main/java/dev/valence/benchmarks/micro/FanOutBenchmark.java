package dev.valence.benchmarks.micro;

import dev.valence.renderer.IpcRenderer;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
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

/** Broadcasts, for each of which the listeners of all renderers run; without sockets. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class FanOutBenchmark {

    private static final int MESSAGES = 100;

    /** How many renderers listen. */
    @Param({"1", "16", "64"})
    public int subscribers;

    private final byte[] payload = new byte[64];
    private final Semaphore arrived = new Semaphore(0);

    @SuppressWarnings("NullAway.Init") // set up before anything else
    private InMemory ends;

    /** Connects all. */
    @Setup
    public void setUp() {
        ends = new InMemory("direct");
        for (int i = 0; i < subscribers; i++) {
            IpcRenderer renderer = ends.connect();
            renderer.on(InMemory.MESSAGE, (event, bytes) -> arrived.release());
            renderer.ready();
        }
        while (!ends.main().renderers().stream().allMatch(each -> each.isSubscribed(InMemory.MESSAGE.name()))) {
            Thread.onSpinWait();
        }
    }

    /** Closes all. */
    @TearDown
    public void tearDown() {
        ends.close();
    }

    /** Broadcasts some, and waits for all listeners to have had all. */
    @Benchmark
    @OperationsPerInvocation(MESSAGES)
    public void broadcasts() {
        for (int i = 0; i < MESSAGES; i++) {
            ends.main().broadcast(InMemory.MESSAGE, payload);
        }
        arrived.acquireUninterruptibly(MESSAGES * subscribers);
    }
}
