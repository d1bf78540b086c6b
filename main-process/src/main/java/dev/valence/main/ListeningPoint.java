package dev.valence.main;

import dev.valence.Endpoint;
import dev.valence.Registration;
import dev.valence.frame.InMemoryTransport;
import dev.valence.main.netty.IoKind;
import dev.valence.main.netty.NettyServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Where a main process listens, and what has to be undone when it stops.
 *
 * @param endpoint what clients connect to
 * @param undo stops listening and removes what was made for it
 */
record ListeningPoint(Endpoint endpoint, Registration undo) {

    /** One thread serves many connections; two keep a flood of one renderer from filling the only one. */
    private static final int IO_THREADS = 2;

    private static final Set<PosixFilePermission> FOR_EVERYBODY = PosixFilePermissions.fromString("rw-rw-rw-");

    /** Starts to listen as the options say. */
    static ListeningPoint open(IpcMainOptions options, Reception reception) {
        if (options.transport() == IpcMainOptions.Transport.IN_MEMORY) {
            Endpoint.InMemory endpoint = new Endpoint.InMemory("main-" + UUID.randomUUID());
            return new ListeningPoint(endpoint, InMemoryTransport.listen(endpoint, reception));
        }
        IoKind kind = options.transport() == IpcMainOptions.Transport.UNIX_NIO ? IoKind.NIO : IoKind.best();
        checkUsers(options.allowedUsers(), kind);
        try {
            SocketPlace place = place(options.path());
            try {
                NettyServer server = NettyServer.open(place.socket(), kind, IO_THREADS, reception);
                reception.onCrowd(server::setAccepting);
                admitWriters(options.allowedUsers(), place, server);
                return new ListeningPoint(place.endpoint(), () -> {
                    server.close();
                    place.close();
                });
            } catch (Throwable e) {
                place.close();
                throw e;
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot listen: " + e.getMessage(), e);
        }
    }

    private static void checkUsers(Set<Long> users, IoKind kind) {
        if (!users.isEmpty() && !kind.tellsUserNumbers()) {
            throw new IllegalArgumentException("allowed users: " + users + " (expected: none through " + kind
                    + ", where the number of another user is not known)");
        }
    }

    /** The kernel lets nobody connect who may not write to the socket. */
    private static void admitWriters(Set<Long> users, SocketPlace place, NettyServer server) throws IOException {
        if (!users.isEmpty()) {
            try {
                Files.setPosixFilePermissions(place.socket(), FOR_EVERYBODY);
            } catch (Throwable e) {
                server.close();
                throw e;
            }
        }
    }

    private static SocketPlace place(@Nullable Path path) throws IOException {
        return path == null ? SocketDirectory.open() : SocketFile.claim(path);
    }

    /** Stops listening; every connection ends. */
    void close() {
        undo.close();
    }
}
