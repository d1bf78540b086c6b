package dev.valence.renderer;

import dev.valence.connection.Connection;
import dev.valence.connection.Outbox;
import dev.valence.frame.Frame.Hello;
import dev.valence.frame.FrameReader;
import dev.valence.frame.OutFrame;
import dev.valence.frame.Wire;
import dev.valence.renderer.channel.ChannelLink;
import dev.valence.session.Codecs;
import dev.valence.session.Registry;
import dev.valence.session.Session;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.util.List;

/**
 * Loads on threads of its own what the thread that connects needs a moment later: most of a start is the loading of
 * classes, and few machines have one core only.
 *
 * <p>It initialises no class that has a logger: the thread that connects initialises logging meanwhile.
 */
final class HeadStart extends Thread {

    private static volatile boolean isSpared;

    private final boolean isOfFrames;

    private HeadStart(boolean isOfFrames) {
        super(null, null, "valence-head-start", 0, false);
        this.isOfFrames = isOfFrames;
        setDaemon(true);
    }

    /** Begins, and returns; does nothing if it was spared. */
    static void begin() {
        if (!isSpared) {
            new HeadStart(true).start();
            new HeadStart(false).start();
        }
    }

    /** Notes that all is loaded already. */
    static void spare() {
        isSpared = true;
    }

    @Override
    public void run() {
        try {
            if (isOfFrames) {
                useFrames();
            } else {
                useChannels();
            }
        } catch (IOException | RuntimeException | LinkageError e) {
            // The thread that connects will meet it again, and can tell.
        }
    }

    private static void useFrames() {
        OutFrame hello = OutFrame.of(Hello.of(new byte[0], 0, ""));
        ByteBuffer bytes = ByteBuffer.allocate(hello.size());
        hello.writeTo(bytes);
        var unused = new FrameReader().read(bytes.flip().position(Wire.PREFIX_BYTES));
    }

    private static void useChannels() throws IOException {
        try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
                Selector selector = Selector.open()) {
            channel.configureBlocking(false);
            channel.setOption(StandardSocketOptions.SO_SNDBUF, channel.getOption(StandardSocketOptions.SO_SNDBUF));
            channel.register(selector, 0);
        }
        // A class literal loads a class and does not initialise it.
        var unused =
                List.of(Session.class, Outbox.class, Connection.class, ChannelLink.class, Registry.class, Codecs.class);
    }
}
