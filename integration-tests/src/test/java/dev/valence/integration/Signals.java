package dev.valence.integration;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.awaitility.Awaitility;

/** Stops processes as job control does, and lets them go on. */
final class Signals {

    private Signals() {}

    /** Stops a process, all its threads at once, and waits until the kernel says that it has. */
    static void stop(long pid) throws Exception {
        send("-STOP", pid);
        Awaitility.await().atMost(Duration.ofSeconds(60)).until(() -> state(pid) == 'T');
    }

    /** Lets a stopped process go on. */
    static void goOn(long pid) throws Exception {
        send("-CONT", pid);
    }

    /** Waits as long as something has to last, which is what some tests are about. */
    static void letPass(Duration time) {
        long start = System.nanoTime();
        Awaitility.await()
                .atMost(time.plusSeconds(60))
                .until(() -> Patience.since(start).compareTo(time) >= 0);
    }

    private static void send(String signal, long pid) throws Exception {
        int status = new ProcessBuilder("kill", signal, Long.toString(pid))
                .inheritIO()
                .start()
                .waitFor();
        assertThat(status).as("status of kill").isZero();
    }

    private static char state(long pid) throws IOException {
        String stat = Files.readString(Path.of("/proc", Long.toString(pid), "stat"));
        return stat.charAt(stat.lastIndexOf(')') + 2);
    }
}
