package io.holdfast.examples.demo;

import java.time.Instant;

/**
 * A time that several processes of one machine can compare, in nanoseconds: on Linux the monotonic clock of the system,
 * which is what the JVM's is there; elsewhere, where nobody promises that, the wall clock. For showing, not for deciding.
 */
final class SharedClock {
    private static final boolean MONOTONIC = System.getProperty("os.name", "").startsWith("Linux");

    private SharedClock() {}

    static long nanos() {
        if (MONOTONIC) {
            return System.nanoTime();
        }
        Instant now = Instant.now();
        return now.getEpochSecond() * 1_000_000_000L + now.getNano();
    }
}
