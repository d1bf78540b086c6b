package dev.valence.integration;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.model.Info;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.slf4j.LoggerFactory;
import org.testcontainers.DockerClientFactory;

/** The Docker daemon that tests with containers use. */
final class DockerDaemon {

    private static final Path USUAL_SOCKET = Path.of("/var/run/docker.sock");

    private DockerDaemon() {}

    /** Returns a client of the daemon; without one that is good for these tests, the test is skipped. */
    static DockerClient require() throws IOException {
        for (String name : List.of("org.testcontainers", "tc", "com.github.dockerjava")) {
            ((Logger) LoggerFactory.getLogger(name)).setLevel(Level.ERROR);
        }
        String host = System.getenv("DOCKER_HOST");
        if (!System.getProperty("os.name").equals("Linux")) {
            throw Missing.DOCKER.abort("no containers here: the image is made of this JDK, which is not one for Linux");
        }
        if (host == null && !Files.exists(USUAL_SOCKET)) {
            throw Missing.DOCKER.abort("no containers here: neither DOCKER_HOST nor " + USUAL_SOCKET);
        }
        if (!DockerClientFactory.instance().isDockerAvailable()) {
            throw Missing.DOCKER.abort(
                    "no containers here: Docker does not answer at " + (host == null ? USUAL_SOCKET : host));
        }
        DockerClient client = DockerClientFactory.lazyClient();
        Info info = client.infoCmd().exec();
        if (String.valueOf(info.getSecurityOptions()).contains("rootless")) {
            throw Missing.DOCKER.abort("no containers here: in those of a rootless Docker users have other numbers");
        }
        Missing.DOCKER.isThere();
        return client;
    }
}
