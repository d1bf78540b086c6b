package dev.valence.renderer;

import dev.valence.ErrorCode;
import dev.valence.IpcException;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * The program of a JVM that the launcher starts ahead: it loads what a renderer needs and waits for the role of one.
 *
 * <p>Without a role it ends as soon as main does, or is done with it. A launcher that makes a class-data archive closes
 * stdin at once: what the JVM has loaded when it ends is what the archive has.
 */
final class Spare {

    private Spare() {}

    /**
     * Waits for a role and plays it on this thread.
     *
     * @param args a directory of main's for what is there for a moment only
     */
    public static void main(String[] args) throws Throwable {
        var unused = Rehearsal.run(Path.of(args[0])); // a spare that is less warm is one all the same
        CompletionStage<?> parentEnd = ProcessHandle.current()
                .parent()
                .<CompletionStage<?>>map(ProcessHandle::onExit)
                .orElseGet(CompletableFuture::new);
        // The end of stdin is the first sign; somebody else may hold its other end.
        CompletableFuture<Void> watch = parentEnd.thenRun(() -> System.exit(0)).toCompletableFuture();
        SpareRole role = role();
        watch.cancel(false); // from now on the renderer watches
        role.play();
    }

    private static SpareRole role() {
        try {
            return SpareRole.read(System.in);
        } catch (IpcException e) {
            if (e.code() == ErrorCode.PEER_GONE) {
                System.exit(0);
            }
            throw e;
        }
    }
}
