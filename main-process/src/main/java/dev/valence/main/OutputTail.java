package dev.valence.main;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/** The last lines that a child wrote, whichever stream they came by. */
final class OutputTail {

    static final int LINES = 200;
    static final int LINE_CHARS = 4096;

    private final Deque<String> lines = new ArrayDeque<>(); // guarded by this

    synchronized void add(String line) {
        if (lines.size() == LINES) {
            lines.removeFirst();
        }
        lines.addLast(line.length() > LINE_CHARS ? line.substring(0, LINE_CHARS - 1) + "…" : line);
    }

    synchronized List<String> lines() {
        return List.copyOf(lines);
    }
}
