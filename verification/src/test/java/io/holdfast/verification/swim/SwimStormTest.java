package io.holdfast.verification.swim;

import org.junit.jupiter.api.Test;

class SwimStormTest {
    @Test
    void afterAStormAllAgree() {
        for (long seed = 1; seed <= 300; seed++) {
            SwimStorm.run(seed);
        }
    }
}
