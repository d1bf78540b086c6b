package dev.valence.main;

import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The words that start a renderer.
 *
 * @param words the executable first
 * @param argFile holds the class path if it is too long for a command line; null if it is not
 */
record CommandLine(List<String> words, @Nullable Path argFile) {

    private static final Logger LOG = LoggerFactory.getLogger(CommandLine.class);

    /** Linux allows a word 128 KiB, and a character has up to three bytes. */
    private static final int MAX_CHARS = 32_000;

    /**
     * Makes the command line, and the file if one is needed.
     *
     * @param flags of the JVM; the command's own come later and win
     * @param directory for the file, which only its owner can read
     */
    static CommandLine of(Command command, List<String> flags, Path directory) throws IOException {
        List<String> codePath = command.codePath().words();
        Path argFile = null;
        if (codePath.stream().mapToInt(String::length).sum() > MAX_CHARS) {
            argFile = writeArgFile(directory, codePath);
            codePath = List.of("@" + argFile);
        }
        List<String> words = new ArrayList<>();
        words.add(command.java().toString());
        words.addAll(codePath);
        words.addAll(flags);
        words.addAll(command.jvmArgs());
        words.addAll(command.program().words());
        words.addAll(command.args());
        return new CommandLine(List.copyOf(words), argFile);
    }

    /** Deletes the file, which must not be before the JVM has read it. */
    void discard() {
        if (argFile != null) {
            try {
                Files.deleteIfExists(argFile);
            } catch (IOException e) {
                LOG.debug("{} not deleted", argFile, e);
            }
        }
    }

    private static Path writeArgFile(Path directory, List<String> words) throws IOException {
        Path file = Files.createTempFile(directory, "valence-", ".args");
        try {
            String text = words.stream()
                    .map(word -> '"' + word.replace("\\", "\\\\").replace("\"", "\\\"") + "\"\n")
                    .collect(Collectors.joining());
            return Files.write(file, text.getBytes(pathCharset()));
        } catch (IOException e) {
            Files.deleteIfExists(file);
            throw e;
        }
    }

    private static Charset pathCharset() {
        String name = System.getProperty("sun.jnu.encoding", "UTF-8");
        return Charset.isSupported(name) ? Charset.forName(name) : Charset.defaultCharset();
    }
}
