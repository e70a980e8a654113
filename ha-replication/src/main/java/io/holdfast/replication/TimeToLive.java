package io.holdfast.replication;

import io.holdfast.replication.structures.MapCommands;
import java.time.Duration;

/** Checks a time to live. */
final class TimeToLive {
    private static final Duration LEAST = Duration.ofNanos(MapCommands.MIN_TTL_NANOS);
    private static final Duration MOST = Duration.ofNanos(MapCommands.MAX_TTL_NANOS);

    private TimeToLive() {}

    static long nanos(Duration timeToLive) {
        if (timeToLive.compareTo(LEAST) < 0 || timeToLive.compareTo(MOST) > 0) {
            throw new IllegalArgumentException("a time to live of " + timeToLive + " is not within 1 ms to "
                    + MOST.toDays() + " days (10 years); write put(key, value) for a value that stays, and remove(key)"
                    + " for one that goes at once");
        }
        return timeToLive.toNanos();
    }
}
