package dev.valence.renderer;

import dev.valence.Endpoint;
import dev.valence.IpcException;
import dev.valence.frame.Frame;
import dev.valence.frame.Frame.Bounds;
import dev.valence.frame.Frame.Close;
import dev.valence.frame.Frame.Hello;
import dev.valence.frame.Frame.Kind;
import dev.valence.frame.Frame.Opening;
import dev.valence.frame.Frame.Ready;
import dev.valence.frame.Frame.Rules;
import dev.valence.frame.Frame.Welcome;
import dev.valence.frame.Frame.Windows;
import dev.valence.frame.FrameReader;
import dev.valence.frame.OutFrame;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.lang.invoke.CallSite;
import java.lang.invoke.LambdaMetafactory;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A short life of a renderer inside one JVM, so that its classes are loaded and initialised: it connects to a stand-in for
 * main, exchanges a message and a request each way, and closes. Nothing of it stays but the classes.
 */
final class Rehearsal {

    private static final Logger LOG = LoggerFactory.getLogger(Rehearsal.class);

    private static final String CHANNEL = "rehearsal";
    private static final String TOKEN = "00".repeat(32);
    private static final long WINDOW_BYTES = 1 << 20;
    private static final int STRING = 2; // the encoding, see docs/protocol.md
    private static final long PATIENCE_SECONDS = 5;

    private Rehearsal() {}

    /**
     * Runs it; returns whether all of it worked. If not, less is loaded than could be, and nothing else is wrong.
     *
     * @param directory for a socket, which is gone as soon as it is connected to
     */
    static boolean run(Path directory) {
        Path path = directory.resolve("s" + ProcessHandle.current().pid());
        HeadStart.spare();
        try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            server.bind(UnixDomainSocketAddress.of(path));
            try {
                Thread standIn = new Thread(() -> standIn(server, path), "valence-rehearsal");
                standIn.setDaemon(true);
                standIn.start();
                return perform(path) && launch();
            } finally {
                Files.deleteIfExists(path);
            }
        } catch (Throwable e) {
            LOG.debug("The rehearsal was cut short", e);
            return false;
        }
    }

    /** Does what a renderer that main has launched does besides. */
    private static boolean launch() throws Throwable {
        new SpareRole(Part.class.getName(), List.of()).play();
        var unused = BoundedExit.ofThisJvm();
        boolean isHooked = Runtime.getRuntime().removeShutdownHook(Offspring.ofThisJvm());
        return isHooked && !System.getenv().isEmpty() && linkLambda();
    }

    /** Plays no role. */
    static final class Part {
        public static void main(String[] args) {}
    }

    /**
     * Makes a class for a lambda, as the JVM does for those of the application, so that what makes them is loaded. Those of
     * the library itself come out of an archive.
     */
    private static boolean linkLambda() throws Exception {
        MethodHandles.Lookup lookup = MethodHandles.lookup();
        MethodType shape = MethodType.methodType(void.class, IpcRenderer.class);
        CallSite site = LambdaMetafactory.metafactory(
                lookup,
                "setUp",
                MethodType.methodType(Setup.class),
                shape,
                lookup.findStatic(Rehearsal.class, "setUp", shape),
                shape);
        return site.getTarget() != null;
    }

    @SuppressWarnings("unused") // the body of the lambda
    private static void setUp(IpcRenderer renderer) {}

    private static boolean perform(Path path) throws Exception {
        Endpoint endpoint = new Endpoint.Unix(path);
        String text = "valence-handover 1\nendpoint=" + endpoint + "\ntoken=" + TOKEN + "\nname=" + CHANNEL + "\n\n";
        Handover handover = Handover.read(new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)));
        MainWatch.start(InputStream.nullInputStream(), () -> null, () -> {});
        try (IpcRenderer renderer = IpcRenderer.connect(IpcRendererOptions.to(handover.endpoint(), handover.token()))) {
            CountDownLatch heard = new CountDownLatch(1);
            renderer.on(CHANNEL, String.class, (event, words) -> heard.countDown());
            renderer.handle(CHANNEL, String.class, (event, words) -> words);
            renderer.ready();
            renderer.send(CHANNEL, "a message");
            renderer.invokeSync(CHANNEL, "a request", String.class);
            return heard.await(PATIENCE_SECONDS, TimeUnit.SECONDS);
        }
    }

    // ---- What stands in for main ---------------------------------------------------------------------------------

    private static void standIn(ServerSocketChannel server, Path path) {
        try (SocketChannel client = server.accept()) {
            Files.deleteIfExists(path); // now, for this process may be killed at any time
            for (Frame frame = read(client); frame != null && !(frame instanceof Close); frame = read(client)) {
                if (frame instanceof Hello) {
                    write(client, welcome(), "");
                } else if (frame instanceof Ready) {
                    write(client, Opening.message(0, 0, 0, CHANNEL, STRING, List.of()), "a message");
                    write(client, request().started(1, false, 0), "a request");
                } else if (frame instanceof Opening opening && opening.kind() == Kind.REQUEST) {
                    write(client, Opening.answer(Kind.REPLY, opening.id(), STRING), "a reply");
                }
            }
        } catch (IOException | IpcException e) {
            LOG.debug("The rehearsal was cut short", e);
        }
    }

    private static Welcome welcome() {
        Rules open = new Rules(true, List.of(), List.of(), List.of(), List.of(), List.of(), List.of());
        return Welcome.of(1, CHANNEL, 1, open)
                .with(0, new Windows(WINDOW_BYTES, WINDOW_BYTES), new Bounds(WINDOW_BYTES, 1, 0));
    }

    private static Opening request() {
        return Opening.call(Kind.REQUEST, CHANNEL, STRING, TimeUnit.SECONDS.toMicros(PATIENCE_SECONDS));
    }

    private static @Nullable Frame read(SocketChannel client) throws IOException {
        ByteBuffer length = ByteBuffer.allocate(Integer.BYTES);
        if (!fill(client, length)) {
            return null;
        }
        ByteBuffer frame = ByteBuffer.allocate(length.getInt(0));
        return fill(client, frame) ? new FrameReader().read(frame.flip()) : null;
    }

    private static boolean fill(SocketChannel client, ByteBuffer buffer) throws IOException {
        while (buffer.hasRemaining()) {
            if (client.read(buffer) < 0) {
                return false;
            }
        }
        return true;
    }

    private static void write(SocketChannel client, Frame frame, String payload) throws IOException {
        byte[] bytes = payload.getBytes(StandardCharsets.UTF_8);
        OutFrame out = OutFrame.of(frame, bytes, 0, bytes.length);
        ByteBuffer rest = ByteBuffer.allocate(out.size());
        out.writeTo(rest);
        rest.flip();
        while (rest.hasRemaining()) {
            client.write(rest);
        }
    }
}
