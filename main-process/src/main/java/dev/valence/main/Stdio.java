package dev.valence.main;

import dev.valence.main.OutputLine.Source;
import java.util.Objects;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;

/**
 * Where the lines go that a renderer writes to stdout and stderr. Whatever is chosen, both are always read, so a renderer
 * never waits for its output, and the last lines are kept for {@link RendererExit#lastOutput()}.
 */
public final class Stdio {

    /**
     * To the SLF4J logger {@code valence.renderer.NAME}: stdout at INFO, stderr at WARN. The default. The diagnostic context
     * (MDC) of each line holds the name as {@code renderer} and the pid as {@code pid}.
     */
    public static final Stdio LOG = new Stdio("LOG", Stdio::toLogger);

    /** To this process's own {@code System.out} and {@code System.err}, line by line. */
    public static final Stdio INHERIT = new Stdio("INHERIT", (name, pid) -> Stdio::print);

    /** To nowhere. */
    public static final Stdio DISCARD = new Stdio("DISCARD", (name, pid) -> line -> {});

    private final String label;
    private final BiFunction<String, Long, Consumer<OutputLine>> opener;

    private Stdio(String label, BiFunction<String, Long, Consumer<OutputLine>> opener) {
        this.label = label;
        this.opener = opener;
    }

    /**
     * Returns one that tells a listener.
     *
     * <p><b>Threads.</b> Each of the two streams has a thread of its own that calls the listener, so it is called by two
     * threads at a time. A listener that blocks holds up what the renderer writes; one that throws is logged and told the
     * next line all the same. <b>Order.</b> Kept within each stream, not between them.
     */
    public static Stdio to(Consumer<OutputLine> listener) {
        Objects.requireNonNull(listener, "listener");
        return new Stdio("listener", (name, pid) -> listener);
    }

    /** Returns what takes the lines of one process of the renderer of this name. */
    Consumer<OutputLine> listener(String name, long pid) {
        return opener.apply(name, pid);
    }

    @Override
    public String toString() {
        return label;
    }

    private static Consumer<OutputLine> toLogger(String name, long pid) {
        Logger logger = LoggerFactory.getLogger("valence.renderer." + name);
        String pidText = Long.toString(pid);
        return line -> {
            MDC.put("renderer", name); // each time, for the context of a thread may be cleared by an appender
            MDC.put("pid", pidText);
            if (line.source() == Source.STDOUT) {
                logger.info("{}", line.text());
            } else {
                logger.warn("{}", line.text());
            }
        };
    }

    private static void print(OutputLine line) {
        (line.source() == Source.STDOUT ? System.out : System.err).println(line.text());
    }
}
