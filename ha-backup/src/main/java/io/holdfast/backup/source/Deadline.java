package io.holdfast.backup.source;

import java.time.Duration;

/** When a process has to be through. */
final class Deadline {
    private final long end;

    private Deadline(long end) {
        this.end = end;
    }

    static Deadline in(Duration limit) {
        return new Deadline(System.nanoTime() + limit.toNanos());
    }

    /** In nanoseconds; 0 or less once it has passed. */
    long left() {
        return end - System.nanoTime();
    }
}
