package io.holdfast.replication.node;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.holdfast.replication.node.SeedCheck.Outcome;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class SeedCheckTest {
    private static final int[] SUBJECTS = {StateHashes.MAPS, StateHashes.ROLES, StateHashes.LOCKS};

    private final SeedCheck check = new SeedCheck(50);

    private void own(long index, long hash) {
        check.own(
                index,
                new TreeMap<>(
                        Map.of(StateHashes.MAPS, hash, StateHashes.ROLES, hash + 1, StateHashes.LOCKS, hash + 2)));
    }

    private void told(long index, long hash) {
        for (int i = 0; i < SUBJECTS.length; i++) {
            check.told(index, SUBJECTS[i], hash + i);
        }
    }

    @Test
    void itIsTheMastersIfAllPartsAreEqualAfterOneEntry() {
        own(60, 7);
        assertEquals(Outcome.OPEN, check.outcome());
        check.told(60, StateHashes.MAPS, 7);
        check.told(60, StateHashes.ROLES, 8);
        assertEquals(Outcome.OPEN, check.outcome(), "one part is not known");
        check.told(60, StateHashes.LOCKS, 9);
        assertEquals(Outcome.SAME, check.outcome());
        assertEquals(60, check.index());
        check.told(61, StateHashes.MAPS, 1);
        own(61, 7);
        assertEquals(Outcome.SAME, check.outcome(), "what comes then is for those who compare all states");
    }

    @Test
    void oneWordOfTheMasterIsEnoughAgainstIt() {
        own(60, 7);
        check.told(60, StateHashes.ROLES, 9);
        assertEquals(Outcome.ANOTHER, check.outcome());
        assertEquals(60, check.index());
    }

    /** The master is ahead, as it mostly is under load, or behind. */
    @Test
    void whoComesToTheEntryFirstDoesNotMatter() {
        told(80, 7);
        for (long index = 60; index < 80; index++) {
            own(index, index);
            assertEquals(Outcome.OPEN, check.outcome());
        }
        own(80, 7);
        assertEquals(Outcome.SAME, check.outcome());
    }

    @Test
    void whatIsEqualBeforeTheSeedsEndSaysNothingOfItsLog() {
        own(49, 7);
        told(49, 7);
        assertEquals(Outcome.OPEN, check.outcome());
        own(50, 7);
        told(50, 7);
        assertEquals(Outcome.SAME, check.outcome());
    }

    @Test
    void ofManyEntriesTheLastAreRemembered() {
        for (long index = 51; index <= 5_000; index++) {
            own(index, index);
        }
        told(51, 51);
        assertEquals(Outcome.OPEN, check.outcome(), "that is long forgotten");
        told(4_500, 4_500);
        assertEquals(Outcome.SAME, check.outcome());
    }

    @Test
    void aMasterThatKnowsNoSuchQuestionIsNotWaitedForWithoutEnd() {
        for (int i = 0; i < SeedCheck.MOST_ASKED; i++) {
            check.ask("a");
        }
        assertEquals(Outcome.OPEN, check.outcome());
        check.ask("b");
        assertEquals(Outcome.OPEN, check.outcome(), "another one may know it");
        for (int i = 1; i < SeedCheck.MOST_ASKED; i++) {
            check.ask("b");
        }
        assertEquals(Outcome.OPEN, check.outcome());
        check.ask("b");
        assertEquals(Outcome.UNTOLD, check.outcome());
    }

    @Test
    void whoAnswersIsAskedOn() {
        for (int i = 0; i < 10 * SeedCheck.MOST_ASKED; i++) {
            check.ask("a");
            told(1_000 + i, 7);
        }
        assertEquals(Outcome.OPEN, check.outcome());
    }
}
