package dev.valence.integration;

import com.github.dockerjava.api.model.AccessMode;
import com.github.dockerjava.api.model.Bind;
import com.github.dockerjava.api.model.Volume;
import dev.valence.Endpoint;
import dev.valence.main.Invitation;
import dev.valence.renderer.IpcRendererOptions;
import java.io.File;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.startupcheck.OneShotStartupCheckStrategy;

/**
 * An invited renderer in a container without any network: all it shares with main is the socket. Closing it removes the
 * container.
 */
final class ContainedRenderer implements AutoCloseable {

    static final String ENDPOINT = "GUEST_ENDPOINT";
    static final String TOKEN = "GUEST_TOKEN";

    private static final Path SHARED = Path.of("/valence");
    private static final Path CLASSES = Path.of("/classes");

    private final GenericContainer<?> container;

    private ContainedRenderer(GenericContainer<?> container) {
        this.container = container;
    }

    /**
     * What a container is made of.
     *
     * @param image its files
     * @param program class with a main method
     * @param shared the socket of main, or the directory it is in
     * @param userId that the program runs as
     */
    record Plan(String image, Class<?> program, Path shared, long userId) {}

    /** Returns, in a container, the options to connect with. */
    static IpcRendererOptions invited() {
        return IpcRendererOptions.to(Endpoint.parse(System.getenv(ENDPOINT)), System.getenv(TOKEN));
    }

    /** Starts a container, in which the program connects by itself. */
    static ContainedRenderer start(Plan plan, Invitation invitation) {
        GenericContainer<?> container = plan(plan, invitation);
        try {
            container.start();
        } catch (Throwable e) {
            container.stop(); // nobody else removes it
            throw e;
        }
        return new ContainedRenderer(container);
    }

    /** Runs a container to its end and returns what the program printed. */
    static String run(Plan plan, Invitation invitation) {
        try (GenericContainer<?> container = plan(plan, invitation)) {
            container.withStartupCheckStrategy(
                    new OneShotStartupCheckStrategy().withTimeout(Duration.ofSeconds(Rig.PATIENCE_SECONDS)));
            container.start();
            return container.getLogs();
        }
    }

    private static GenericContainer<?> plan(Plan plan, Invitation invitation) {
        Path socket = ((Endpoint.Unix) invitation.endpoint()).path();
        Path mounted = plan.shared().equals(socket) ? SHARED.resolve(socket.getFileName()) : SHARED;
        List<Bind> binds = new ArrayList<>();
        binds.add(new Bind(plan.shared().toString(), new Volume(mounted.toString())));
        List<String> classPath = new ArrayList<>();
        for (String entry : ProcScenarios.rendererClassPath().split(File.pathSeparator)) {
            String inside = CLASSES.resolve(Integer.toString(classPath.size())).toString();
            classPath.add(inside);
            binds.add(new Bind(entry, new Volume(inside), AccessMode.ro));
        }
        return new GenericContainer<>(plan.image())
                .withImagePullPolicy(image -> false)
                .withNetworkMode("none")
                .withEnv(ENDPOINT, new Endpoint.Unix(SHARED.resolve(socket.getFileName())).toString())
                .withEnv(TOKEN, invitation.token())
                .withCommand(
                        RendererImage.java(),
                        "-XX:TieredStopAtLevel=1",
                        "-XX:+UseSerialGC",
                        "-Xmx64m",
                        "-Dslf4j.internal.verbosity=ERROR",
                        "-cp",
                        String.join(File.pathSeparator, classPath),
                        plan.program().getName())
                .withCreateContainerCmdModifier(command -> command.withUser(Long.toString(plan.userId()))
                        .getHostConfig()
                        .withUsernsMode("host")
                        .withBinds(binds));
    }

    void pause() {
        container
                .getDockerClient()
                .pauseContainerCmd(container.getContainerId())
                .exec();
    }

    void resume() {
        container
                .getDockerClient()
                .unpauseContainerCmd(container.getContainerId())
                .exec();
    }

    /** Kills every process in it (SIGKILL). */
    void kill() {
        container.getDockerClient().killContainerCmd(container.getContainerId()).exec();
    }

    /** Returns what its program printed. */
    String output() {
        return container.getLogs();
    }

    @Override
    public void close() {
        container.stop();
    }
}
