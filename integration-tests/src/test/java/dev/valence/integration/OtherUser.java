package dev.valence.integration;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;

/**
 * Another user than the one who runs the tests, of whom they start processes.
 *
 * @param id that the kernel knows it by
 */
record OtherUser(long id) {

    /** Returns a user; the test is skipped where it cannot start processes of that user. */
    static OtherUser require(long id) throws Exception {
        OtherUser user = new OtherUser(id);
        if (ownId() != 0 || !user.canRun()) {
            throw Missing.ROOT.abort("no processes of other users here: that needs root and setpriv");
        }
        Missing.ROOT.isThere();
        return user;
    }

    private boolean canRun() throws InterruptedException {
        try {
            return new ProcessBuilder(command("true")).start().waitFor() == 0;
        } catch (IOException e) {
            return false;
        }
    }

    /** Returns the number of the user who runs this JVM. */
    static long ownId() throws IOException {
        return ((Number) Files.getAttribute(Path.of("/proc/self"), "unix:uid")).longValue();
    }

    /** Lets every user who gets to a socket connect to it, as far as the file system is concerned. */
    static void letIn(Path socket) throws IOException {
        Files.setPosixFilePermissions(socket, PosixFilePermissions.fromString("rw-rw-rw-"));
    }

    /**
     * Returns the words that start a program as this user. It may read everything, such as the class path below root's home,
     * but write nothing of others.
     */
    List<String> command(Class<?> program) {
        return command(ProcScenarios.command(program).toArray(String[]::new));
    }

    private List<String> command(String... program) {
        List<String> words = new ArrayList<>(List.of(
                "setpriv",
                "--reuid=" + id,
                "--regid=" + id,
                "--clear-groups",
                "--inh-caps=-all,+dac_read_search",
                "--ambient-caps=-all,+dac_read_search"));
        words.addAll(List.of(program));
        return words;
    }
}
