package dev.valence.renderer;

import com.google.protobuf.ByteString;
import dev.valence.Endpoint;
import dev.valence.frame.Wire;
import dev.valence.proto.Bounds;
import dev.valence.proto.Frame;
import dev.valence.proto.Message;
import dev.valence.proto.Reply;
import dev.valence.proto.Request;
import dev.valence.proto.Rules;
import dev.valence.proto.Welcome;
import dev.valence.proto.Windows;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
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
        try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            server.bind(UnixDomainSocketAddress.of(path));
            try {
                Thread standIn = new Thread(() -> standIn(server, path), "valence-rehearsal");
                standIn.setDaemon(true);
                standIn.start();
                return perform(path);
            } finally {
                Files.deleteIfExists(path);
            }
        } catch (Exception | LinkageError e) {
            LOG.debug("The rehearsal was cut short", e);
            return false;
        }
    }

    private static boolean perform(Path path) throws Exception {
        Endpoint endpoint = new Endpoint.Unix(path);
        String text = "valence-handover 1\nendpoint=" + endpoint + "\ntoken=" + TOKEN + "\nname=" + CHANNEL + "\n\n";
        Handover handover = Handover.read(new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)));
        MainWatch.start(InputStream.nullInputStream(), CompletableFuture::new, () -> {});
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
            for (Frame frame = read(client); frame != null && !frame.hasClose(); frame = read(client)) {
                if (frame.hasHello()) {
                    write(client, Frame.newBuilder().setWelcome(welcome()));
                } else if (frame.hasReady()) {
                    write(client, Frame.newBuilder().setMessage(message()));
                    write(client, Frame.newBuilder().setRequest(request()));
                } else if (frame.hasRequest()) {
                    write(client, Frame.newBuilder().setReply(reply(frame.getRequest())));
                }
            }
        } catch (IOException e) {
            LOG.debug("The rehearsal was cut short", e);
        }
    }

    private static Welcome.Builder welcome() {
        return Welcome.newBuilder()
                .setMajor(Wire.MAJOR)
                .setRendererId(1)
                .setRendererName(CHANNEL)
                .setIncarnation(1)
                .setWindows(Windows.newBuilder().setDataBytes(WINDOW_BYTES).setReplyBytes(WINDOW_BYTES))
                .setBounds(Bounds.newBuilder().setPayloadBytes(WINDOW_BYTES).setPendingRequests(1))
                .setRules(Rules.newBuilder().setOpen(true));
    }

    private static Message.Builder message() {
        return Message.newBuilder()
                .setChannel(CHANNEL)
                .setEncoding(STRING)
                .setPayload(ByteString.copyFromUtf8("a message"));
    }

    private static Request.Builder request() {
        return Request.newBuilder()
                .setId(1)
                .setChannel(CHANNEL)
                .setEncoding(STRING)
                .setTimeLeftMicros(TimeUnit.SECONDS.toMicros(PATIENCE_SECONDS))
                .setPayload(ByteString.copyFromUtf8("a request"));
    }

    private static Reply.Builder reply(Request request) {
        return Reply.newBuilder()
                .setId(request.getId())
                .setEncoding(request.getEncoding())
                .setPayload(request.getPayload());
    }

    private static @Nullable Frame read(SocketChannel client) throws IOException {
        ByteBuffer length = ByteBuffer.allocate(Integer.BYTES);
        if (!fill(client, length)) {
            return null;
        }
        ByteBuffer frame = ByteBuffer.allocate(length.getInt(0));
        return fill(client, frame) ? Frame.parseFrom(frame.flip()) : null;
    }

    private static boolean fill(SocketChannel client, ByteBuffer buffer) throws IOException {
        while (buffer.hasRemaining()) {
            if (client.read(buffer) < 0) {
                return false;
            }
        }
        return true;
    }

    private static void write(SocketChannel client, Frame.Builder frame) throws IOException {
        byte[] bytes = frame.build().toByteArray();
        ByteBuffer rest = ByteBuffer.allocate(Integer.BYTES + bytes.length)
                .putInt(bytes.length)
                .put(bytes)
                .flip();
        while (rest.hasRemaining()) {
            client.write(rest);
        }
    }
}
