package dev.valence.examples.demo;

import static org.assertj.core.api.Assertions.assertThat;

import dev.valence.examples.ChildJvm;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The program that {@code ./demo} runs prints what it should, and leaves nothing behind. */
class DemoIT {

    private static final Pattern NOTE = Pattern.compile("(?m)^(main|editor|preview)( +)(\\d+)(?=  (?:->|<-) )");

    private static final String TRANSCRIPT = """
            who          pid  direction   channel      payload

            0  Main launches two renderers
            main         ###  <- editor   (state)      READY
            main         ###  <- preview  (state)      READY

            1  A message from main to a renderer that is ready
            main         ###  -> editor   mainchannel  App is running
            editor       ###  <- main     mainchannel  App is running

            2  A message from a renderer to main
            editor       ###  -> main     action       hello!
            main         ###  <- editor   action       hello!

            3  A request from a renderer: it asks, main works, it shows
            editor       ###  -> main     loaddata     Query[table=planets, limit=3]
            main         ###  <- editor   loaddata     Query[table=planets, limit=3]
            main         ###  -> editor   loaddata     Result[rows=[Mercury, Venus, Earth]]
            editor       ###  <- main     loaddata     Result[rows=[Mercury, Venus, Earth]]

            4  A broadcast to every renderer that listens
            main         ###  -> all      theme        dark
            editor       ###  <- main     theme        dark
            preview      ###  <- main     theme        dark

            5  A request from main to a renderer
            main         ###  -> editor   title        notes.txt
            editor       ###  <- main     title        notes.txt
            editor       ###  -> main     title        notes.txt - editor
            main         ###  <- editor   title        notes.txt - editor

            6  A handler that fails: the caller learns why
            main         ###  -> editor   save         notes.txt
            editor       ###  <- main     save         notes.txt
            main         ###  <- editor   save         HANDLER_FAILED, Error invoking remote method 'save': \
            java.io.IOException: disk full

            7  A renderer that is killed while main waits for its reply
            main         ###  -> preview  export       notes.pdf
            preview      ###  <- main     export       notes.pdf
            main         ###  <- preview  export       PEER_GONE, renderer 'preview' is gone: KILLED (signal 9)
            main         ###  <- preview  (exit)       KILLED (signal 9)

            8  The end
            main         ###  <- editor   (exit)       CLEAN_EXIT
            """;

    @TempDir
    Path directory;

    @Test
    void demo_printsItsTranscriptAndLeavesNothing() throws Exception {
        ChildJvm demo = ChildJvm.run(directory, System.getProperty("java.class.path"), DemoMain.class.getName());

        String transcript = String.join("\n", demo.stdout()) + "\n";
        assertThat(demo.stderr()).isEmpty();
        assertThat(withCause(withoutPids(transcript))).isEqualTo(TRANSCRIPT);
        assertThat(demo.exitCode()).isZero();
        assertThat(demo.left()).isEmpty();

        Map<String, TreeSet<Long>> pids = pids(transcript);
        assertThat(pids).hasSize(3);
        assertThat(pids.values()).doesNotHaveDuplicates().allSatisfy(own -> {
            assertThat(own).hasSize(1);
            assertThat(ProcessHandle.of(own.first()).filter(ProcessHandle::isAlive))
                    .isEmpty();
        });
    }

    /** Callers are told after half a second at the latest, on a slow machine before it is known how the process ended. */
    private static String withCause(String transcript) {
        return transcript.replace("is gone: the connection ended", "is gone: KILLED (signal 9)");
    }

    private static String withoutPids(String transcript) {
        return NOTE.matcher(transcript)
                .replaceAll(note -> note.group(1)
                        + " ".repeat(note.group(2).length() + note.group(3).length() - 3)
                        + "###");
    }

    private static Map<String, TreeSet<Long>> pids(String transcript) {
        Map<String, TreeSet<Long>> pids = new TreeMap<>();
        Matcher note = NOTE.matcher(transcript);
        while (note.find()) {
            pids.computeIfAbsent(note.group(1), who -> new TreeSet<>()).add(Long.valueOf(note.group(3)));
        }
        return pids;
    }
}
