package dev.valence.main;

import dev.valence.ErrorCode;
import dev.valence.IpcException;
import dev.valence.Limits;
import dev.valence.call.Deadlines;
import dev.valence.connection.Admitted;
import dev.valence.connection.Connection;
import dev.valence.connection.Doorkeeper;
import dev.valence.frame.Acceptor;
import dev.valence.frame.Frame.Hello;
import dev.valence.frame.FrameHandler;
import dev.valence.frame.Link;
import dev.valence.frame.PeerCredentials;
import dev.valence.frame.Wire;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Future;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Lets in who has a token that was given out, once, and is the process it was given to.
 *
 * <p><b>Threads.</b> Tokens are given out on any thread, connections come on I/O threads.
 */
final class Reception implements Acceptor, Doorkeeper {

    /** Connections that may be waiting to prove who they are. */
    static final int MAX_STRANGERS = 16;

    private static final SecureRandom RANDOM = new SecureRandom();

    private final Limits limits;
    private final Deadlines deadlines;
    private final AllowedUsers users;
    private final List<Ticket> tickets = new CopyOnWriteArrayList<>();
    private final Map<Connection, Future<?>> strangers = new ConcurrentHashMap<>(); // each with its timer
    private final ReentrantLock crowdLock = new ReentrantLock();
    private boolean crowded; // guarded by crowdLock
    private volatile Consumer<Boolean> accepting = isWanted -> {};

    /** A token and whom it was given to. */
    @SuppressWarnings("ArrayRecordComponent") // nobody compares two of them
    private record Ticket(byte[] token, Incarnation incarnation) {}

    /**
     * Makes a reception.
     *
     * @param users whose processes may connect
     */
    Reception(Limits limits, Deadlines deadlines, AllowedUsers users) {
        this.limits = limits;
        this.deadlines = deadlines;
        this.users = users;
    }

    /** Sets what is told whether further connections are to be accepted. */
    void onCrowd(Consumer<Boolean> action) {
        accepting = action;
    }

    /** Makes a token that lets an incarnation in once; returns it as 64 hexadecimal digits. */
    String expect(Incarnation incarnation) {
        byte[] token = new byte[Wire.TOKEN_BYTES];
        RANDOM.nextBytes(token);
        tickets.add(new Ticket(token, incarnation));
        return HexFormat.of().formatHex(token);
    }

    /** Makes the token of an incarnation worthless. */
    void forget(Incarnation incarnation) {
        tickets.removeIf(ticket -> ticket.incarnation() == incarnation);
    }

    @Override
    public FrameHandler accept(Link link) {
        Connection connection = Connection.server(link, limits, this);
        IpcException late = new IpcException(
                ErrorCode.REJECTED,
                "no Hello for " + limits.handshakeTimeout().toMillis() + " ms (expected: one at once)");
        Future<?> timer = deadlines.schedule(
                () -> connection.close(late), limits.handshakeTimeout().toNanos());
        strangers.put(connection, timer == null ? CompletableFuture.completedFuture(null) : timer);
        updateCrowd();
        return connection;
    }

    @Override
    public Admitted admit(Hello hello, @Nullable PeerCredentials credentials, Connection connection) {
        if (credentials != null) {
            users.check(credentials); // before the token, which those it is not for cannot use up
        }
        byte[] shown = hello.token();
        Ticket match = null;
        for (Ticket ticket : tickets) { // all of them, so that the time taken says nothing
            if (MessageDigest.isEqual(ticket.token(), shown)) {
                match = ticket;
            }
        }
        if (match == null || !tickets.remove(match)) {
            throw new IpcException(ErrorCode.REJECTED, "token: not one that is open (expected: the one handed over)");
        }
        if (credentials != null) {
            checkProcess(credentials, match.incarnation());
        }
        turnedAway(connection);
        return match.incarnation().connected(connection);
    }

    /** An invited process may be any; so may one that main does not see, in a process namespace beside its own. */
    private static void checkProcess(PeerCredentials credentials, Incarnation incarnation) {
        long expected = incarnation.pid().orElse(-1);
        if (expected > 0 && credentials.processId() > 0 && credentials.processId() != expected) {
            throw new IpcException(
                    ErrorCode.REJECTED, "process id: " + credentials.processId() + " (expected: " + expected + ")");
        }
    }

    @Override
    public void turnedAway(Connection connection) {
        Future<?> timer = strangers.remove(connection);
        if (timer != null) {
            timer.cancel(false);
        }
        updateCrowd();
    }

    /** Further connections wait in the backlog of the socket while too many have not proved who they are. */
    private void updateCrowd() {
        crowdLock.lock(); // so that the last word is the present state
        try {
            boolean isFull = strangers.size() >= MAX_STRANGERS;
            if (crowded != isFull) {
                crowded = isFull;
                accepting.accept(!isFull);
            }
        } finally {
            crowdLock.unlock();
        }
    }
}
