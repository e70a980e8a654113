package io.holdfast.integrations.election;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/**
 * Three cores on one store in virtual time, by seed: requests and answers that are lost or come late, reads of an old state,
 * clocks that run at different rates, nodes that die. First nothing may overlap; then, with the faults over, each role has a
 * holder.
 */
class ElectionStormTest {
    private static final int SEEDS = Integer.getInteger("election.seeds", 50);
    private static final long FIRST_SEED = Long.getLong("election.seed", 1);

    @Test
    void noTwoHoldersAndThenOneForEachRole() {
        long grants = 0;
        long overByTime = 0;
        for (long seed = FIRST_SEED; seed < FIRST_SEED + SEEDS; seed++) {
            ElectionStorm storm = new ElectionStorm(seed, 0);
            storm.rage(120_000);
            storm.calmDown(30_000);
            assertEquals("", storm.wrong(), "seed " + seed + "; again with -Delection.seeds=1 -Delection.seed=" + seed);
            Set<String> held = new TreeSet<>(storm.held());
            assertEquals(Set.of("a", "b", "master"), held, "seed " + seed);
            grants += storm.grants();
            overByTime += storm.lapses();
        }
        assertTrue(grants > SEEDS * 10L, "only " + grants + " grants");
        assertTrue(overByTime > SEEDS, "only " + overByTime + " grants ended by time");
    }

    /** That the storm would notice: the same, with nodes that believe in their grants for longer than they may. */
    @Test
    void holdersThatGoOnForTooLongAreNoticed() {
        int noticed = 0;
        for (long seed = 1; seed <= 40; seed++) {
            ElectionStorm storm = new ElectionStorm(seed, 1_200);
            storm.rage(120_000);
            noticed += storm.wrong().isEmpty() ? 0 : 1;
        }
        assertTrue(noticed > 5, "noticed in only " + noticed + " of 40");
    }
}
