package io.holdfast.replication.raft;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class ProgressTest {

    private static Progress pipeline() {
        Progress progress = new Progress(11, 0);
        progress.accepted(10, 10, 0);
        return progress;
    }

    @Test
    void itBeginsByProbingAndWithoutAMatch() {
        Progress progress = new Progress(11, 7);
        assertTrue(progress.probing);
        assertFalse(progress.probeOutstanding);
        assertEquals(0, progress.match);
        assertEquals(11, progress.next);
        assertEquals(7, progress.heardNanos);
    }

    @Test
    void anAnswerToTheProbeOpensThePipeline() {
        Progress progress = new Progress(11, 0);
        progress.accepted(14, 12, 5);
        assertFalse(progress.probing);
        assertEquals(15, progress.next);
        assertEquals(12, progress.match, "only what is on disk matches for good");
        assertEquals(5, progress.movedNanos);
    }

    @Test
    void anAnswerBelowTheProbeDoesNot() {
        Progress progress = new Progress(11, 0);
        progress.accepted(9, 9, 5);
        assertTrue(progress.probing);
        assertEquals(11, progress.next);
        assertEquals(9, progress.match);
    }

    @Test
    void theMatchNeverFallsByALateAnswer() {
        Progress progress = pipeline();
        progress.accepted(8, 8, 1);
        assertEquals(10, progress.match);
        assertEquals(11, progress.next);
    }

    @Test
    void bytesUnderwayAreBoundedUntilTheyAreOnDisk() {
        Progress progress = pipeline();
        assertTrue(progress.hasRoom(100), "when nothing is underway there is room for anything");
        progress.sent(12, 60, 1);
        assertTrue(progress.hasRoom(100));
        progress.sent(13, 60, 2);
        assertFalse(progress.hasRoom(100));
        assertEquals(1, progress.movedNanos, "sending more is no movement");

        progress.accepted(13, 10, 3);
        assertFalse(progress.hasRoom(100), "received is not enough");
        progress.accepted(13, 12, 4);
        assertTrue(progress.hasRoom(100));
        assertFalse(progress.idle());
        progress.accepted(13, 13, 5);
        assertTrue(progress.idle());
        assertEquals(14, progress.next);
    }

    @Test
    void probingForgetsWhatWasUnderway() {
        Progress progress = pipeline();
        progress.sent(13, 500, 1);
        progress.probeOutstanding = true;
        progress.probe(11);
        assertTrue(progress.probing);
        assertFalse(progress.probeOutstanding);
        assertTrue(progress.idle());
        assertTrue(progress.hasRoom(1));
        assertEquals(11, progress.next);
        assertEquals(10, progress.match);
    }
}
