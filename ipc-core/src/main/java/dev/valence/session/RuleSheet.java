package dev.valence.session;

import dev.valence.Permissions;
import dev.valence.Permissions.Use;
import dev.valence.frame.Frame.Rules;
import dev.valence.frame.OutFrame;
import dev.valence.frame.Wire;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What one renderer may do with which channel, as main decides it and as the renderer is told.
 *
 * @param isOpen whether every channel is allowed that is not denied
 * @param allowed channels by use, if it is not open
 * @param denied channels that are never allowed
 */
public record RuleSheet(boolean isOpen, Map<Use, Set<String>> allowed, Set<String> denied) {

    /** What rules may take of the Welcome they travel in. */
    private static final int MAX_BYTES = Wire.MAX_FRAME_BYTES - Wire.MAX_HEADER_BYTES;

    /**
     * Returns the rules that follow from permissions.
     *
     * @param declared channels that main declared
     * @throws IllegalArgumentException if they are too many to be told in one frame
     */
    public static RuleSheet of(Permissions permissions, Set<String> declared) {
        boolean isOpen = permissions.start() == Permissions.Start.EVERYTHING;
        Map<Use, Set<String>> allowed = isOpen ? Map.of() : new EnumMap<>(Use.class);
        if (!isOpen) {
            for (Use use : Use.values()) {
                allowed.put(use, allowedFor(use, permissions, declared));
            }
        }
        RuleSheet rules = new RuleSheet(isOpen, allowed, permissions.denied());
        int bytes = OutFrame.sizeOf(rules.toWire());
        if (bytes > MAX_BYTES) {
            throw new IllegalArgumentException("declared channels and permissions: " + bytes
                    + " bytes of names, each counted once for every use (expected: at most " + MAX_BYTES
                    + "; allow fewer, or open all and deny some)");
        }
        return rules;
    }

    private static Set<String> allowedFor(Use use, Permissions permissions, Set<String> declared) {
        Set<String> extra = permissions.allowed().getOrDefault(use, Set.of());
        if (permissions.start() != Permissions.Start.DECLARED) {
            return extra;
        }
        if (extra.isEmpty()) {
            return declared; // shared by all renderers
        }
        Set<String> both = new HashSet<>(declared);
        both.addAll(extra);
        return both;
    }

    /** Returns the rules that main told. */
    public static RuleSheet of(Rules rules) {
        Map<Use, Set<String>> allowed = new EnumMap<>(Use.class);
        allowed.put(Use.SEND, Set.copyOf(rules.send()));
        allowed.put(Use.INVOKE, Set.copyOf(rules.invoke()));
        allowed.put(Use.HANDLE, Set.copyOf(rules.handle()));
        allowed.put(Use.SUBSCRIBE, Set.copyOf(rules.subscribe()));
        allowed.put(Use.BROADCAST, Set.copyOf(rules.broadcast()));
        return new RuleSheet(rules.open(), allowed, Set.copyOf(rules.deny()));
    }

    /** Returns whether the renderer may use a channel in this way. */
    public boolean permits(Use use, String channel) {
        return !denied.contains(channel) && (isOpen || allowed(use).contains(channel));
    }

    /** Returns what the renderer is told. */
    public Rules toWire() {
        return new Rules(
                isOpen,
                List.copyOf(allowed(Use.SEND)),
                List.copyOf(allowed(Use.INVOKE)),
                List.copyOf(allowed(Use.HANDLE)),
                List.copyOf(allowed(Use.SUBSCRIBE)),
                List.copyOf(allowed(Use.BROADCAST)),
                List.copyOf(denied));
    }

    private Set<String> allowed(Use use) {
        return allowed.getOrDefault(use, Set.of());
    }
}
