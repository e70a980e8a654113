package io.holdfast.loadbalance.pick;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class HashesTest {
    private static final String HEX_OF_NODE_1 = "13950d4ef307e655";

    /** A caller of another version, or another JVM, has to find the same: these figures never change. */
    @Test
    void hashesAreTheSameForEver() {
        assertEquals(HEX_OF_NODE_1, Long.toHexString(Hashes.of("node-1")));
        assertEquals(HEX_OF_NODE_1, Long.toHexString(Hashes.of("node-1".getBytes(StandardCharsets.US_ASCII), 0, 6)));
        assertEquals("5692161d100b05e5", Long.toHexString(Hashes.mix(1)));
    }

    @Test
    void remaindersAreExact() {
        for (int by : new int[] {1, 2, 3, 5, 7, 10, 100, 641, 1000, 65_537, 1 << 20, Integer.MAX_VALUE}) {
            Remainder remainder = new Remainder(by);
            for (int i = 0; i < 1_000; i++) {
                int n = (int) Hashes.mix(i);
                assertEquals(Integer.remainderUnsigned(n, by), remainder.of(n), n + " by " + by);
            }
            for (int n : new int[] {0, 1, -1, by, by - 1, by + 1, Integer.MIN_VALUE, Integer.MAX_VALUE}) {
                assertEquals(Integer.remainderUnsigned(n, by), remainder.of(n), n + " by " + by);
            }
        }
    }

    @Test
    void theLogarithmIsTheLogarithm() {
        double before = 65;
        for (int i = 1; i < 10_000; i++) {
            double u = i / 10_000.0;
            long hash = (long) (u * 0x1p63) << 1;
            double found = Logarithm.minusLog2(hash);
            assertEquals(-Math.log(u) / Math.log(2), found, 1e-6);
            assertEquals(true, found <= before, "at " + u);
            before = found;
        }
        assertEquals(64, Logarithm.minusLog2(0), 1e-9);
        assertEquals(0, Logarithm.minusLog2(-1L), 1e-9);
    }

    @Test
    void theDecayIsTheExponential() {
        Decay decay = new Decay(10_000_000_000L);
        double ticks = 10_000_000_000L >> CoarseTime.SHIFT;
        for (int t = 0; t < 100_000; t += 97) {
            assertEquals(Math.exp(-t / ticks), decay.kept(t), 0.001, t + " ticks");
        }
        assertEquals(1, decay.kept(0));
        assertEquals(0, decay.kept(Integer.MAX_VALUE));
    }
}
