package dev.valence.main;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Which JVM an executable starts.
 *
 * @param feature number of the Java version, such as 17
 * @param fingerprint differs from that of every other build
 */
record JvmBuild(int feature, String fingerprint) {

    private static final Pattern VERSION = Pattern.compile("(?m)^JAVA_VERSION=\"(\\d+)");

    /** Looks at the installation of an executable; returns null if it is none, or not where it is expected. */
    static @Nullable JvmBuild of(Path java) {
        if (!java.isAbsolute()) {
            return null; // found on the PATH, of the process that starts it
        }
        try {
            Path home = java.toRealPath().resolve("../..").normalize();
            String release = Files.readString(home.resolve("release"));
            Matcher version = VERSION.matcher(release);
            if (!version.find()) {
                return null;
            }
            // Two builds of one version may have the same release file.
            return new JvmBuild(
                    Integer.parseInt(version.group(1)),
                    release + FileStamp.of(home.resolve("lib/modules")).text());
        } catch (IOException e) {
            return null;
        }
    }
}
