package dev.valence.renderer;

import dev.valence.proto.Frame;
import dev.valence.proto.Hello;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;

/**
 * Loads on a second thread what the thread that connects needs a moment later: most of a start is the loading of classes,
 * and few machines have one core only.
 */
final class HeadStart {

    private HeadStart() {}

    /** Begins, and returns. */
    static void begin() {
        Thread thread = new Thread(null, HeadStart::run, "valence-head-start", 0, false);
        thread.setDaemon(true);
        thread.start();
    }

    // Without a logger: the thread that connects initialises logging meanwhile.
    private static void run() {
        try {
            Frame hello = Frame.newBuilder().setHello(Hello.newBuilder()).build();
            var unused = Frame.parseFrom(hello.toByteString());
            SocketChannel.open(StandardProtocolFamily.UNIX).close();
            Selector.open().close();
        } catch (IOException | RuntimeException | LinkageError e) {
            // The thread that connects will meet it again, and can tell.
        }
    }
}
