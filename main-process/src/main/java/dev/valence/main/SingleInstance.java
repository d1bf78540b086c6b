package dev.valence.main;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;

/**
 * Whether this process is the only one of an application and a user. Electron calls it the single-instance lock.
 *
 * <pre>{@code
 * SingleInstance instance = SingleInstance.acquire("com.example.editor", List.of(args));
 * if (!(instance instanceof FirstInstance first)) {
 *     return; // the first one has got the arguments
 * }
 * try (first; IpcMain main = IpcMain.open()) {
 *     first.onLaterStart(start -> main.broadcast("open", start.args()));
 *     main.launch(RendererSpec.of(Window.class)).exit().join();
 * }
 * }</pre>
 *
 * <p>What makes a process the first is a lock on a file, which the kernel gives back when the process ends, however it
 * does. Others find the first by a socket beside that file. Both lie in a directory of this user with mode 0700 in {@code
 * $XDG_RUNTIME_DIR}, or else in {@code java.io.tmpdir}: processes for which these differ do not know of each other.
 */
public sealed interface SingleInstance permits FirstInstance, SecondInstance {

    /**
     * Makes this process the first, or hands its arguments over to the one that is. Of several that start at once one is the
     * first. If the first ends while it is told, this process takes its place.
     *
     * <p><b>Threads.</b> Waits for the first, as a rule a few milliseconds and at most 10 s.
     *
     * @param application the same for all that are to be one: 1 to 64 letters, digits, dots, hyphens and underscores, of
     *     which the first is a letter or a digit
     * @param args go to the first, with the working directory of this process; together at most 1 MiB
     * @throws IllegalArgumentException if the name is not valid or its socket would have too long a path, or the arguments
     *     are too long or hold a NUL; nothing has happened
     * @throws UncheckedIOException if there is no place for the lock, or the first neither takes the arguments nor ends in
     *     time, such as one that is stopped, or this thread is interrupted: nobody has got the arguments
     */
    static SingleInstance acquire(String application, List<String> args) {
        byte[] start = LaterStart.here(args).encode();
        try {
            return InstanceRace.run(InstancePlace.of(application), start);
        } catch (IOException e) {
            throw new UncheckedIOException("application " + application + ": " + e.getMessage(), e);
        }
    }
}
