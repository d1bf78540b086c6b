package dev.valence.main;

import dev.valence.Permissions.Use;
import dev.valence.session.RuleSheet;
import java.util.EnumSet;
import java.util.Set;
import java.util.function.BiConsumer;

/**
 * Checks what a renderer sends against what it may do.
 *
 * <p><b>Threads.</b> I/O thread only.
 */
final class Gate {

    private final RuleSheet rules;
    private final BiConsumer<Use, String> onFirstDenial;
    private final Set<Use> reported = EnumSet.noneOf(Use.class); // I/O thread only

    /**
     * Makes a gate.
     *
     * @param onFirstDenial told of the first denial of each use, not of all: a hostile peer makes as many as it likes
     */
    Gate(RuleSheet rules, BiConsumer<Use, String> onFirstDenial) {
        this.rules = rules;
        this.onFirstDenial = onFirstDenial;
    }

    /** Whether a frame of this use may pass. */
    boolean lets(Use use, String channel) {
        boolean isPermitted = rules.permits(use, channel);
        if (!isPermitted && reported.add(use)) {
            onFirstDenial.accept(use, channel);
        }
        return isPermitted;
    }
}
