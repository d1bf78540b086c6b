package dev.valence.frame;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The two ends of a connection inside this JVM, and the thread between them. */
final class InMemoryPair implements Runnable {

    private static final Logger log = LoggerFactory.getLogger(InMemoryPair.class);

    private static final int LAST_BATCHES = 256;

    private final End client = new End();
    private final End server = new End();
    private final FrameHandler clientHandler;
    private final Acceptor acceptor;
    private final Consumer<InMemoryPair> onEnded;
    private final AtomicReference<@Nullable Ending> ending = new AtomicReference<>(); // the first one counts
    private final Thread thread = new Thread(this, "valence-memory-io");

    InMemoryPair(Function<Link, FrameHandler> handler, Acceptor acceptor, Consumer<InMemoryPair> onEnded) {
        this.acceptor = acceptor;
        this.onEnded = onEnded;
        thread.setDaemon(true);
        clientHandler = handler.apply(client);
    }

    void start() {
        thread.start();
    }

    Link client() {
        return client;
    }

    Link server() {
        return server;
    }

    @Override
    public void run() {
        FrameHandler serverHandler = accept();
        if (serverHandler == null) {
            notifyClosed(clientHandler, null);
        } else {
            carry(serverHandler);
        }
        onEnded.accept(this);
    }

    private @Nullable FrameHandler accept() {
        try {
            return acceptor.accept(server);
        } catch (RuntimeException | Error e) {
            log.warn("a connection was not accepted", e);
            return null;
        }
    }

    private void carry(FrameHandler serverHandler) {
        FrameAssembler toClient = new FrameAssembler(clientHandler, () -> client.closed);
        FrameAssembler toServer = new FrameAssembler(serverHandler, () -> server.closed);
        Direction up = new Direction(client, new FrameBatch(clientHandler), server, toServer);
        Direction down = new Direction(server, new FrameBatch(serverHandler), client, toClient);
        Ending end;
        while ((end = ending.get()) == null) {
            boolean moved = move(up);
            moved |= move(down);
            // Asking a side may have taken the permit of a wake-up of the other: nobody parks with something to do.
            if (!moved && !client.awake && !server.awake && ending.get() == null) {
                LockSupport.park(this);
                Thread.interrupted(); // a callback may have left it set, and then park would not wait
            }
        }
        boolean endedByClient = end.by() == client;
        if (end.cause() == null) {
            sendRest(endedByClient ? up : down);
        }
        notifyClosed(clientHandler, endedByClient ? end.cause() : null);
        notifyClosed(serverHandler, endedByClient ? null : end.cause());
    }

    /** Moves one batch if there is one. */
    private boolean move(Direction direction) {
        if (ending.get() != null || !direction.from().awake) {
            return false;
        }
        direction.from().awake = false; // before the handler is asked, so that a wake-up in between is not lost
        boolean moved = deliver(direction);
        if (moved) {
            direction.from().awake = true;
        }
        return moved;
    }

    /** Delivers what the closing end still has, within bounds. */
    private void sendRest(Direction direction) {
        boolean more = true;
        for (int i = 0; i < LAST_BATCHES && more; i++) {
            more = deliver(direction);
        }
    }

    private boolean deliver(Direction direction) {
        ByteBuffer bytes;
        try {
            int size = direction.batch().take();
            if (size == 0) {
                return false;
            }
            bytes = ByteBuffer.allocate(size);
            direction.batch().writeTo(bytes);
        } catch (RuntimeException | Error e) {
            log.warn("no frame could be taken; the connection is closed", e);
            end(direction.from(), new IOException("no frame could be taken: " + e, e));
            return false;
        }
        try {
            direction.assembler().read(bytes.flip()); // all of it: a batch ends where a frame does
            return true;
        } catch (IOException e) {
            end(direction.to(), e);
        } catch (RuntimeException | Error e) {
            log.warn("a frame could not be handled; the connection is closed", e);
            end(direction.to(), new IOException("a frame could not be handled: " + e, e));
        }
        return false;
    }

    private void end(End by, @Nullable IOException cause) {
        if (ending.compareAndSet(null, new Ending(by, cause))) {
            LockSupport.unpark(thread);
        }
    }

    private static void notifyClosed(FrameHandler handler, @Nullable IOException cause) {
        try {
            handler.onClosed(cause);
        } catch (RuntimeException | Error e) {
            log.warn("the end of a connection could not be handled", e);
        }
    }

    /** From the handler of one end to the handler of the other. */
    private record Direction(End from, FrameBatch batch, End to, FrameAssembler assembler) {}

    /** Which end closed the connection, and what for. */
    private record Ending(End by, @Nullable IOException cause) {}

    private final class End implements Link {

        private volatile boolean awake = true; // from the start: frames may wait since before the link was known
        private volatile boolean closed; // by its own handler

        @Override
        public void wakeUp() {
            awake = true;
            LockSupport.unpark(thread);
        }

        @Override
        public boolean isReader() {
            return Thread.currentThread() == thread;
        }

        @Override
        public boolean isBehind() {
            return awake;
        }

        @Override
        public void close() {
            closed = true;
            end(this, null);
        }

        @Override
        public @Nullable PeerCredentials credentials() {
            return null;
        }
    }
}
