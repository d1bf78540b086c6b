package dev.valence.renderer;

import dev.valence.Endpoint;
import dev.valence.ErrorCode;
import dev.valence.IpcException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * What the launcher tells a renderer on its stdin. The writer is {@code dev.valence.main.Handover}.
 *
 * @param endpoint where main listens
 * @param token 64 hexadecimal digits, good for one connection
 * @param name of this renderer
 */
record Handover(Endpoint endpoint, String token, String name) {

    private static final String VARIABLE = "VALENCE_HANDOVER";
    private static final String STDIN = "stdin";
    private static final String FIRST_LINE = "valence-handover 1";
    private static final int MAX_BYTES = 8192;
    private static final Pattern TOKEN = Pattern.compile("[0-9a-f]{64}");

    /**
     * Checks that the launcher started this process, and that it speaks this way.
     *
     * @param environment of this process
     * @throws IllegalStateException if not; tells the person who started it what to do
     */
    static void requireLaunched(Map<String, String> environment) {
        String way = environment.get(VARIABLE);
        if (way == null) {
            throw new IllegalStateException("This program is a renderer, and no main process started it. Start it from"
                    + " there with IpcMain.launch(spec). To start it by hand, in a debugger or in a container, get an"
                    + " endpoint and a token from IpcMain.invite(spec) and connect with"
                    + " IpcRenderer.connect(IpcRendererOptions.to(endpoint, token)).");
        }
        if (!way.equals(STDIN)) {
            throw new IllegalStateException(VARIABLE + ": \"" + way + "\" (expected: " + STDIN
                    + "; the main process may be of a newer version)");
        }
    }

    /**
     * Reads a hand-over to its empty line and not further.
     *
     * @throws IpcException PEER_GONE if the stream ends or fails before; PROTOCOL_ERROR if it says something else
     */
    static Handover read(InputStream in) {
        Lines lines = new Lines(in);
        String first = lines.next();
        if (!first.equals(FIRST_LINE)) {
            throw malformed("line 1", FIRST_LINE);
        }
        Endpoint endpoint = endpoint(lines.next("endpoint="));
        String token = lines.next("token=");
        if (!TOKEN.matcher(token).matches()) {
            throw malformed("token", "64 hexadecimal digits");
        }
        String name = lines.next("name=");
        if (!lines.next().isEmpty()) {
            throw malformed("line 5", "an empty line");
        }
        return new Handover(endpoint, token, name);
    }

    /** Leaves the token out. */
    @Override
    public String toString() {
        return "Handover[" + endpoint + ", " + name + "]";
    }

    private static Endpoint endpoint(String text) {
        try {
            return Endpoint.parse(text);
        } catch (IllegalArgumentException e) {
            throw new IpcException(ErrorCode.PROTOCOL_ERROR, "hand-over: " + e.getMessage(), e);
        }
    }

    // What was there instead is not shown: it may be the token.
    private static IpcException malformed(String place, String expected) {
        return new IpcException(
                ErrorCode.PROTOCOL_ERROR,
                "hand-over: " + place + " is something else (expected: " + expected
                        + "; the main process may be of another version)");
    }

    /** The lines of a stream, read byte by byte so that nothing is taken that comes after them. */
    private static final class Lines {

        private final InputStream in;
        private int bytesRead;
        private int number;

        Lines(InputStream in) {
            this.in = in;
        }

        String next(String prefix) {
            String line = next();
            if (!line.startsWith(prefix)) {
                throw malformed("line " + number, prefix + "…");
            }
            return line.substring(prefix.length());
        }

        String next() {
            number++;
            ByteArrayOutputStream line = new ByteArrayOutputStream();
            for (int b = read(); b != '\n'; b = read()) {
                line.write(b);
            }
            try {
                return StandardCharsets.UTF_8
                        .newDecoder()
                        .decode(ByteBuffer.wrap(line.toByteArray()))
                        .toString();
            } catch (CharacterCodingException e) {
                throw malformed("line " + number, "UTF-8");
            }
        }

        private int read() {
            if (bytesRead == MAX_BYTES) {
                throw malformed("line " + number, "at most " + MAX_BYTES + " bytes in all");
            }
            bytesRead++;
            try {
                int b = in.read();
                if (b >= 0) {
                    return b;
                }
            } catch (IOException e) {
                throw new IpcException(ErrorCode.PEER_GONE, "The hand-over could not be read: " + e.getMessage(), e);
            }
            throw new IpcException(ErrorCode.PEER_GONE, "The main process ended before the hand-over was complete");
        }
    }
}
