package dev.valence.micrometer;

import dev.valence.fixtures.ApiSurface;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** What this module offers is what is committed. */
class ApiSurfaceTest {

    @Test
    void api_isTheOneThatIsCommitted() {
        ApiSurface.check(RendererMeters.class, Path.of("api.txt"));
    }
}
