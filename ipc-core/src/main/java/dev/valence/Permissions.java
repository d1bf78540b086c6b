package dev.valence;

import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * Which channels a renderer may use, and how. Each method returns a copy.
 *
 * <pre>{@code
 * Permissions plugin = Permissions.none()
 *         .allow(Permissions.Use.SEND, "log")
 *         .allow(Permissions.Use.SUBSCRIBE, "theme");
 * }</pre>
 *
 * <p>A renderer knows them: what is forbidden fails at its own call with {@link ErrorCode#PERMISSION_DENIED}. Main checks
 * each frame all the same; what a renderer sends against them is dropped and counted, and a request is answered with that
 * code. Main's own messages to a renderer need no permission.
 *
 * @param start what is allowed to begin with
 * @param allowed channels that are allowed besides, by use
 * @param denied channels that are never allowed, whatever else says so
 */
public record Permissions(Start start, Map<Use, Set<String>> allowed, Set<String> denied) {

    /** What a renderer can do with a channel. */
    public enum Use {
        /** Sends messages to main. */
        SEND,
        /** Asks main. */
        INVOKE,
        /** Is asked by main: without it, main's own call fails. */
        HANDLE,
        /** Gets broadcasts. A listener without it gets messages that are for this renderer only. */
        SUBSCRIBE,
        /** Sends messages that reach other renderers: broadcasts, and replies to those of others. */
        BROADCAST
    }

    /** What is allowed to begin with. */
    public enum Start {
        /** Every channel, in every way. */
        EVERYTHING,
        /** The channels that main declared, in every way. */
        DECLARED,
        /** None. */
        NOTHING
    }

    private static final Permissions OPEN = new Permissions(Start.EVERYTHING, Map.of(), Set.of());
    private static final Permissions DECLARED_ONLY = new Permissions(Start.DECLARED, Map.of(), Set.of());
    private static final Permissions NONE = new Permissions(Start.NOTHING, Map.of(), Set.of());

    /**
     * Checks and copies.
     *
     * @throws IllegalArgumentException if a channel name is not valid
     */
    public Permissions {
        Objects.requireNonNull(start, "start");
        Map<Use, Set<String>> copy = new EnumMap<>(Use.class);
        allowed.forEach((use, channels) -> copy.put(use, checked(channels)));
        allowed = Map.copyOf(copy);
        denied = checked(denied);
    }

    /** Returns the permissions of a renderer that may use every channel; the default for launched renderers. */
    public static Permissions open() {
        return OPEN;
    }

    /** Returns the permissions of one that may use declared channels only; the default for invited ones. */
    public static Permissions declaredOnly() {
        return DECLARED_ONLY;
    }

    /** Returns the permissions of one that may use no channel, to be added to. */
    public static Permissions none() {
        return NONE;
    }

    /**
     * Returns a copy that also allows some channels in one way.
     *
     * @throws IllegalArgumentException if a channel name is not valid
     */
    public Permissions allow(Use use, String... channels) {
        Map<Use, Set<String>> all = new EnumMap<>(Use.class);
        all.putAll(allowed);
        all.merge(use, Set.copyOf(Arrays.asList(channels)), Permissions::union);
        return new Permissions(start, all, denied);
    }

    /**
     * Returns a copy that forbids some channels in every way, whatever allows them before or afterwards.
     *
     * @throws IllegalArgumentException if a channel name is not valid
     */
    public Permissions deny(String... channels) {
        return new Permissions(start, allowed, union(denied, Set.copyOf(Arrays.asList(channels))));
    }

    private static Set<String> union(Set<String> some, Set<String> others) {
        Set<String> all = new HashSet<>(some);
        all.addAll(others);
        return all;
    }

    private static Set<String> checked(Set<String> channels) {
        channels.forEach(ChannelName::check);
        return Set.copyOf(channels);
    }
}
