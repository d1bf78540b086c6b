package dev.valence;

import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** The rule that channel names keep. */
public final class ChannelName {

    /** Longest name in bytes of UTF-8. */
    public static final int MAX_BYTES = 255;

    private ChannelName() {}

    /**
     * Returns the name if it is valid.
     *
     * @throws IllegalArgumentException if it is null, empty or longer than {@value #MAX_BYTES} bytes of UTF-8
     */
    public static String check(@Nullable String name) {
        if (name == null) {
            throw new IllegalArgumentException("channel: null (expected: 1 to 255 bytes)");
        }
        if (name.isEmpty()) {
            throw new IllegalArgumentException("channel: \"\" (expected: 1 to 255 bytes)");
        }
        // A char is one to three bytes, so only names in between need counting.
        if (name.length() > MAX_BYTES / 3) {
            int bytes = name.getBytes(StandardCharsets.UTF_8).length;
            if (bytes > MAX_BYTES) {
                throw new IllegalArgumentException(
                        "channel: \"" + name.substring(0, 32) + "…\", " + bytes + " bytes (expected: 1 to 255 bytes)");
            }
        }
        return name;
    }
}
