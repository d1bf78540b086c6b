package dev.valence.main;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The class-data archive that suits a command: how it is made, and how it is used.
 *
 * <p>From Java 25 on it is an AOT cache (JEP 514), before that a dynamic archive on top of the one that the JDK brings
 * (JEP 350).
 *
 * @param key the same for all commands that one archive suits, and another one when JVM or class path have changed
 * @param isAot whether it is an AOT cache
 * @param java the executable
 * @param classPath of jars only
 * @param flags of the JVM that it depends on
 */
record ArchivePlan(String key, boolean isAot, Path java, String classPath, List<String> flags) {

    private static final Logger LOG = LoggerFactory.getLogger(ArchivePlan.class);
    private static final int FIRST_AOT = 25;
    private static final String TRAINEE = SpareJvm.MAIN_CLASS;

    /** Makes the plan for a command, or returns null if no archive suits it. */
    static @Nullable ArchivePlan of(Command command, Map<String, String> environment) {
        String classPath = command.classPath();
        if (command.fastStart() == FastStart.NONE
                || classPath.isEmpty()
                || JvmOptions.chooseArchive(command.jvmArgs(), environment)) {
            return null;
        }
        try {
            JvmBuild build = JvmBuild.of(command.java());
            String stamps = stamps(classPath);
            if (build == null || stamps == null) {
                return null;
            }
            List<String> flags = new ArrayList<>(JvmOptions.collector(command.jvmArgs(), environment));
            flags.addAll(JvmOptions.shapingArchive(command.jvmArgs()));
            String key = digest(build.fingerprint() + flags + "\n" + stamps);
            return new ArchivePlan(key, build.feature() >= FIRST_AOT, command.java(), classPath, List.copyOf(flags));
        } catch (IOException | RuntimeException e) {
            LOG.debug("No archive for {}", command, e);
            return null;
        }
    }

    /** Returns the options that make a JVM use it; what the JVM has to say about it stays out of the renderer's output. */
    List<String> use(Path archive) {
        return isAot
                ? List.of("-XX:AOTCache=" + archive, "-Xlog:aot*=off", "-Xlog:cds*=off")
                : List.of("-XX:SharedArchiveFile=" + archive, "-Xlog:cds*=off");
    }

    /**
     * Returns the command line of the JVM that makes it.
     *
     * @param directory for what that needs for a moment
     */
    List<String> training(Path archive, Path directory) {
        List<String> words = new ArrayList<>();
        words.add(java.toString());
        words.addAll(flags);
        words.add((isAot ? "-XX:AOTCacheOutput=" : "-XX:ArchiveClassesAtExit=") + archive);
        words.addAll(List.of("-cp", classPath, TRAINEE, directory.toString()));
        return words;
    }

    /** Returns what tells the files of a class path from those of another, or null if they are not jars only. */
    private static @Nullable String stamps(String classPath) throws IOException {
        StringBuilder stamps = new StringBuilder();
        for (String entry : classPath.split(Pattern.quote(File.pathSeparator), -1)) {
            FileStamp stamp = FileStamp.of(Path.of(entry));
            if (!stamp.isFile() || entry.endsWith("*")) {
                return null;
            }
            stamps.append(stamp.text());
        }
        return stamps.toString();
    }

    private static String digest(String text) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(hash, 0, 16);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e); // every JDK has it
        }
    }
}
