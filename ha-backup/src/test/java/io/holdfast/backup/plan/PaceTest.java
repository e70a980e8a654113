package io.holdfast.backup.plan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class PaceTest {
    private static final long ON_TIME = Pace.LATE_NANOS;
    private static final long LATE = Pace.LATE_NANOS + 1;

    private final Pace pace = new Pace();

    private void measured(int times, long nanos) {
        for (int i = 0; i < times; i++) {
            pace.measured(nanos);
        }
    }

    @Test
    void whileTheLoopIsOnTimeNobodyRests() {
        assertEquals(0, pace.after(1_000_000));
        measured(1_000, ON_TIME);
        assertEquals(0, pace.after(1_000_000));
    }

    @Test
    void onceLateItRestsAtOnceAndSoonNoMore() {
        pace.measured(LATE);
        assertEquals(250_000, pace.after(1_000_000));
        measured(10, ON_TIME);
        assertTrue(pace.after(1_000_000) > 150_000, pace.after(1_000_000) + " ns");
        measured(40, ON_TIME);
        assertEquals(0, pace.after(1_000_000));
    }

    @Test
    void aBackupThatIsAlwaysInTheWayStillEnds() {
        measured(1_000, 1_000 * LATE);
        assertEquals(3_000_000, pace.after(1_000_000));
        assertEquals(0, pace.after(-1), "the clock does not go back, and nothing comes of it if it does");
        measured(200, ON_TIME);
        assertEquals(0, pace.after(1_000_000));
    }

    /** Of the time in which it works, how much it rests if so many of a thousand are late. */
    private double settlesAt(int lateOfThousand) {
        SplittableRandom random = new SplittableRandom(9);
        double sum = 0;
        int times = 20_000;
        for (int i = 0; i < times; i++) {
            pace.measured(random.nextInt(1_000) < lateOfThousand ? LATE : ON_TIME);
            sum += pace.after(1_000_000) / 1e6;
        }
        return sum / times;
    }

    @Test
    void whatIsLateNowAndThenCostsLittleAndWhatIsLateOftenMuch() {
        assertTrue(settlesAt(5) < 0.1, "the load of a node that has nothing to do with backups");
        assertTrue(settlesAt(20) < 0.5);
        assertTrue(settlesAt(100) > 2);
    }
}
