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
final class HeadStart {

    private HeadStart() {}

    /** Begins, and returns. */
    static void begin() {
        start(HeadStart::useFrames);
        start(HeadStart::useChannels);
    }

    private static void start(Step step) {
        Runnable task = () -> {
            try {
                step.run();
            } catch (IOException | RuntimeException | LinkageError e) {
                // The thread that connects will meet it again, and can tell.
            }
        };
        Thread thread = new Thread(null, task, "valence-head-start", 0, false);
        thread.setDaemon(true);
        thread.start();
    }

    private static void useFrames() {
        OutFrame hello = OutFrame.of(Hello.of(new byte[0], 0, ""));
        ByteBuffer bytes = ByteBuffer.allocate(hello.size());
        hello.writeTo(bytes);
        var unused = new FrameReader().read(bytes.flip().position(Wire.PREFIX_BYTES));
    }

    private static void useChannels() throws IOException {
        SocketChannel.open(StandardProtocolFamily.UNIX).close();
        Selector.open().close();
        // A class literal loads a class and does not initialise it.
        var unused =
                List.of(Session.class, Outbox.class, Connection.class, ChannelLink.class, Registry.class, Codecs.class);
    }

    private interface Step {
        void run() throws IOException;
    }
}
