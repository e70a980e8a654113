package io.holdfast.replication.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.replication.node.StateHashes.Difference;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class StateHashesTest {
    private final StateHashes hashes = new StateHashes("a", () -> 3);

    @Test
    void agreementIsSilent() {
        assertTrue(hashes.hashed("b", 100, 1, 7).isEmpty());
        assertTrue(hashes.hashed("a", 100, 1, 7).isEmpty());
        assertTrue(hashes.hashed("c", 100, 1, 7).isEmpty());
        assertTrue(hashes.hashed("b", 200, 1, 8).isEmpty(), "another index, another state");
    }

    @Test
    void whoIsAloneAgainstAMajorityKnowsIt() {
        hashes.hashed("a", 100, 1, 7);
        assertEquals(
                Optional.of(new Difference(100, 1, new TreeSet<>(List.of("b")), false)), hashes.hashed("b", 100, 1, 8));
        assertEquals(
                Optional.of(new Difference(100, 1, new TreeSet<>(List.of("b", "c")), true)),
                hashes.hashed("c", 100, 1, 8));
    }

    @Test
    void theOrderDoesNotMatter() {
        hashes.hashed("b", 100, 1, 8);
        hashes.hashed("c", 100, 1, 8);
        assertTrue(hashes.hashed("a", 100, 1, 7).orElseThrow().alone());
    }

    @Test
    void theMajorityOnlyNotesThatAnotherIsAlone() {
        hashes.hashed("a", 100, 1, 8);
        hashes.hashed("b", 100, 1, 8);
        Difference difference = hashes.hashed("c", 100, 1, 7).orElseThrow();
        assertFalse(difference.alone());
        assertEquals(new TreeSet<>(List.of("c")), difference.others());
        assertTrue(hashes.hashed("c", 100, 1, 7).isEmpty(), "said once");
    }

    @Test
    void threeOpinionsAreNobodysMajority() {
        hashes.hashed("a", 100, 1, 1);
        hashes.hashed("b", 100, 1, 2);
        assertTrue(hashes.hashed("c", 100, 1, 3).isEmpty(), "it was said that b differs");
    }

    @Test
    void oldIndexesAreForgotten() {
        hashes.hashed("a", 1, 1, 7);
        for (int index = 2; index < 100; index++) {
            hashes.hashed("a", index, 1, 7);
        }
        assertTrue(hashes.hashed("b", 1, 1, 8).isEmpty());
        assertFalse(hashes.hashed("b", 99, 1, 8).isEmpty());
    }

    /** One has no state machine of the user's yet, in the midst of an upgrade. */
    @Test
    void onlyLikeIsComparedWithLike() {
        hashes.hashed("a", 100, StateHashes.MAPS, 7);
        hashes.hashed("a", 100, StateHashes.ANSWERS, 9);
        assertTrue(hashes.hashed("b", 100, StateHashes.MAPS, 7).isEmpty());
        assertTrue(hashes.hashed("c", 100, StateHashes.MAPS, 7).isEmpty());
    }
}
