package dev.valence.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.spi.ILoggingEvent;
import dev.valence.Listener;
import dev.valence.Registration;
import dev.valence.fixtures.CapturedLog;
import dev.valence.fixtures.PairedEnd;
import java.util.stream.Stream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/** Listeners that nobody closes are noticed. */
class RegistryLeakTest {

    private static final int MAX = 3;

    @AutoClose
    private final CapturedLog log = new CapturedLog(Registry.class);

    private final Registry<PairedEnd> registry = new Registry<>(MAX, channel -> {}, channel -> {});
    private final Listener<PairedEnd, String> listener = (event, text) -> {};

    @Test
    void LEAK_moreListenersThanExpected_areWarnedOfOnceWithThePlaceOfRegistration() {
        for (int i = 0; i < MAX; i++) {
            registry.on("a", String.class, listener);
        }
        assertThat(log.events()).isEmpty();

        registerHere();
        registry.on("a", String.class, listener);

        assertThat(log.events()).hasSize(1);
        ILoggingEvent warning = log.events().get(0);
        assertThat(warning.getLevel()).isEqualTo(Level.WARN);
        assertThat(warning.getFormattedMessage()).contains("more than 3 listeners of 'a'", "maxListeners");
        assertThat(Stream.of(warning.getThrowableProxy().getStackTraceElementProxyArray())
                        .map(frame -> frame.getStackTraceElement().getMethodName()))
                .contains("registerHere");
    }

    private void registerHere() {
        registry.once("a", String.class, listener);
    }

    @Test
    void LEAK_eachChannelCountsOnItsOwn() {
        for (int i = 0; i <= MAX; i++) {
            registry.on("a", String.class, listener);
            registry.on("b", String.class, listener);
        }
        assertThat(log.events()).hasSize(2);
    }

    @Test
    void LEAK_listenersThatAreClosed_areNoLeak() {
        for (int i = 0; i < 10 * MAX; i++) {
            Registration registration = registry.on("a", String.class, listener);
            registration.close();
        }
        assertThat(log.events()).isEmpty();
    }

    @Test
    void boundThatIsNotPositive_isRefused() {
        assertThatThrownBy(() -> Services.checkMaxListeners(0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("maxListeners: 0 (expected: 1 or more)");
    }
}
