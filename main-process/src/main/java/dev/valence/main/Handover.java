package dev.valence.main;

import dev.valence.Endpoint;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;

/**
 * What a launched renderer is told on its stdin, which then stays open: its end-of-file says that main is gone. The
 * reader is {@code dev.valence.renderer.Handover}.
 *
 * @param endpoint where main listens
 * @param token 64 hexadecimal digits, good for one connection
 * @param name of the renderer
 */
record Handover(Endpoint endpoint, String token, String name) {

    /** The environment variable that tells a child that it was launched, and where to read. */
    static final String VARIABLE = "VALENCE_HANDOVER";

    static final String STDIN = "stdin";

    private static final Pattern TOKEN = Pattern.compile("[0-9a-f]{64}");

    /** Checks that the reader will understand. */
    Handover {
        if (!TOKEN.matcher(token).matches()) {
            throw new IllegalArgumentException("token (expected: 64 hexadecimal digits)");
        }
        if (endpoint.toString().indexOf('\n') >= 0) {
            throw new IllegalArgumentException("endpoint: \"" + endpoint + "\" (expected: no line break)");
        }
        if (name.indexOf('\n') >= 0) {
            throw new IllegalArgumentException("name: \"" + name + "\" (expected: no line break)");
        }
    }

    void write(OutputStream out) throws IOException {
        String text = "valence-handover 1\nendpoint=" + endpoint + "\ntoken=" + token + "\nname=" + name + "\n\n";
        out.write(text.getBytes(StandardCharsets.UTF_8));
        out.flush();
    }

    /** Leaves the token out. */
    @Override
    public String toString() {
        return "Handover[" + endpoint + ", " + name + "]";
    }
}
