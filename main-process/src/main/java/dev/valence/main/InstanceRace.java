package dev.valence.main;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.channels.FileChannel;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/** Tries to become first or to be heard by the first, until one succeeds. */
final class InstanceRace {

    private static final Duration PATIENCE = Duration.ofSeconds(10);

    /** Between two tries: the first is being opened, or closed. */
    private static final Duration PAUSE = Duration.ofMillis(10);

    private InstanceRace() {}

    static SingleInstance run(InstancePlace place, byte[] start) throws IOException {
        long beginNanos = System.nanoTime();
        IOException why = new IOException("not tried");
        while (System.nanoTime() - beginNanos < PATIENCE.toNanos()) {
            FileChannel lock = place.tryLock();
            if (lock != null) {
                return FirstInstance.open(place, lock);
            }
            try {
                InstanceSocket.handOver(place, start);
                return new SecondInstance();
            } catch (InterruptedIOException e) {
                throw e;
            } catch (IOException e) {
                why = e;
            }
            LockSupport.parkNanos(PAUSE.toNanos());
        }
        throw new IOException(
                "the process that holds " + place.lock() + " is silent (expected: takes the arguments within "
                        + PATIENCE.toSeconds() + " s, or ends): " + why.getMessage(),
                why);
    }
}
