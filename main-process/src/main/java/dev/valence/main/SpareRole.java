package dev.valence.main;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a spare is told to become, ahead of the hand-over: what otherwise stands at the end of a command line. The reader
 * is {@code dev.valence.renderer.SpareRole}.
 *
 * @param mainClass binary name
 * @param args of its main method
 */
record SpareRole(String mainClass, List<String> args) {

    /** A pipe holds twice as much, so that writing it does not wait for the spare. */
    private static final int MAX_BYTES = 32 * 1024;

    /** Returns the role as text, or null if it is too long to be told. */
    byte @Nullable [] bytes() {
        StringBuilder text = new StringBuilder("valence-role 1\nmain-class=").append(mainClass);
        for (String arg : args) {
            text.append("\narg=").append(arg.replace("\\", "\\\\").replace("\n", "\\n"));
        }
        byte[] bytes = text.append("\n\n").toString().getBytes(StandardCharsets.UTF_8);
        return bytes.length <= MAX_BYTES ? bytes : null;
    }
}
