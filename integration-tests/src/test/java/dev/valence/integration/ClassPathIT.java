package dev.valence.integration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.Timestamp;
import dev.valence.ErrorCode;
import dev.valence.IpcException;
import dev.valence.IpcReceiver;
import dev.valence.IpcSender;
import dev.valence.main.IpcMain;
import dev.valence.main.Renderer;
import dev.valence.main.RendererSpec;
import dev.valence.renderer.IpcRenderer;
import java.io.File;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.zip.ZipFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What processes need on their class path, and what they load of it. */
class ClassPathIT {

    private static final Pattern LOADED = Pattern.compile(".*\\[class,load] (\\S+) source: .*");

    @TempDir
    private Path directory;

    /** A renderer that needs nothing but the renderer's own libraries. */
    static final class LeanRenderer {

        public static void main(String[] args) {
            IpcRenderer.run(renderer -> {
                register(renderer);
                renderer.handle("find", String.class, (event, name) -> isThere(name));
                renderer.handle("ask back", boolean.class, (event, withRecord) -> exchange(renderer, withRecord));
                renderer.handle("ask the time", Void.class, (event, nothing) -> {
                    Times.register(renderer);
                    return Times.exchange(renderer);
                });
            });
        }
    }

    /** Whether a class is on the class path; it is not initialised. */
    private static boolean isThere(String className) {
        try {
            Class.forName(className, false, LeanRenderer.class.getClassLoader());
            return true;
        } catch (ClassNotFoundException e) {
            return false;
        }
    }

    /** What needs protobuf. */
    static final class Times {

        static void register(IpcReceiver<?> receiver) {
            receiver.handle("time", Timestamp.class, (event, value) -> value);
        }

        static boolean exchange(IpcSender to) {
            Timestamp time = Timestamp.newBuilder().setSeconds(7).build();
            return time.equals(to.invokeSync("time", time, Timestamp.class));
        }
    }

    /** A main that launches a {@link LeanRenderer}, exchanges all kinds of values with it both ways, and ends. */
    static final class LeanMain {

        public static void main(String[] args) {
            boolean withRecord = args[1].contains("record");
            try (IpcMain main = IpcMain.open()) {
                register(main);
                Renderer renderer =
                        main.launch(RendererSpec.of(LeanRenderer.class).withJvmArgs(loggingTo(Path.of(args[0]))));
                exchange(renderer, withRecord);
                renderer.invokeSync("ask back", withRecord, int.class);
                if (args[1].contains("protobuf")) {
                    Times.register(main);
                    check(renderer.invokeSync("ask the time", null, boolean.class));
                    check(Times.exchange(renderer));
                }
                renderer.send("message", "text");
                main.broadcast("message", 1.5);
            }
        }
    }

    record Note(String text) {}

    private static <S extends IpcSender> void register(IpcReceiver<S> receiver) {
        receiver.handle("text", String.class, (event, value) -> value);
        receiver.handle("number", long.class, (event, value) -> value);
        receiver.handle("bytes", byte[].class, (event, value) -> value);
        receiver.handle("note", Note.class, (event, value) -> value);
        receiver.handle("fail", Void.class, (event, nothing) -> {
            throw new IllegalStateException("broken");
        });
        receiver.on("message", Object.class, (event, value) -> {});
    }

    /** Returns how many values came back as they were. */
    private static int exchange(IpcSender to, boolean withRecord) {
        check("text".equals(to.invokeSync("text", "text", String.class)));
        check(to.invokeSync("number", 7L, long.class) == 7);
        check(Arrays.equals(to.invokeSync("bytes", new byte[] {7}, byte[].class), new byte[] {7}));
        try {
            to.invokeSync("fail", null, Void.class);
            check(false);
        } catch (IpcException e) {
            check(e.remote() != null);
        }
        if (!withRecord) {
            return 4;
        }
        Note note = new Note("text");
        check(note.equals(to.invokeSync("note", note, Note.class)));
        return 5;
    }

    private static void check(boolean isRight) {
        if (!isRight) {
            throw new IllegalStateException("not what was sent");
        }
    }

    private static String loggingTo(Path file) {
        return "-Xlog:class+load:file=" + file;
    }

    // ---- What a renderer needs -----------------------------------------------------------------------------------

    @Test
    void librariesOfARenderer_holdNoNettyNoProtobufAndNothingOfMain() throws Exception {
        List<String> names = new ArrayList<>();
        for (Path entry : librariesOfARenderer()) {
            names.addAll(filesOf(entry));
        }

        assertThat(names)
                .contains("dev/valence/renderer/IpcRenderer.class", "dev/valence/IpcSender.class")
                .noneMatch(name -> name.startsWith("io/netty/"))
                .noneMatch(name -> name.startsWith("com/google/protobuf/"))
                .noneMatch(name -> name.startsWith("dev/valence/proto/"))
                .noneMatch(name -> name.startsWith("dev/valence/main/"));
    }

    @Test
    void rendererWithItsOwnLibrariesAlone_works() throws Exception {
        List<Path> entries = new ArrayList<>(librariesOfARenderer());
        entries.add(placeOf(LeanRenderer.class));
        String classPath = String.join(
                File.pathSeparator, entries.stream().map(Path::toString).toList());
        try (Rig rig = Rig.open()) {
            register(rig.main());

            Renderer renderer = rig.launch(RendererSpec.of(LeanRenderer.class).withClassPath(classPath));

            assertThat(exchange(renderer, true)).isEqualTo(5);
            assertThat(renderer.invokeSync("ask back", true, int.class)).isEqualTo(5);
            assertThat(renderer.invokeSync("find", "dev.valence.jackson.CborCodec", boolean.class))
                    .isTrue();
            assertThat(renderer.invokeSync("find", "io.netty.channel.Channel", boolean.class))
                    .isFalse();
            assertThat(renderer.invokeSync("find", "com.google.protobuf.MessageLite", boolean.class))
                    .isFalse();
            assertThat(renderer.invokeSync("find", "dev.valence.main.IpcMain", boolean.class))
                    .isFalse();
        }
    }

