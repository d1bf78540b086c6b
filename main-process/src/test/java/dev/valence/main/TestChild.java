package dev.valence.main;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;

/** The program that tests start as a child. Uses nothing but the JDK, so that its class path is one directory. */
public final class TestChild {

    private TestChild() {}

    /** Returns the class path that this class needs. */
    static String classPath() {
        try {
            Path file = Path.of(TestChild.class.getResource("TestChild.class").toURI());
            return file.getParent().getParent().getParent().getParent().toString();
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Does what the first argument says. */
    public static void main(String[] args) throws Exception {
        switch (args[0]) {
            case "exit" -> System.exit(Integer.parseInt(args[1]));
            case "throw" -> throw new IllegalStateException("boom");
            case "exhaust" -> exhaust();
            case "flood" -> flood(Integer.parseInt(args[1]));
            case "tell" -> tell(args);
            case "echo" -> echo();
            case "parent" -> parent(args[1]);
            case "lock" -> lock(Path.of(args[1]));
            case "hang" -> hang();
            default -> throw new IllegalArgumentException(args[0]);
        }
    }

    private static void exhaust() {
        List<byte[]> all = new ArrayList<>();
        while (true) {
            all.add(new byte[1 << 20]);
        }
    }

    private static void flood(int lines) {
        for (int i = 0; i < lines; i++) {
            System.out.println("out " + i);
            System.err.println("err " + i);
        }
    }

    private static void tell(String[] args) {
        System.out.println("args=" + List.of(args));
        System.out.println("property=" + System.getProperty("test.property"));
        System.out.println("variable=" + System.getenv("TEST_VARIABLE"));
        System.out.println("handover=" + System.getenv("VALENCE_HANDOVER"));
        System.out.println("inherited=" + System.getenv("HOME"));
        System.out.println("directory=" + Path.of("").toAbsolutePath());
    }

    /** Repeats its stdin, and exits with 7 at its end. */
    private static void echo() throws IOException {
        StringBuilder line = new StringBuilder();
        for (int b = System.in.read(); b >= 0; b = System.in.read()) {
            if (b == '\n') {
                System.out.println("[" + line + "]");
                line.setLength(0);
            } else {
                line.append(new String(new byte[] {(byte) b}, StandardCharsets.ISO_8859_1));
            }
        }
        System.exit(7);
    }

    /** Starts a process that holds this one's pipes, then hangs, or exits and leaves it behind. */
    private static void parent(String what) throws Exception {
        Process process = new ProcessBuilder("sleep", "60").inheritIO().start();
        System.out.println("grandchild=" + process.pid());
        if (what.equals("hang")) {
            hang();
        }
    }

    private static void lock(Path file) throws Exception {
        FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE);
        System.out.println("locked=" + channel.lock().isValid());
        hang();
    }

    private static void hang() throws InterruptedException {
        Runtime.getRuntime().addShutdownHook(new Thread(() -> System.out.println("last words")));
        System.out.println("hanging");
        Thread.currentThread().join();
    }
}
