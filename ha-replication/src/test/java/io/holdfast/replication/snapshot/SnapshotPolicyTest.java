package io.holdfast.replication.snapshot;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

class SnapshotPolicyTest {
    private static final long SECOND = 1_000_000_000L;
    /** Clocks may overflow. */
    private static final long BEGIN = Long.sum(Long.MAX_VALUE, -SECOND);

    /** Draws nothing but zeros: never early. */
    private static final RandomGenerator LATEST = () -> 0;

    private final SnapshotPolicy policy = new SnapshotPolicy(1_000, 100 * SECOND, 0, BEGIN, LATEST);

    @Test
    void theLengthOfTheLogDecides() {
        assertFalse(policy.isDue(BEGIN, 999));
        assertTrue(policy.isDue(BEGIN, 1_000));
        policy.taken(BEGIN, 400);
        assertTrue(policy.isDue(BEGIN, 1_000));
    }

    @Test
    void aLargeStateIsNotWrittenMoreOftenThanAsMuchLog() {
        policy.taken(BEGIN, 5_000);
        assertFalse(policy.isDue(BEGIN, 4_999));
        assertTrue(policy.isDue(BEGIN, 5_000));
        assertFalse(
                new SnapshotPolicy(1_000, SECOND, 5_000, BEGIN, LATEST).isDue(BEGIN, 4_999), "also after a restart");
    }

    @Test
    void ageDecidesIfAnythingHappened() {
        assertFalse(policy.isDue(BEGIN + 99 * SECOND, 1));
        assertTrue(policy.isDue(BEGIN + 100 * SECOND, 1));
        assertFalse(policy.isDue(BEGIN + 1_000 * SECOND, 0));
        policy.taken(BEGIN + 100 * SECOND, 10);
        assertFalse(policy.isDue(BEGIN + 199 * SECOND, 1));
    }

    @Test
    void aFailureIsFollowedByAPause() {
        policy.failed(BEGIN);
        assertFalse(policy.isDue(BEGIN + 59 * SECOND, 1_000_000));
        assertTrue(policy.isDue(BEGIN + 60 * SECOND, 1_000));
    }

    @Test
    void nodesDoNotAllTakeTheirsAtOnce() {
        Set<Long> moments = new TreeSet<>();
        for (long seed = 0; seed < 50; seed++) {
            SnapshotPolicy one = new SnapshotPolicy(1_000, 100 * SECOND, 0, BEGIN, new SplittableRandom(seed));
            long bytes = 1;
            while (!one.isDue(BEGIN, bytes)) {
                bytes++;
            }
            assertTrue(bytes >= 750 && bytes <= 1_000, bytes + " bytes");
            moments.add(bytes);
        }
        assertTrue(moments.size() > 10, moments.toString());
    }
}
