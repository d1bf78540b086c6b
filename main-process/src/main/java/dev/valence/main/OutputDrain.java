package dev.valence.main;

import dev.valence.main.OutputLine.Source;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads one stream of a child to its end, whatever the listener does with the lines.
 *
 * <p><b>Threads.</b> {@link #run} occupies one thread until the stream ends or is given up.
 */
final class OutputDrain implements Runnable {

    static final int MAX_LINE_CHARS = 1 << 16;

    private static final Logger LOG = LoggerFactory.getLogger(OutputDrain.class);
    private static final int CHUNK_CHARS = 1 << 13;

    private final Source source;
    private final InputStream in;
    private final OutputTail tail;
    private final Consumer<OutputLine> listener;
    private final StringBuilder line = new StringBuilder(); // draining thread only
    private boolean hasListenerThrown; // draining thread only
    private volatile boolean isGivenUp;

    OutputDrain(Source source, InputStream in, OutputTail tail, Consumer<OutputLine> listener) {
        this.source = source;
        this.in = in;
        this.tail = tail;
        this.listener = listener;
    }

    @Override
    public void run() {
        char[] chunk = new char[CHUNK_CHARS];
        try (Reader reader = new InputStreamReader(in, charset())) {
            int length = reader.read(chunk);
            while (length >= 0) {
                split(chunk, length);
                length = reader.read(chunk);
            }
        } catch (IOException e) {
            LOG.debug("{} given up", source, e);
        }
        if (!line.isEmpty()) {
            emit();
        }
    }

    /** Tells nobody any more and frees the draining thread as far as the stream allows that. */
    void giveUp() {
        isGivenUp = true;
        try {
            in.close();
        } catch (IOException e) {
            LOG.debug("{} not closed", source, e);
        }
    }

    private void split(char[] chunk, int length) {
        int start = 0;
        for (int i = 0; i < length; i++) {
            if (chunk[i] == '\n') {
                line.append(chunk, start, i - start);
                start = i + 1;
                if (!line.isEmpty() && line.charAt(line.length() - 1) == '\r') {
                    line.setLength(line.length() - 1);
                }
                emit();
            } else if (line.length() + i + 1 - start == MAX_LINE_CHARS) {
                line.append(chunk, start, i + 1 - start);
                start = i + 1;
                emit();
            }
        }
        line.append(chunk, start, length - start);
    }

    /** Passes on what has been gathered, as a line. */
    private void emit() {
        String text = line.toString();
        line.setLength(0);
        if (isGivenUp) {
            return;
        }
        tail.add(text);
        try {
            listener.accept(new OutputLine(source, text));
        } catch (Throwable e) {
            // The child would stop in its next write if nobody read on.
            if (!hasListenerThrown) {
                hasListenerThrown = true;
                LOG.warn("Listener of {} failed; told once", source, e);
            }
        } finally {
            // Reading on as an interrupted thread would close the pipe.
            Thread.interrupted();
        }
    }

    /** Returns what a child encodes its output with, or UTF-8 if that is no more than ASCII. */
    private static Charset charset() {
        String usual = System.getProperty("native.encoding", "UTF-8");
        Charset charset = Charset.isSupported(usual) ? Charset.forName(usual) : StandardCharsets.UTF_8;
        return charset.equals(StandardCharsets.US_ASCII) ? StandardCharsets.UTF_8 : charset;
    }
}
