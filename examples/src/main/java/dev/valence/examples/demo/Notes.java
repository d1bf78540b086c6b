package dev.valence.examples.demo;

import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** What one process of the demo sends and receives, a line each. */
record Notes(String who, Consumer<String> out) {

    static String line(Object who, Object pid, Object direction, Object channel, @Nullable Object payload) {
        return String.format("%-8s %7s  %-10s  %-11s  %s", who, pid, direction, channel, payload);
    }

    void sent(String to, String channel, @Nullable Object payload) {
        out.accept(line(who, ProcessHandle.current().pid(), "-> " + to, channel, payload));
    }

    void received(String from, String channel, @Nullable Object payload) {
        out.accept(line(who, ProcessHandle.current().pid(), "<- " + from, channel, payload));
    }
}
