package dev.valence.main;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

/**
 * The start of an application of which there is a first process already.
 *
 * @param args what it was started with
 * @param directory absolute: what relative paths in the arguments are relative to
 */
public record LaterStart(List<String> args, Path directory) {

    /** Most bytes of one on its way. */
    static final int MAX_BYTES = 1 << 20;

    private static final String FIRST_FIELD = "valence-instance 1";

    /** Copies and checks. */
    public LaterStart {
        args = List.copyOf(args);
        if (!directory.isAbsolute()) {
            throw new IllegalArgumentException("directory: " + directory + " (expected: an absolute path)");
        }
    }

    /** Returns that of this process. */
    static LaterStart here(List<String> args) {
        return new LaterStart(args, Path.of("").toAbsolutePath());
    }

    /**
     * Returns its fields as UTF-8, each with a NUL behind it.
     *
     * @throws IllegalArgumentException if an argument holds a NUL, or they are too long
     */
    byte[] encode() {
        StringBuilder text = new StringBuilder().append(FIRST_FIELD).append('\0');
        text.append(directory).append('\0');
        for (int i = 0; i < args.size(); i++) {
            if (args.get(i).indexOf('\0') >= 0) {
                throw new IllegalArgumentException(
                        "args[" + i + "]: \"" + args.get(i) + "\" (expected: no NUL character)");
            }
            text.append(args.get(i)).append('\0');
        }
        byte[] bytes = text.toString().getBytes(StandardCharsets.UTF_8);
        if (bytes.length > MAX_BYTES) {
            throw new IllegalArgumentException(
                    "args: " + bytes.length + " bytes (expected: at most " + MAX_BYTES + " bytes together)");
        }
        return bytes;
    }

    /** Reads what {@link #encode} wrote. */
    static LaterStart decode(ByteBuffer bytes) throws IOException {
        String text;
        try {
            text = StandardCharsets.UTF_8.newDecoder().decode(bytes).toString();
        } catch (CharacterCodingException e) {
            throw new IOException("start of an instance: not UTF-8", e);
        }
        if (!text.startsWith(FIRST_FIELD + '\0') || !text.endsWith("\0")) {
            throw new IOException("start of an instance: something else (expected: " + FIRST_FIELD + ")");
        }
        List<String> fields = List.of(text.substring(0, text.length() - 1).split("\0", -1));
        if (fields.size() < 2) {
            throw new IOException("start of an instance: no directory");
        }
        try {
            return new LaterStart(fields.subList(2, fields.size()), Path.of(fields.get(1)));
        } catch (IllegalArgumentException e) { // InvalidPathException is one
            throw new IOException("start of an instance: " + e.getMessage(), e);
        }
    }
}
