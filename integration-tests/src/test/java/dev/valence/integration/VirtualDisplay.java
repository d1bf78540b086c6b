package dev.valence.integration;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** A display of its own for a test with windows: an Xvfb, which ends with {@link #close}. */
final class VirtualDisplay implements AutoCloseable {

    private static final String XVFB = "Xvfb";
    private static final long PATIENCE_SECONDS = 30;

    private final Process server;
    private final String name;

    private VirtualDisplay(Process server, String name) {
        this.server = server;
        this.name = name;
    }

    /**
     * Starts a display, with a number that is free. Where that is impossible the test is skipped and says why; with {@code
     * -Dvalence.display.required=true} it fails.
     */
    static VirtualDisplay open() throws IOException {
        List<String> missing = new ArrayList<>();
        Path xvfb = onPath(XVFB);
        if (xvfb == null) {
            missing.add(XVFB + " on the path (Debian: xvfb)");
        }
        Path windows = Path.of(System.getProperty("java.home"), "lib", "libawt_xawt.so");
        if (!Files.exists(windows)) {
            missing.add(windows + " (Debian: openjdk-17-jre beside the headless one)");
        }
        if (xvfb == null || !missing.isEmpty()) {
            throw Missing.DISPLAY.abort("no windows here: missing " + String.join(", ", missing));
        }
        Missing.DISPLAY.isThere();
        return start(xvfb);
    }

    private static Path onPath(String program) {
        for (String directory : System.getenv().getOrDefault("PATH", "").split(":")) {
            Path candidate = Path.of(directory, program);
            if (Files.isExecutable(candidate)) {
                return candidate;
            }
        }
        return null;
    }

    private static VirtualDisplay start(Path xvfb) throws IOException {
        Process server = new ProcessBuilder(
                        xvfb.toString(), "-displayfd", "1", "-screen", "0", "800x600x24", "-nolisten", "tcp")
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        try {
            BufferedReader output = server.inputReader();
            String number =
                    CompletableFuture.supplyAsync(() -> readLine(output)).get(PATIENCE_SECONDS, TimeUnit.SECONDS);
            assertThat(number).as("what Xvfb says its display is").matches("\\d+");
            return new VirtualDisplay(server, ":" + number);
        } catch (Throwable e) {
            server.destroyForcibly();
            throw new AssertionError("Xvfb does not start", e);
        }
    }

    private static String readLine(BufferedReader output) {
        try {
            return output.readLine();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /** Returns the name, as the variable DISPLAY has it. */
    String name() {
        return name;
    }

    @Override
    public void close() throws InterruptedException, IOException {
        server.destroy(); // it removes its socket and lock
        if (!server.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
            server.destroyForcibly().waitFor();
        }
        server.getInputStream().close();
        server.getOutputStream().close();
        server.getErrorStream().close();
    }
}
