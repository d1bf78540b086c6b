package dev.valence.main;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A JVM that has loaded what a renderer needs and waits on its stdin for its role. Main's end of that pipe is what keeps it
 * alive. What it prints stays in its pipes until then.
 *
 * @param process that nobody watches yet
 * @param line it was started with
 * @param command it was started for
 * @param surroundings it was started in
 */
record SpareJvm(Process process, CommandLine line, Command command, Surroundings surroundings) {

    /** Of the renderer's module; it must not have seen the application's code. */
    static final String MAIN_CLASS = "dev.valence.renderer.Spare";

    private static final Logger LOG = LoggerFactory.getLogger(SpareJvm.class);

    /**
     * Starts one for renderers like this.
     *
     * @param directory for what it needs for a moment
     */
    static SpareJvm start(RendererSpec spec, List<String> flags, Path directory) throws IOException {
        Command command = neutral(spec.command());
        CommandLine line = CommandLine.of(command.withArgs(List.of(directory.toString())), flags, directory);
        try {
            Process process =
                    ChildProcess.builder(spec.surroundings(), line.words()).start();
            return new SpareJvm(process, line, command, neutral(spec.surroundings()));
        } catch (Throwable e) {
            line.discard();
            throw e;
        }
    }

    /** Returns whether it can become this renderer. */
    boolean suits(RendererSpec spec) {
        return process.isAlive()
                && command.equals(neutral(spec.command()))
                && surroundings.equals(neutral(spec.surroundings()));
    }

    /** Tells it what to become, and returns whether that worked. The hand-over is to follow. */
    boolean play(Command role) {
        byte[] text = new SpareRole(((Program.MainClass) role.program()).name(), role.args()).bytes();
        if (text == null) {
            return false;
        }
        try {
            process.getOutputStream().write(text);
            process.getOutputStream().flush();
            return true;
        } catch (IOException e) {
            LOG.debug("The spare has ended before it was needed", e);
            return false;
        }
    }

    /** Ends it. */
    void close() {
        process.destroyForcibly();
        for (AutoCloseable pipe :
                List.of(process.getOutputStream(), process.getInputStream(), process.getErrorStream())) {
            try {
                pipe.close();
            } catch (Exception e) {
                LOG.debug("Pipe not closed", e);
            }
        }
        line.discard();
    }

    /** Leaves out what a role brings. */
    private static Command neutral(Command command) {
        return command.withProgram(new Program.MainClass(MAIN_CLASS)).withArgs(List.of());
    }

    private static Surroundings neutral(Surroundings surroundings) {
        return surroundings.withStdio(Stdio.DISCARD);
    }
}
