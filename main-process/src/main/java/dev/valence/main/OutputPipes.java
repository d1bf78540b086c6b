package dev.valence.main;

import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * This process's ends of the pipes that a child writes its output to.
 *
 * <p>A process that the child started may hold the pipe open long after the child is dead, and a thread that is blocked
 * in a stream of {@link Process} cannot be freed by closing it. One that is blocked in a {@link FileChannel} can, so where
 * the system has {@code /proc} the pipes are opened again that way.
 *
 * @param stdout what the child writes to its standard output
 * @param stderr what the child writes to its standard error
 */
record OutputPipes(InputStream stdout, InputStream stderr) {

    private static final Logger LOG = LoggerFactory.getLogger(OutputPipes.class);

    /** Returns the pipes of a child that was just started, whose own streams nobody has read from. */
    static OutputPipes of(Process process) {
        Path files = Path.of("/proc", Long.toString(process.pid()), "fd");
        FileChannel stdout = null;
        FileChannel stderr = null;
        try {
            stdout = FileChannel.open(files.resolve("1"), StandardOpenOption.READ);
            stderr = FileChannel.open(files.resolve("2"), StandardOpenOption.READ);
            // When the child ends, its Process reads what is left in the pipes, unless they are closed by then.
            if (process.isAlive()) {
                process.getInputStream().close();
                process.getErrorStream().close();
                return new OutputPipes(Channels.newInputStream(stdout), Channels.newInputStream(stderr));
            }
        } catch (IOException e) {
            LOG.debug("Pipes of process {} read in the usual way", process.pid(), e);
        }
        close(stdout);
        close(stderr);
        return new OutputPipes(process.getInputStream(), process.getErrorStream());
    }

    private static void close(@Nullable FileChannel channel) {
        if (channel != null) {
            try {
                channel.close();
            } catch (IOException e) {
                LOG.debug("Pipe not closed", e);
            }
        }
    }
}
