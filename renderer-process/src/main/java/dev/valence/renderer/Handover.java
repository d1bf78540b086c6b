package dev.valence.renderer;

import dev.valence.Endpoint;
import dev.valence.ErrorCode;
import dev.valence.IpcException;
import java.io.InputStream;
import java.util.Map;

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
    private static final int TOKEN_DIGITS = 64;

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
        HandedLines lines = new HandedLines(in, MAX_BYTES);
        String first = lines.next();
        if (!first.equals(FIRST_LINE)) {
            throw HandedLines.malformed("line 1", FIRST_LINE);
        }
        Endpoint endpoint = endpoint(lines.next("endpoint="));
        String token = lines.next("token=");
        if (!isToken(token)) {
            throw HandedLines.malformed("token", "64 hexadecimal digits");
        }
        String name = lines.next("name=");
        if (!lines.next().isEmpty()) {
            throw HandedLines.malformed("line 5", "an empty line");
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

    /** Whether it is hexadecimal digits, as many as there are to be; without a pattern, whose classes take a while to load. */
    private static boolean isToken(String text) {
        boolean isToken = text.length() == TOKEN_DIGITS;
        for (int i = 0; isToken && i < TOKEN_DIGITS; i++) {
            char c = text.charAt(i);
            isToken = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
        }
        return isToken;
    }
}