    @Test
    void protobufMessageForARendererWithoutProtobuf_failsThereWithAReason() throws Exception {
        List<Path> entries = new ArrayList<>(librariesOfARenderer());
        entries.add(placeOf(LeanRenderer.class));
        String classPath = String.join(
                File.pathSeparator, entries.stream().map(Path::toString).toList());
        try (Rig rig = Rig.open()) {
            Renderer renderer = rig.launch(RendererSpec.of(LeanRenderer.class).withClassPath(classPath));

            for (String channel : List.of("text", "note")) {
                assertThatThrownBy(() -> renderer.invokeSync(channel, Timestamp.getDefaultInstance(), String.class))
                        .isInstanceOfSatisfying(
                                IpcException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.DECODE_FAILED))
                        .hasMessageContaining("payload of encoding 7 (protobuf) cannot be decoded to ")
                        .hasMessageContaining("not a protobuf message");
            }
            assertThat(renderer.invokeSync("text", "goes on", String.class)).isEqualTo("goes on");
        }
    }

    /** Returns the run-time class path of the renderer's module, as its build wrote it down. */
    private static List<Path> librariesOfARenderer() throws Exception {
        Path module = placeOf(IpcRenderer.class);
        Path written = module.resolveSibling("classpath");
        assertThat(written)
                .describedAs("written when renderer-process is packaged")
                .exists();
        List<Path> entries = new ArrayList<>();
        entries.add(module);
        for (String entry : Files.readString(written).strip().split(File.pathSeparator)) {
            entries.add(Path.of(entry));
        }
        return entries;
    }

    /** Returns the jar or directory that a class was loaded from. */
    private static Path placeOf(Class<?> type) throws URISyntaxException {
        return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI());
    }

    private static List<String> filesOf(Path entry) throws IOException {
        if (Files.isDirectory(entry)) {
            try (Stream<Path> files = Files.walk(entry)) {
                return files.map(file -> entry.relativize(file).toString().replace(File.separatorChar, '/'))
                        .toList();
            }
        }
        try (ZipFile jar = new ZipFile(entry.toFile())) {
            return jar.stream().map(Object::toString).toList();
        }
    }

    // ---- What is loaded ------------------------------------------------------------------------------------------

    @Test
    void processesThatExchangePlainValues_loadNoJacksonAndNoProtobuf() throws Exception {
        Loaded loaded = runLeanMain("plain values");

        assertThat(loaded.byMain())
                .contains("dev.valence.main.IpcMain")
                .noneMatch(ClassPathIT::isOfJackson)
                .noneMatch(ClassPathIT::isOfProtobuf);
        assertThat(loaded.byRenderer())
                .contains("dev.valence.renderer.IpcRenderer")
                .noneMatch(ClassPathIT::isOfJackson)
                .noneMatch(ClassPathIT::isOfProtobuf)
                .noneMatch(name -> name.startsWith("io.netty."));
    }

    @Test
    void processesThatExchangeARecord_loadJackson() throws Exception {
        Loaded loaded = runLeanMain("record");

        assertThat(loaded.byMain()).anyMatch(ClassPathIT::isOfJackson).noneMatch(ClassPathIT::isOfProtobuf);
        assertThat(loaded.byRenderer()).anyMatch(ClassPathIT::isOfJackson).noneMatch(ClassPathIT::isOfProtobuf);
    }

    @Test
    void processesThatExchangeAProtobufMessage_loadProtobufAndNoJackson() throws Exception {
        Loaded loaded = runLeanMain("protobuf");

        assertThat(loaded.byMain()).contains("com.google.protobuf.Timestamp").noneMatch(ClassPathIT::isOfJackson);
        assertThat(loaded.byRenderer())
                .contains("com.google.protobuf.Timestamp")
                .noneMatch(ClassPathIT::isOfJackson);
    }

    private static boolean isOfProtobuf(String className) {
        return className.startsWith("com.google.protobuf.") || className.startsWith("dev.valence.proto.");
    }

    private static boolean isOfJackson(String className) {
        return className.startsWith("tools.jackson.")
                || className.startsWith("com.fasterxml.jackson.")
                || className.startsWith("dev.valence.jackson.");
    }

    /** The classes that two processes loaded. */
    private record Loaded(List<String> byMain, List<String> byRenderer) {}

    /** Runs a main with everything on its class path, which its renderer inherits. */
    private Loaded runLeanMain(String what) throws Exception {
        Path ofMain = directory.resolve("main");
        Path ofRenderer = directory.resolve("renderer");
        Path output = directory.resolve("output");
        Process main = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        loggingTo(ofMain),
                        "-cp",
                        System.getProperty("java.class.path"),
                        LeanMain.class.getName(),
                        ofRenderer.toString(),
                        what)
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        try {
            assertThat(main.waitFor(Rig.PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
        } finally {
            main.destroyForcibly();
        }
        assertThat(main.exitValue()).describedAs(Files.readString(output)).isZero();
        return new Loaded(classesIn(ofMain), classesIn(ofRenderer));
    }

    private static List<String> classesIn(Path log) throws IOException {
        try (Stream<String> lines = Files.lines(log)) {
            return lines.map(LOADED::matcher)
                    .filter(Matcher::matches)
                    .map(line -> line.group(1))
                    .toList();
        }
    }
}
