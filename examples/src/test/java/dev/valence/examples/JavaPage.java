package dev.valence.examples;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.tools.Diagnostic;
import javax.tools.DiagnosticCollector;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;

/**
 * A page of documentation with Java in it.
 *
 * <p>What stands between {@code ```java} and {@code ```} is a source file. After the line {@code <!-- compile: statements
 * -->} it is the body of a method, with the imports and parameters below. All blocks of a page see its classes.
 */
record JavaPage(Path file, List<Block> blocks, List<String> errors) {

    private static final String STATEMENTS = "<!-- compile: statements -->";

    private static final Pattern JAVA_FENCE = Pattern.compile("(?i)```\\s*java(\\s.*)?");

    private static final String BEFORE_STATEMENTS = "import dev.valence.*; import dev.valence.main.*;"
            + " import dev.valence.renderer.*; import java.nio.file.*; import java.time.*; import java.util.*;"
            + " import java.util.concurrent.*; import javax.swing.JButton; import javax.swing.JLabel; import javax.swing.SwingUtilities; abstract class Block%d"
            + " { void run(IpcMain main, Renderer window, IpcRenderer renderer) throws Exception {\n";

    private static final Pattern PUBLIC_TYPE = Pattern.compile(
            "^public (?:(?:final|abstract|sealed) )*(?:class|record|interface|enum) (\\w+)", Pattern.MULTILINE);

    /** A block as a source file whose line numbers are those of the page. */
    static final class Block extends SimpleJavaFileObject {

        private final String text;

        private Block(String name, String text) {
            super(URI.create("page:///" + name + ".java"), Kind.SOURCE);
            this.text = text;
        }

        static Block of(int fenceLine, boolean isStatements, String code) {
            if (isStatements) {
                String header = "\n".repeat(fenceLine - 1) + String.format(BEFORE_STATEMENTS, fenceLine);
                return new Block("Block" + fenceLine, header + code + "}}");
            }
            Matcher type = PUBLIC_TYPE.matcher(code);
            return new Block(type.find() ? type.group(1) : "Block" + fenceLine, "\n".repeat(fenceLine) + code);
        }

        @Override
        public CharSequence getCharContent(boolean ignoreEncodingErrors) {
            return text;
        }
    }

    static JavaPage read(Path file) throws IOException {
        List<String> lines = Files.readAllLines(file);
        List<Block> blocks = new ArrayList<>();
        List<String> errors = new ArrayList<>();
        String before = "";
        for (int i = 0; i < lines.size(); i++) {
            String line = lines.get(i).strip();
            if (JAVA_FENCE.matcher(line).matches()) {
                int end = endOfBlock(lines, i);
                if (end == lines.size()) {
                    errors.add(file.getFileName() + ":" + (i + 1) + ": the block does not end");
                }
                String code = String.join("\n", lines.subList(i + 1, end)) + "\n";
                blocks.add(Block.of(i + 1, before.equals(STATEMENTS), code));
                i = end;
            } else if (line.startsWith("```")) {
                i = endOfBlock(lines, i);
            }
            before = line.isEmpty() ? before : line;
        }
        return new JavaPage(file, blocks, errors);
    }

    private static int endOfBlock(List<String> lines, int start) {
        int end = start + 1;
        while (end < lines.size() && !lines.get(end).strip().equals("```")) {
            end++;
        }
        return end;
    }

    /** Compiles all blocks and returns what is wrong with them, warnings too: {@code page.md:12: what}. */
    List<String> compile(Path classes) throws IOException {
        if (blocks.isEmpty() || !errors.isEmpty()) {
            return errors;
        }
        JavaCompiler compiler =
                Objects.requireNonNull(ToolProvider.getSystemJavaCompiler(), "no compiler (expected: a JDK)");
        DiagnosticCollector<JavaFileObject> diagnostics = new DiagnosticCollector<>();
        String classPath = System.getProperty("java.class.path");
        List<String> options =
                List.of("--release", "17", "-Xlint:all", "-proc:none", "-cp", classPath, "-d", classes.toString());
        boolean isDone =
                compiler.getTask(null, null, diagnostics, options, null, blocks).call();
        List<String> found =
                diagnostics.getDiagnostics().stream().map(this::describe).toList();
        return isDone || !found.isEmpty() ? found : List.of(file.getFileName() + ": does not compile");
    }

    private String describe(Diagnostic<? extends JavaFileObject> diagnostic) {
        return file.getFileName() + ":" + diagnostic.getLineNumber() + ": " + diagnostic.getMessage(Locale.ENGLISH);
    }
}
