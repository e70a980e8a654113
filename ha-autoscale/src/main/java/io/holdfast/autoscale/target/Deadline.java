package io.holdfast.autoscale.target;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** Until when something outside this JVM is waited for, by looking again and again: none of it tells when it has happened. */
final class Deadline {
    private static final long FIRST_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(1);
    private static final long LONGEST_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

    private final long end;
    private long pause = FIRST_PAUSE_NANOS;

    private Deadline(long end) {
        this.end = end;
    }

    static Deadline in(Duration limit) {
        return new Deadline(System.nanoTime() + limit.toNanos());
    }

    boolean hasPassed() {
        return end - System.nanoTime() <= 0;
    }

    /** A pause before the next look, longer each time. */
    void pause() throws InterruptedException {
        check();
        LockSupport.parkNanos(pause);
        check();
        pause = Math.min(2 * pause, LONGEST_PAUSE_NANOS);
    }

    /** The next pause is short again: something has happened. */
    void lookSoon() {
        pause = FIRST_PAUSE_NANOS;
    }

    private static void check() throws InterruptedException {
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
    }
}
