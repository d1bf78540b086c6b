package dev.valence.main;

import dev.valence.Permissions;
import dev.valence.main.Surroundings.Inheritance;
import dev.valence.session.RuleSheet;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a renderer is: the program, how its JVM is started, what it may do. Immutable; each {@code with} method returns a
 * copy, so one spec may be launched many times and serve as the start of others.
 *
 * <pre>{@code
 * RendererSpec editor = RendererSpec.of(EditorWindow.class)
 *         .withName("editor")
 *         .withJvmArgs("-Xmx64m")
 *         .withArgs("--file", "notes.txt");
 * }</pre>
 *
 * <p>Values are checked when they are given: every method throws IllegalArgumentException for one that cannot be, with a
 * text such as {@code name: "" (expected: 1 to 64 characters)}. Whether files exist is found out by the launch.
 */
public final class RendererSpec {

    private static final int MAX_NAME = 64;
    private static final Duration LAUNCH_TIMEOUT = Duration.ofSeconds(30);

    private final String name;
    private final Command command;
    private final Surroundings surroundings;
    private final Duration launchTimeout;
    private final RestartPolicy restart;
    private final @Nullable Permissions permissions;

    private RendererSpec(
            String name,
            Command command,
            Surroundings surroundings,
            Duration launchTimeout,
            RestartPolicy restart,
            @Nullable Permissions permissions) {
        this.name = name;
        this.command = command;
        this.surroundings = surroundings;
        this.launchTimeout = launchTimeout;
        this.restart = restart;
        this.permissions = permissions;
    }

    /**
     * Returns the spec of a class with a main method, named by its simple name. The renderer gets the class path and the
     * module path of this process.
     */
    public static RendererSpec of(Class<?> mainClass) {
        return of(Program.MainClass.of(mainClass));
    }

    /** Returns the spec of a class given by its binary name, or by {@code module/class}, otherwise as for a class. */
    public static RendererSpec of(String mainClass) {
        return of(new Program.MainClass(mainClass));
    }

    /** Returns the spec of a jar whose manifest names the main class and what it needs, named by its file name. */
    public static RendererSpec jar(Path jar) {
        return of(new Program.Jar(jar));
    }

    /** Returns the spec of a renderer that somebody else starts; only its name, permissions and launch timeout matter. */
    public static RendererSpec named(String name) {
        return of(new Program.Invited(checkName(name)));
    }

    private static RendererSpec of(Program program) {
        String name = program.defaultName();
        String shortName = name.length() > MAX_NAME ? name.substring(0, MAX_NAME) : name;
        return new RendererSpec(
                checkName(shortName),
                Command.of(program),
                Surroundings.DEFAULTS,
                LAUNCH_TIMEOUT,
                RestartPolicy.never(),
                null);
    }

    /**
     * Returns a copy with another name, which logs, threads and errors show. Names need not be unique.
     *
     * @param newName 1 to 64 characters, none of them a control character
     */
    public RendererSpec withName(String newName) {
        return new RendererSpec(checkName(newName), command, surroundings, launchTimeout, restart, permissions);
    }

    /** Returns a copy that is started with another java executable than that of this process. */
    public RendererSpec withJava(Path executable) {
        return with(command.withJava(executable));
    }

    /**
     * Returns a copy with another class path. Relative entries start from the working directory of this process.
     *
     * @param classPath as after {@code java -cp}
     */
    public RendererSpec withClassPath(String classPath) {
        return withCodePath(new CodePath(classPath, command.codePath().modulePath()));
    }

    /**
     * Returns a copy with another module path. Relative entries start from the working directory of this process.
     *
     * @param modulePath as after {@code java -p}
     */
    public RendererSpec withModulePath(String modulePath) {
        return withCodePath(new CodePath(command.codePath().classPath(), modulePath));
    }

    /** Returns a copy with other options of the JVM, such as {@code -Xmx64m}. */
    public RendererSpec withJvmArgs(String... options) {
        return withJvmArgs(List.of(options));
    }

    /** Returns a copy with other options of the JVM. */
    public RendererSpec withJvmArgs(List<String> options) {
        return with(command.withJvmArgs(options));
    }

    /** Returns a copy with other arguments of the main method. */
    public RendererSpec withArgs(String... args) {
        return withArgs(List.of(args));
    }

    /** Returns a copy with other arguments of the main method. */
    public RendererSpec withArgs(List<String> args) {
        return with(command.withArgs(args));
    }

    /** Returns a copy for which main does more or less ahead than to keep a class-data archive. */
    public RendererSpec withFastStart(FastStart fastStart) {
        return with(command.withFastStart(Objects.requireNonNull(fastStart, "fastStart")));
    }

