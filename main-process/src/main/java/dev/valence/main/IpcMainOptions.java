package dev.valence.main;

import dev.valence.CallbackExecutor;
import dev.valence.ChannelName;
import dev.valence.EventChannel;
import dev.valence.Limits;
import dev.valence.PayloadCodec;
import dev.valence.Permissions;
import dev.valence.RequestChannel;
import dev.valence.Tap;
import dev.valence.UncaughtErrorHook;
import dev.valence.session.RuleSheet;
import dev.valence.session.Services;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * How a main process is opened. {@link #defaults()} suits most; each method returns a copy.
 *
 * <pre>{@code
 * IpcMain main = IpcMain.open(IpcMainOptions.defaults()
 *         .withExecutor(CallbackExecutor.serial(SwingUtilities::invokeLater))
 *         .declare("document.open", "document.save"));
 * }</pre>
 *
 * @param transport how renderers connect
 * @param path of the socket; null for one in a private directory
 * @param allowedUsers whose processes may connect besides those of main's own user, by number
 * @param executor runs callbacks
 * @param limits the bounds
 * @param declared channels that renderers with {@link dev.valence.Permissions#declaredOnly()} may use
 * @param codecs encodings of the application
 * @param uncaughtErrorHook told what listeners throw
 * @param maxListeners of one channel of a receiver; with more a leak is suspected, and logged once with its place
 * @param tap sees all that is sent and received; null for none
 */
public record IpcMainOptions(
        Transport transport,
        @Nullable Path path,
        Set<Long> allowedUsers,
        CallbackExecutor executor,
        Limits limits,
        Set<String> declared,
        List<PayloadCodec> codecs,
        UncaughtErrorHook uncaughtErrorHook,
        int maxListeners,
        @Nullable Tap tap) {

    /** How renderers connect. */
    public enum Transport {
        /** A Unix domain socket, with what is fastest on this platform: epoll, kqueue or NIO. */
        UNIX,
        /** A Unix domain socket with NIO, without native libraries. */
        UNIX_NIO,
        /** Inside this JVM, for unit tests. */
        IN_MEMORY
    }

    private static final IpcMainOptions DEFAULTS = new IpcMainOptions(
            Transport.UNIX,
            null,
            Set.of(),
            CallbackExecutor.elastic(),
            Limits.defaults(),
            Set.of(),
            List.of(),
            new Services.ErrorLog(),
            Services.MAX_LISTENERS,
            null);

    /** Checks and copies. */
    public IpcMainOptions {
        Objects.requireNonNull(transport, "transport");
        Objects.requireNonNull(executor, "executor");
        Objects.requireNonNull(limits, "limits");
        Objects.requireNonNull(uncaughtErrorHook, "uncaughtErrorHook");
        allowedUsers = Set.copyOf(allowedUsers);
        allowedUsers.forEach(AllowedUsers::checkNumber);
        declared = Set.copyOf(declared);
        codecs = List.copyOf(codecs);
        Services.checkMaxListeners(maxListeners);
        RuleSheet.of(Permissions.declaredOnly(), declared); // throws if they are too many
        if (path != null && transport == Transport.IN_MEMORY) {
            throw new IllegalArgumentException("path: " + path + " (expected: none in memory)");
        }
    }

    /** Returns the defaults: a socket in a private directory, the elastic executor, default limits. */
    public static IpcMainOptions defaults() {
        return DEFAULTS;
    }

    /** Returns the options of a main for unit tests: same API, same handshake, payloads still encoded, no socket. */
    public static IpcMainOptions inMemory() {
        return DEFAULTS.withTransport(Transport.IN_MEMORY);
    }

    /** Returns a copy with another transport. */
    public IpcMainOptions withTransport(Transport newTransport) {
        return new IpcMainOptions(
                newTransport,
                path,
                allowedUsers,
                executor,
                limits,
                declared,
                codecs,
                uncaughtErrorHook,
                maxListeners,
                tap);
    }

    /**
     * Returns a copy that listens at a path of its own.
     *
     * @param socket at most 107 bytes long; its directory exists and should be private
     */
    public IpcMainOptions withPath(Path socket) {
        return new IpcMainOptions(
                transport,
                socket,
                allowedUsers,
                executor,
                limits,
                declared,
                codecs,
                uncaughtErrorHook,
                maxListeners,
                tap);
    }

    /**
     * Returns a copy that lets in processes of a further user, such as those of a container that does not run as main's
     * user. Each needs its token all the same, and a launched renderer must still be the process that was launched.
     *
     * <p>With such a user the socket is writable for everybody who reaches it, which is up to the directory it is in; what
     * the kernel says of a peer decides. Through NIO the kernel does not tell main the number of another user, so {@link
     * IpcMain#open} refuses the two together. In memory there is no other user, and this has no effect.
     *
     * @param userId from 0 to 4,294,967,294, as it is where main runs. Root of a container with a user namespace is another
     *     number outside of it. A main in a user namespace sees every user that the namespace lacks as one, as a rule
     *     65534: do not allow that one there
     * @throws IllegalArgumentException if no user has that number
     */
    public IpcMainOptions allowUser(long userId) {
        Set<Long> all = new HashSet<>(allowedUsers);
        all.add(userId);
        return new IpcMainOptions(
                transport, path, all, executor, limits, declared, codecs, uncaughtErrorHook, maxListeners, tap);
    }

    /** Returns a copy with another executor for callbacks. */
    public IpcMainOptions withExecutor(CallbackExecutor newExecutor) {
        return new IpcMainOptions(
                transport,
                path,
                allowedUsers,
                newExecutor,
                limits,
                declared,
                codecs,
                uncaughtErrorHook,
                maxListeners,
                tap);
    }

    /** Returns a copy with other limits. */
    public IpcMainOptions withLimits(Limits newLimits) {
        return new IpcMainOptions(
                transport,
                path,
                allowedUsers,
                executor,
                newLimits,
                declared,
                codecs,
                uncaughtErrorHook,
                maxListeners,
                tap);
    }

    /** Returns a copy with further encodings. */
    public IpcMainOptions withCodecs(PayloadCodec... newCodecs) {
        return new IpcMainOptions(
                transport,
                path,
                allowedUsers,
                executor,
                limits,
                declared,
                Arrays.asList(newCodecs),
                uncaughtErrorHook,
                maxListeners,
                tap);
    }

    /** Returns a copy with another hook for what listeners throw. */
    public IpcMainOptions withUncaughtErrorHook(UncaughtErrorHook hook) {
        return new IpcMainOptions(
                transport, path, allowedUsers, executor, limits, declared, codecs, hook, maxListeners, tap);
    }

    /** Returns a copy that suspects a leak at more than this many listeners of one channel of a receiver. */
    public IpcMainOptions withMaxListeners(int listeners) {
        return new IpcMainOptions(
                transport, path, allowedUsers, executor, limits, declared, codecs, uncaughtErrorHook, listeners, tap);
    }

    /** Returns a copy with a tap, which sees all that this main sends and receives. */
    public IpcMainOptions withTap(Tap newTap) {
        return new IpcMainOptions(
                transport,
                path,
                allowedUsers,
                executor,
                limits,
                declared,
                codecs,
                uncaughtErrorHook,
                maxListeners,
                Objects.requireNonNull(newTap, "tap"));
    }

    /**
     * Returns a copy that declares further channels for renderers with {@code declaredOnly} permissions.
     *
     * @throws IllegalArgumentException if a name is not valid, or all are too many to be told to a renderer in one frame:
     *     about 64,000 bytes of names
     */
    public IpcMainOptions declare(String... channels) {
        Set<String> all = new HashSet<>(declared);
        for (String channel : channels) {
            all.add(ChannelName.check(channel));
        }
        return new IpcMainOptions(
                transport, path, allowedUsers, executor, limits, all, codecs, uncaughtErrorHook, maxListeners, tap);
    }

    /** Returns a copy that declares further channels, see {@link #declare(String...)}. */
    public IpcMainOptions declare(EventChannel<?>... channels) {
        return declare(Arrays.stream(channels).map(EventChannel::name).toArray(String[]::new));
    }

    /** Returns a copy that declares further channels, see {@link #declare(String...)}. */
    public IpcMainOptions declare(RequestChannel<?, ?>... channels) {
        return declare(Arrays.stream(channels).map(RequestChannel::name).toArray(String[]::new));
    }
}
