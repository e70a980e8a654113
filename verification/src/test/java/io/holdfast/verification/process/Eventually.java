package io.holdfast.verification.process;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.locks.LockSupport;

/** Waits for a condition, with a bound. */
public final class Eventually {
    /** May look at processes. */
    public interface Condition {
        boolean holds() throws Exception;
    }

    /** Says what there is instead. */
    public interface Instead {
        Object look() throws Exception;
    }

    private Eventually() {}

    public static void eventually(String what, Condition condition, Instead instead) throws Exception {
        long end = System.nanoTime() + Waiting.PATIENCE.toNanos();
        while (!condition.holds()) {
            if (System.nanoTime() > end) {
                assertTrue(
                        condition.holds(), what + " not within " + Waiting.PATIENCE + "; instead: " + instead.look());
            }
            LockSupport.parkNanos(5_000_000L); // between two looks at the condition
        }
    }
}