    /** Returns a copy with other variables that are added to, or override, the environment of this process. */
    public RendererSpec withEnvironment(Map<String, String> variables) {
        return with(surroundings.withEnvironment(Inheritance.ADDED_TO, variables));
    }

    /** Returns a copy with these variables as its whole environment: nothing of this process's is inherited. */
    public RendererSpec withOnlyEnvironment(Map<String, String> variables) {
        return with(surroundings.withEnvironment(Inheritance.REPLACED, variables));
    }

    /** Returns a copy that works in another directory than this process. */
    public RendererSpec withWorkingDirectory(Path directory) {
        return with(surroundings.withDirectory(directory));
    }

    /** Returns a copy whose output goes elsewhere than to {@link Stdio#LOG}. */
    public RendererSpec withStdio(Stdio stdio) {
        return with(surroundings.withStdio(Objects.requireNonNull(stdio, "stdio")));
    }

    /**
     * Returns a copy with another time from the start of the JVM, or from the invitation, until the renderer must be
     * ready; 30 s if not given. It does not run when the renderer's JVM is started with {@code -agentlib:jdwp}.
     */
    public RendererSpec withLaunchTimeout(Duration timeout) {
        if (timeout.isNegative() || timeout.isZero() || timeout.compareTo(Duration.ofDays(365)) > 0) {
            throw new IllegalArgumentException("launchTimeout: " + timeout + " (expected: positive, at most 365 days)");
        }
        return new RendererSpec(name, command, surroundings, timeout, restart, permissions);
    }

    /**
     * Returns a copy whose processes main replaces by itself when they end; never if not given. Nothing comes of it for an
     * invited renderer: main cannot start its process.
     */
    public RendererSpec withRestart(RestartPolicy policy) {
        return new RendererSpec(
                name, command, surroundings, launchTimeout, Objects.requireNonNull(policy, "restart"), permissions);
    }

    /**
     * Returns a copy that may do more or less than is usual: everything if launched, what is declared if invited.
     *
     * @throws IllegalArgumentException if they are too many to be told to a renderer in one frame: about 64,000 bytes of
     *     names if each is allowed in every way
     */
    public RendererSpec withPermissions(Permissions allowed) {
        Objects.requireNonNull(allowed, "permissions");
        RuleSheet.of(allowed, Set.of()); // throws if they are too many
        return new RendererSpec(name, command, surroundings, launchTimeout, restart, allowed);
    }

    /** Returns the name. */
    public String name() {
        return name;
    }

    Command command() {
        return command;
    }

    Surroundings surroundings() {
        return surroundings;
    }

    /** Returns whether there is a program to launch; if not, the spec is good for an invitation only. */
    boolean isLaunchable() {
        return !(command.program() instanceof Program.Invited);
    }

    /** Returns how long the launch may take, or empty while a person debugs it. */
    Optional<Duration> launchTimeout() {
        return command.isDebugged() ? Optional.empty() : Optional.of(launchTimeout);
    }

    /** Returns what follows the end of its processes. */
    RestartPolicy restart() {
        return restart;
    }

    /** Returns the permissions, or those that are usual for the way the renderer comes. */
    Permissions permissionsOr(Permissions usual) {
        return permissions == null ? usual : permissions;
    }

    @Override
    public String toString() {
        return "RendererSpec[" + name + "]";
    }

    private RendererSpec with(Command newCommand) {
        return new RendererSpec(name, newCommand, surroundings, launchTimeout, restart, permissions);
    }

    private RendererSpec with(Surroundings newSurroundings) {
        return new RendererSpec(name, command, newSurroundings, launchTimeout, restart, permissions);
    }

    private RendererSpec withCodePath(CodePath codePath) {
        if (command.program() instanceof Program.Jar) {
            throw new IllegalArgumentException("classPath: " + codePath.words()
                    + " (expected: none with a jar, whose manifest names what it needs)");
        }
        return with(command.withCodePath(codePath));
    }

    private static String checkName(String name) {
        if (name.isEmpty() || name.length() > MAX_NAME) {
            throw new IllegalArgumentException(
                    "name: \"" + (name.length() > MAX_NAME ? name.substring(0, 32) + "…" : name) + "\" (expected: 1 to "
                            + MAX_NAME + " characters)");
        }
        if (name.chars().anyMatch(Character::isISOControl)) {
            String shown = name.replaceAll("\\p{Cntrl}", "?");
            throw new IllegalArgumentException("name: \"" + shown + "\" (expected: no control characters)");
        }
        return name;
    }
}
