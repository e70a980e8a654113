package io.holdfast.examples.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.holdfast.examples.demo.FeedStatus.Gap;
import java.util.List;
import org.junit.jupiter.api.Test;

class GapWatchTest {
    private static final long MILLI = 1_000_000;

    @Test
    void theGapIsTheLongestWaitUntilTheNewMasterAnswers() {
        GapWatch watch = new GapWatch();
        watch.sent(0, 0);
        watch.acknowledged(0, 900 * MILLI); // long before the kill: does not count
        watch.sent(1, 1000 * MILLI);
        watch.sent(2, 1001 * MILLI);
        watch.killing(1);
        watch.acknowledged(1, 1002 * MILLI); // the old master's last word
        watch.killed(1);
        watch.sent(3, 1010 * MILLI);
        watch.acknowledged(2, 1102 * MILLI);
        assertEquals(List.of(), watch.gaps(), "line 2 was sent before the death");
        watch.acknowledged(3, 1103 * MILLI);
        assertEquals(List.of(new Gap(1, 100_000)), watch.gaps());
    }

    @Test
    void timeInWhichNothingWasAskedIsNoGap() {
        GapWatch watch = new GapWatch();
        watch.sent(0, 0);
        watch.acknowledged(0, MILLI);
        watch.killing(1);
        watch.killed(1);
        watch.sent(1, 5000 * MILLI);
        watch.acknowledged(1, 5020 * MILLI);
        assertEquals(List.of(new Gap(1, 20_000)), watch.gaps());
    }

    @Test
    void aWatchEndsWithTheInput() {
        GapWatch watch = new GapWatch();
        watch.sent(0, 0);
        watch.killing(7);
        watch.killed(7);
        watch.acknowledged(0, 30 * MILLI);
        watch.close();
        watch.close();
        assertEquals(List.of(new Gap(7, 30_000)), watch.gaps());
    }
}
