package io.holdfast.verification.process;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/** Waits, always with an end. */
public final class Waiting {
    /** May look at processes. */
    public interface Condition {
        boolean holds() throws IOException;
    }

    /** For what comes soon, and late where the machine has more to do than it can: a limit against waiting for ever, and no measure of anything. */
    public static final Duration PATIENCE = Duration.ofMinutes(2);

    private static final long LOOK_NANOS = 20_000_000L;

    private Waiting() {}

    /** The time itself is what is waited for: the timeline of faults. */
    public static void until(long nanoTime) {
        for (long left = nanoTime - System.nanoTime(); left > 0; left = nanoTime - System.nanoTime()) {
            LockSupport.parkNanos(left);
        }
    }

    /** Whether it came to hold within the limit. */
    public static boolean forCondition(Duration limit, Condition condition) throws IOException {
        long end = System.nanoTime() + limit.toNanos();
        while (!condition.holds()) {
            if (System.nanoTime() > end) {
                return condition.holds();
            }
            LockSupport.parkNanos(LOOK_NANOS);
        }
        return true;
    }
}
