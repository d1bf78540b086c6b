package dev.valence.main;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Makes class-data archives: runs a JVM that loads what a renderer needs, and ends. */
final class ArchiveTraining {

    private static final Logger LOG = LoggerFactory.getLogger(ArchiveTraining.class);

    /** It takes some seconds, and more on a busy machine. */
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    private ArchiveTraining() {}

    /**
     * Makes an archive and waits for it.
     *
     * @param directory for what that needs for a moment
     * @return whether it is in the store
     * @throws InterruptedException if the thread was interrupted; nothing is left behind
     */
    static boolean run(ArchivePlan plan, ArchiveStore store, Path directory) throws InterruptedException {
        Path file = null;
        try {
            file = store.unfinished(plan.key());
            boolean isMade = train(plan.training(file, directory)) && Files.exists(file);
            if (isMade) {
                store.finish(plan.key(), file);
            }
            return isMade;
        } catch (IOException | UnsupportedOperationException e) { // no such directories here
            LOG.debug("No class-data archive was made", e);
            return false;
        } finally {
            if (file != null) {
                store.discard(file);
            }
        }
    }

    private static boolean train(List<String> words) throws IOException, InterruptedException {
        ProcessBuilder builder =
                new ProcessBuilder(words).redirectErrorStream(true).redirectOutput(ProcessBuilder.Redirect.DISCARD);
        Map<String, String> environment = builder.environment();
        JvmOptions.removeFrom(environment); // no agent has any business here
        Process trainee = builder.start();
        try {
            trainee.getOutputStream().close(); // it has no role to wait for
            boolean hasEnded = trainee.waitFor(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
            LOG.debug("{} has ended: {}", words, hasEnded ? trainee.exitValue() : "not in time");
            return hasEnded && trainee.exitValue() == 0;
        } finally {
            trainee.descendants().forEach(ProcessHandle::destroyForcibly); // an AOT cache is written by another JVM
            trainee.destroyForcibly();
        }
    }
}
