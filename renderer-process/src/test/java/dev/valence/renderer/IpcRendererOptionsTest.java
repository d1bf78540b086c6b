package dev.valence.renderer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.valence.Tap;
import org.junit.jupiter.api.Test;

class IpcRendererOptionsTest {

    private static final IpcRendererOptions LAUNCHED = IpcRendererOptions.launched();

    @Test
    void maxListeners_areTenUnlessSaidOtherwiseAndNeverNone() {
        assertThat(LAUNCHED.maxListeners()).isEqualTo(10);
        assertThat(LAUNCHED.withMaxListeners(1).maxListeners()).isOne();
        assertThatThrownBy(() -> LAUNCHED.withMaxListeners(0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("maxListeners: 0 (expected: 1 or more)");
    }

    @Test
    void tap_isKeptByEveryFurtherOption() {
        Tap tap = event -> {};
        assertThat(LAUNCHED.tap()).isNull();
        assertThat(LAUNCHED.withTap(tap).withMaxListeners(3).withCodecs().tap()).isSameAs(tap);
        assertThatThrownBy(() -> LAUNCHED.withTap(null)).isInstanceOf(NullPointerException.class);
    }
}
