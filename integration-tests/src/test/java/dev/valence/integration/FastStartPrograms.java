package dev.valence.integration;

import dev.valence.main.FastStart;
import dev.valence.main.IpcMain;
import dev.valence.main.Renderer;
import dev.valence.main.RendererSpec;
import dev.valence.renderer.IpcRenderer;
import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;

/** Programs that start fast, and the jars that they need: no class-data archive is made for directories. */
final class FastStartPrograms {

    private static final String OWN_JAR = "programs.jar";

    private FastStartPrograms() {}

    /** Returns the spec of a program here with a class path of {@link #jars}. */
    static RendererSpec spec(Class<?> program, String classPath) {
        return RendererSpec.of(program)
                .withClassPath(classPath)
                .withModulePath("")
                .withJvmArgs("-Dslf4j.internal.verbosity=ERROR");
    }

    /** Returns the class path of a renderer with jars of the programs here in place of the directory of tests. */
    static String jars(Path directory) throws IOException {
        StringBuilder classPath = new StringBuilder();
        for (String entry : ProcScenarios.rendererClassPath().split(File.pathSeparator)) {
            Path path = Path.of(entry);
            if (Files.isDirectory(path)) {
                path = pack(path, directory.resolve(isOfTests(path) ? OWN_JAR : "part-" + classPath.length() + ".jar"));
            }
            classPath.append(path).append(File.pathSeparator);
        }
        return classPath.substring(0, classPath.length() - 1);
    }

    private static boolean isOfTests(Path classes) {
        return Files.exists(classes.resolve(FastStartPrograms.class.getName().replace('.', '/') + ".class"));
    }

    /** Returns the jar that holds the programs here, once {@link #jars} has made it. */
    static Path ownJar(Path directory) {
        return directory.resolve(OWN_JAR);
    }

    /** Makes a jar of a directory; of that of the tests only what starts with the name of this class. */
    private static Path pack(Path classes, Path jar) throws IOException {
        String own = FastStartPrograms.class.getName().replace('.', '/');
        boolean isOfTests = isOfTests(classes);
        try (OutputStream file = Files.newOutputStream(jar);
                JarOutputStream out = new JarOutputStream(file);
                Stream<Path> files = Files.walk(classes)) {
            for (Path each : files.filter(Files::isRegularFile).toList()) {
                String name = classes.relativize(each).toString();
                if (!isOfTests || name.startsWith(own)) {
                    out.putNextEntry(new ZipEntry(name));
                    Files.copy(each, out);
                    out.closeEntry();
                }
            }
        }
        return jar;
    }

    /** Registers one listener. */
    static final class Listening {
        public static void main(String[] args) {
            IpcRenderer.run(renderer -> renderer.on("news", String.class, (event, text) -> System.out.println(text)));
        }
    }

    /** Says what it found. */
    static final class Telling {
        public static void main(String[] args) {
            ClassLoader loader = Thread.currentThread().getContextClassLoader();
            IpcRenderer.run(renderer -> {
                System.out.println("printed by " + renderer.name());
                renderer.handle("args", Void.class, (event, nothing) -> String.join("|", args));
                renderer.handle(
                        "loader",
                        Void.class,
                        (event, nothing) -> loader.getClass().getName());
                renderer.handle("stdin", Void.class, (event, nothing) -> System.in.read());
                renderer.on("exit", Integer.class, (event, code) -> System.exit(code));
            });
        }
    }

    /** Throws before it connects. */
    static final class Throwing {
        public static void main(String[] args) {
            throw new IllegalStateException("thrown on purpose by a main method");
        }
    }

    /** What is compared with: the least that a JVM can do. */
    static final class Bare {
        public static void main(String[] args) {
            System.out.println("hello");
        }
    }

    /** A main process that prepares a start: of which kind, with which class path, and whether it stays then. */
    static final class PreparingMain {
        public static void main(String[] args) throws Exception {
            RendererSpec spec = RendererSpec.of(Listening.class)
                    .withClassPath(args[1])
                    .withModulePath("")
                    .withFastStart(FastStart.valueOf(args[0]));
            try (IpcMain main = IpcMain.open()) {
                System.out.println("open");
                System.in.read(); // until all are
                System.out.println("prepared " + main.prepare(spec).join());
                for (ProcessHandle child : ProcessHandle.current().children().toList()) {
                    System.out.println("child " + child.pid());
                }
                if (args.length > 2) {
                    new CountDownLatch(1).await();
                }
                Renderer renderer = main.launch(spec);
                renderer.ready().join();
                System.out.println(
                        "launched " + renderer.startup().orElseThrow().kind());
            }
        }
    }
}
