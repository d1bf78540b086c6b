package dev.valence.main;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

class ResidentMemoryTest {

    @Test
    void statusOfAProcess_givesBytes() {
        assertThat(ResidentMemory.parse("Name:\tjava\nVmHWM:\t  999 kB\nVmRSS:\t    1234 kB\nThreads:\t20\n"))
                .hasValue(1234 * 1024);
    }

    @Test
    void statusOfAZombie_givesNothing() {
        assertThat(ResidentMemory.parse("Name:\tjava\nState:\tZ (zombie)\n")).isEmpty();
    }

    @Test
    void processThatIsNoMore_givesNothing() {
        assertThat(ResidentMemory.ofProcess(Long.MAX_VALUE)).isEmpty();
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void thisProcess_takesMoreThanTenMebibytes() {
        assertThat(ResidentMemory.ofProcess(ProcessHandle.current().pid()).orElseThrow())
                .isGreaterThan(10 << 20);
    }
}
