package dev.valence.renderer;

import java.io.InputStream;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.List;

/**
 * What a spare becomes: what otherwise stands at the end of a command line. The launcher writes it to stdin, ahead of the
 * hand-over; the writer is {@code dev.valence.main.SpareRole}.
 *
 * @param mainClass binary name
 * @param args of its main method
 */
record SpareRole(String mainClass, List<String> args) {

    private static final String FIRST_LINE = "valence-role 1";
    private static final String ARG = "arg=";
    private static final int MAX_BYTES = 32 * 1024;

    SpareRole {
        args = List.copyOf(args);
    }

    /**
     * Reads a role to its empty line and not further.
     *
     * @throws dev.valence.IpcException PEER_GONE if the stream ends before; PROTOCOL_ERROR if it says something else
     */
    static SpareRole read(InputStream in) {
        HandedLines lines = new HandedLines(in, MAX_BYTES);
        if (!lines.next().equals(FIRST_LINE)) {
            throw HandedLines.malformed("line 1", FIRST_LINE);
        }
        String mainClass = lines.next("main-class=");
        List<String> args = new ArrayList<>();
        for (String line = lines.next(); !line.isEmpty(); line = lines.next()) {
            if (!line.startsWith(ARG)) {
                throw HandedLines.malformed("a line of the role", ARG + "…");
            }
            args.add(unescape(line.substring(ARG.length())));
        }
        return new SpareRole(mainClass, args);
    }

    /** A line break is written as a backslash and an n, a backslash as two. */
    private static String unescape(String text) {
        StringBuilder plain = new StringBuilder(text.length());
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '\\' && i + 1 < text.length()) {
                i++;
                c = text.charAt(i) == 'n' ? '\n' : text.charAt(i);
            }
            plain.append(c);
        }
        return plain.toString();
    }

    /**
     * Runs the program, as the java command would.
     *
     * @throws Throwable what its main method throws, or why there is none
     */
    void play() throws Throwable {
        Class<?> program = Class.forName(mainClass, true, ClassLoader.getSystemClassLoader());
        Method main = program.getDeclaredMethod("main", String[].class);
        if (!Modifier.isStatic(main.getModifiers())) {
            throw new NoSuchMethodException(main + " (expected: a static one)");
        }
        main.setAccessible(true); // the class need not be public
        try {
            main.invoke(null, (Object) args.toArray(String[]::new));
        } catch (InvocationTargetException e) {
            throw e.getCause();
        }
    }
}
