package dev.valence.frame;

import dev.valence.Endpoint;
import dev.valence.ErrorCode;
import dev.valence.IpcException;
import dev.valence.Registration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.Function;

/**
 * Connections inside one JVM. Frames are encoded and decoded as on a socket, and nothing runs on the callers' threads.
 *
 * <p><b>Threads.</b> Each connection has one daemon thread that moves the frames of both directions; it ends with the
 * connection. A side is asked for more only after the other has taken what came before.
 */
public final class InMemoryTransport {

    private static final ConcurrentMap<String, Listening> LISTENING = new ConcurrentHashMap<>();

    private InMemoryTransport() {}

    /**
     * Listens under a name of this JVM.
     *
     * @param acceptor asked for each connection
     * @return closing it frees the name and closes every connection that was made through it
     * @throws IllegalStateException if something listens there already
     */
    public static Registration listen(Endpoint.InMemory endpoint, Acceptor acceptor) {
        Listening listening = new Listening(endpoint.name(), acceptor);
        if (LISTENING.putIfAbsent(endpoint.name(), listening) != null) {
            throw new IllegalStateException("endpoint in use: " + endpoint + " (expected: a name nothing listens at)");
        }
        return listening;
    }

    /**
     * Connects to what listens under a name.
     *
     * @param handler called once, on this thread, before anything is read
     * @throws IpcException PEER_GONE if nothing listens there; the handler was not made
     */
    public static Link connect(Endpoint.InMemory endpoint, Function<Link, FrameHandler> handler) {
        Listening listening = LISTENING.get(endpoint.name());
        if (listening == null) {
            throw new IpcException(ErrorCode.PEER_GONE, "nothing listens at " + endpoint);
        }
        return listening.connect(handler);
    }

    private static final class Listening implements Registration {

        private final String name;
        private final Acceptor acceptor;
        private final Set<InMemoryPair> pairs = ConcurrentHashMap.newKeySet();
        private volatile boolean closed;

        Listening(String name, Acceptor acceptor) {
            this.name = name;
            this.acceptor = acceptor;
        }

        Link connect(Function<Link, FrameHandler> handler) {
            InMemoryPair pair = new InMemoryPair(handler, acceptor, pairs::remove);
            pairs.add(pair);
            pair.start();
            if (closed) { // after the add: either close() saw the pair, or this sees that it was closed
                pair.server().close();
            }
            return pair.client();
        }

        @Override
        public void close() {
            closed = true;
            LISTENING.remove(name, this);
            pairs.forEach(pair -> pair.server().close());
        }
    }
}
