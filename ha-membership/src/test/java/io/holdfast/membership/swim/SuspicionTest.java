package io.holdfast.membership.swim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

/** Lifeguard, section 4. */
class SuspicionTest {
    @Test
    void theTimeShrinksWithTheLogarithmOfConfirmations() {
        Suspicion suspicion = new Suspicion(0, 1_000, 6_000, 3);
        suspicion.add(List.of("a"));
        assertEquals(6_000, suspicion.deadline(1));
        suspicion.add(List.of("b"));
        assertEquals(3_500, suspicion.deadline(1));
        suspicion.add(List.of("c"));
        assertEquals((long) (6_000 - 5_000 * Math.log(3) / Math.log(4)), suspicion.deadline(1));
        suspicion.add(List.of("d"));
        assertEquals(1_000, suspicion.deadline(1));
    }

    @Test
    void nobodyConfirmsTwiceAndMoreThanAreWantedDoNothing() {
        Suspicion suspicion = new Suspicion(0, 1_000, 6_000, 2);
        assertTrue(suspicion.add(List.of("a")));
        assertFalse(suspicion.add(List.of("a")));
        assertTrue(suspicion.add(List.of("a", "b", "c")));
        assertFalse(suspicion.add(List.of("d")));
        assertEquals(List.of("a", "b", "c"), suspicion.by());
        assertEquals(1_000, suspicion.deadline(1));
    }

    @Test
    void whereNobodyCanConfirmTheLeastTimeHolds() {
        Suspicion suspicion = new Suspicion(0, 1_000, 6_000, 0);
        suspicion.add(List.of("a"));
        assertEquals(1_000, suspicion.deadline(1));
    }

    @Test
    void evidenceTakesTheShortTimeAndMoreOfItNoShorter() {
        Suspicion suspicion = new Suspicion(0, 1_000, 6_000, 3);
        suspicion.add(List.of("a"));
        assertTrue(suspicion.refuse(100, 250));
        assertFalse(suspicion.refuse(200, 250));
        assertEquals(350, suspicion.deadline(1));
        assertEquals(350, suspicion.deadline(9), "a refusal is no matter of slowness");
    }

    @Test
    void whoDoubtsItselfTakesLonger() {
        Suspicion suspicion = new Suspicion(0, 1_000, 6_000, 3);
        suspicion.add(List.of("a"));
        assertEquals(54_000, suspicion.deadline(9));
    }

    @Test
    void anAnswerGivesAllTheTimeAgain() {
        Suspicion suspicion = new Suspicion(0, 1_000, 6_000, 3);
        suspicion.add(List.of("a"));
        suspicion.refuse(0, 250);
        suspicion.reprieve(200);
        assertEquals(6_200, suspicion.deadline(1));
    }

    @Test
    void whoStoodStillGivesTheTimeBack() {
        Suspicion suspicion = new Suspicion(0, 1_000, 6_000, 3);
        suspicion.add(List.of("a"));
        suspicion.refuse(0, 250);
        suspicion.putOff(5_000, 5_200);
        assertEquals(5_250, suspicion.deadline(1));
        suspicion.putOff(5_000, 11_000);
        assertEquals(11_000, suspicion.deadline(1), "and at least what reading takes");
    }
}
