package dev.valence.renderer;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/**
 * What the threads of this process do, as text for people.
 *
 * <p>It is made from {@link Thread#getAllStackTraces}, and not by {@code ThreadMXBean}, which would also name the owners of
 * locks: that needs the module {@code java.management}, and loads it at a moment when the process may be short of
 * everything. Neither knows virtual threads, so those that run callbacks are added.
 */
final class ThreadDump {

    private static final int MAX_FRAMES = 200; // of a thread: the rest of an endless recursion says nothing new
    private static final int MAX_CHARS = 256 * 1024; // what main takes; a character is a byte at least

    private ThreadDump() {}

    /**
     * Makes one on a thread of its own and returns: callbacks may have none left, and an I/O thread has no time.
     *
     * @param callbackThreads threads that run callbacks, which are shown first
     * @param receiver gets the text on that thread, or, if there is none to be had, a word about that on this one
     */
    static void start(Set<Thread> callbackThreads, Consumer<String> receiver) {
        try {
            Thread maker = new Thread(() -> receiver.accept(text(callbackThreads)), "valence-thread-dump");
            maker.setDaemon(true);
            maker.start();
        } catch (OutOfMemoryError e) {
            receiver.accept("no thread could be started to make a thread dump: " + e.getMessage() + "\n");
        }
    }

    /** Returns the text. */
    static String text(Set<Thread> callbackThreads) {
        Map<Thread, StackTraceElement[]> others = new HashMap<>(Thread.getAllStackTraces());
        StringBuilder text = new StringBuilder(16 * 1024);
        for (Thread thread : callbackThreads) {
            others.remove(thread);
            add(text, thread, thread.getStackTrace());
        }
        others.forEach((thread, stack) -> add(text, thread, stack));
        return text.toString();
    }

    private static void add(StringBuilder text, Thread thread, StackTraceElement[] stack) {
        if (text.length() > MAX_CHARS) {
            return;
        }
        text.append('"').append(thread.getName()).append("\" ");
        text.append(thread.isDaemon() ? "daemon " : "")
                .append(thread.getState())
                .append('\n');
        for (int i = 0; i < Math.min(stack.length, MAX_FRAMES); i++) {
            text.append("    at ").append(stack[i]).append('\n');
        }
        if (stack.length > MAX_FRAMES) {
            text.append("    … ").append(stack.length - MAX_FRAMES).append(" more\n");
        }
        text.append('\n');
    }
}
