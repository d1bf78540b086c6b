package dev.valence.benchmarks.peer;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The process of one end. Its arguments are the class of the {@link Peer}, the address of the other end or {@code -}, and
 * options. Then it takes a command a line from stdin, and answers each with a line that begins with {@code =}; the first such
 * line says that it is open. It ends with its stdin.
 *
 * <table>
 * <caption>Commands</caption>
 * <tr><td>{@code address}</td><td>where one more client connects</td></tr>
 * <tr><td>{@code start call BYTES}</td><td>blocking calls, one after the other</td></tr>
 * <tr><td>{@code start async BYTES N}</td><td>N calls in flight</td></tr>
 * <tr><td>{@code start mixed BYTES LARGE}</td><td>blocking calls beside large ones by another thread</td></tr>
 * <tr><td>{@code start flood BYTES}</td><td>messages to the other end</td></tr>
 * <tr><td>{@code start publish BYTES N}</td><td>messages to all subscribers, when there are N</td></tr>
 * <tr><td>{@code subscribe ADDRESS …}</td><td>becomes one subscriber for each address</td></tr>
 * <tr><td>{@code mark}</td><td>begins to measure</td></tr>
 * <tr><td>{@code read}</td><td>{@code name=value} of all that was measured since the mark</td></tr>
 * <tr><td>{@code received}</td><td>the bytes of all arrivals so far</td></tr>
 * <tr><td>{@code allocated}</td><td>the bytes that all threads have allocated so far</td></tr>
 * <tr><td>{@code memory}</td><td>heap, direct memory and files after a collection</td></tr>
 * <tr><td>{@code stop}</td><td>ends the load and answers what was sent</td></tr>
 * </table>
 */
public final class PeerProgram {

    private static final PrintStream ANSWERS = System.out;

    private final Peer peer;
    private final Receipts receipts = new Receipts();
    private final Meter meter = new Meter(receipts);
    private @Nullable Load load; // commands only

    private PeerProgram(Peer peer) {
        this.peer = peer;
    }

    /** Runs a peer. */
    public static void main(String[] args) {
        System.setOut(System.err); // what libraries print is no answer
        try {
            Peer peer = Class.forName(args[0])
                    .asSubclass(Peer.class)
                    .getDeclaredConstructor()
                    .newInstance();
            new PeerProgram(peer)
                    .run(args[1].equals("-") ? "" : args[1], Arrays.asList(args).subList(2, args.length));
            System.exit(0); // libraries keep threads
        } catch (Throwable t) {
            fail(t);
        }
    }

    /** Ends this process because a load cannot go on. */
    public static void fail(Throwable failure) {
        failure.printStackTrace();
        Runtime.getRuntime().halt(1);
    }

    private void run(String address, List<String> options) throws Exception {
        peer.open(address, options, receipts);
        answer("open");
        BufferedReader commands = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = commands.readLine(); line != null; line = commands.readLine()) {
            answer(execute(Arrays.asList(line.split(" "))));
        }
    }

    private static void answer(String text) throws IOException {
        ANSWERS.println("= " + text);
        if (ANSWERS.checkError()) {
            throw new IOException("the driver is gone");
        }
    }

    private String execute(List<String> words) throws Exception {
        return switch (words.get(0)) {
            case "address" -> peer.address();
            case "start" -> start(words);
            case "subscribe" -> {
                peer.subscribe(words.subList(1, words.size()));
                yield "subscribed";
            }
            case "mark" -> {
                meter.mark();
                yield "marked";
            }
            case "read" -> meter.read();
            case "received" -> "receivedBytes=" + receipts.bytes();
            case "allocated" -> "allocatedBytes=" + Memory.allocatedBytes();
            case "memory" -> Memory.held();
            case "stop" -> stop();
            default ->
                throw new IllegalArgumentException("command: " + words + " (expected: address, start, subscribe …)");
        };
    }

    private String start(List<String> words) throws InterruptedException {
        if (words.get(1).equals("publish")) {
            while (peer.subscribers() < Integer.parseInt(words.get(3))) {
                Thread.sleep(1);
            }
        }
        load = load(words);
        load.start();
        return "started";
    }

    private String stop() throws InterruptedException {
        Load stopped = load;
        load = null;
        return "sent=" + (stopped == null ? 0 : stopped.stop());
    }

    private Load load(List<String> words) {
        Object payload = peer.payload(Integer.parseInt(words.get(2)));
        return switch (words.get(1)) {
            case "call" -> new BlockingCalls(peer, payload, meter::record);
            case "mixed" -> new MixedCalls(peer, Integer.parseInt(words.get(2)), Integer.parseInt(words.get(3)), meter);
            case "async" -> new AsyncCalls(peer, payload, meter, Integer.parseInt(words.get(3)));
            case "flood" -> new Sending(peer::flood, payload);
            case "publish" -> new Sending(peer::publish, payload);
            default ->
                throw new IllegalArgumentException(
                        "load: " + words.get(1) + " (expected: call, async, mixed, flood or publish)");
        };
    }
}
