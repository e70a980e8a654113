package io.holdfast.replication.raft;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class MajorityConfigTest {
    private static final int MAX_VOTERS = 7;
    private static final int VALUES = 4;

    private static MajorityConfig voters(int count) {
        List<String> ids = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            ids.add("n" + i);
        }
        return new MajorityConfig(ids);
    }

    private static int ordinal(String id) {
        return Integer.parseInt(id.substring(1));
    }

    @Test
    void aMajorityIsMoreThanHalf() {
        int[] quorums = {1, 2, 2, 3, 3, 4, 4};
        for (int count = 1; count <= MAX_VOTERS; count++) {
            assertEquals(quorums[count - 1], voters(count).quorum());
        }
    }

    /** Every set of votes: won if those who said yes outnumber the others. */
    @Test
    void electionsAgreeWithANaiveCount() {
        for (int count = 1; count <= MAX_VOTERS; count++) {
            MajorityConfig voters = voters(count);
            for (int votes = 0; votes < 1 << count; votes++) {
                int cast = votes;
                int yes = Integer.bitCount(cast);
                assertEquals(yes > count - yes, voters.won(id -> (cast >> ordinal(id) & 1) == 1));
            }
        }
    }

    /** Every set of values: the largest that more than half have reached. */
    @Test
    void whatIsReachedAgreesWithANaiveCount() {
        for (int count = 1; count <= MAX_VOTERS; count++) {
            MajorityConfig voters = voters(count);
            int[] values = new int[count];
            do {
                int expected = 0;
                for (int value = 0; value < VALUES; value++) {
                    int reached = 0;
                    for (int other : values) {
                        reached += other >= value ? 1 : 0;
                    }
                    if (reached > count - reached) {
                        expected = value;
                    }
                }
                assertEquals(expected, voters.reached(id -> values[ordinal(id)]));
            } while (next(values));
        }
    }

    private static boolean next(int[] values) {
        for (int i = 0; i < values.length; i++) {
            if (++values[i] < VALUES) {
                return true;
            }
            values[i] = 0;
        }
        return false;
    }

    @Test
    void theOrderIsTheSameOnAllNodes() {
        assertEquals(new MajorityConfig(List.of("a", "b", "c")), new MajorityConfig(List.of("c", "a", "b")));
        assertTrue(voters(3).contains("n2"));
        assertFalse(voters(3).contains("n3"));
    }

    @Test
    void nobodyAndTheSameTwiceAreRefused() {
        assertThrows(IllegalArgumentException.class, () -> new MajorityConfig(List.of()));
        assertThrows(IllegalArgumentException.class, () -> new MajorityConfig(List.of("a", "b", "a")));
    }
}
