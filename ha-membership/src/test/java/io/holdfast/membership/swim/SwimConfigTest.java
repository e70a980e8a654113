package io.holdfast.membership.swim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class SwimConfigTest {
    @Test
    void theProfilesGoTogether() {
        for (SwimConfig.Builder profile : List.of(SwimConfig.lan(), SwimConfig.wan(), SwimConfig.local())) {
            profile.build();
        }
    }

    @Test
    void aSettingOutOfRangeSaysWhatToWrite() {
        String message = assertThrows(
                        IllegalArgumentException.class, () -> SwimConfig.lan().probeInterval(Duration.ofMillis(1)))
                .getMessage();
        assertEquals("probeInterval PT0.001S is out of range; write PT0.01S to PT1M", message);
    }

    @Test
    void settingsThatDoNotGoTogetherAreRefused() {
        SwimConfig.Builder slowEvidence = SwimConfig.lan().evidenceTimeout(Duration.ofSeconds(2));
        assertTrue(assertThrows(IllegalArgumentException.class, slowEvidence::build)
                .getMessage()
                .contains("write at most PT1S"));
        SwimConfig.Builder noTime =
                SwimConfig.lan().suspicionMin(Duration.ofMillis(50)).evidenceTimeout(Duration.ofMillis(50));
        assertThrows(IllegalArgumentException.class, noTime::build);
        SwimConfig.Builder slowGossip = SwimConfig.lan().gossipInterval(Duration.ofSeconds(1));
        assertThrows(IllegalArgumentException.class, slowGossip::build);
    }

    @Test
    void theFormulas() {
        SwimConfig lan = SwimConfig.lan().build();
        assertEquals(Duration.ofSeconds(1).toNanos(), lan.suspicionMinFor(10));
        assertEquals(Duration.ofSeconds(1).toNanos(), lan.suspicionMinFor(100));
        assertEquals(Duration.ofSeconds(2).toNanos(), lan.suspicionMinFor(1000));
        assertEquals(3 * 2, lan.transmissions(3));
        assertEquals(3 * 6, lan.transmissions(50));
        assertEquals(3 * 10, lan.transmissions(1000));
    }
}
