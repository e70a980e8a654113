package io.holdfast.backup.plan;

import java.time.Instant;

/**
 * Now.
 *
 * @param nanos by the monotonic clock
 * @param wallMillis by the wall clock
 */
record Moment(long nanos, long wallMillis) {
    Instant instant() {
        return Instant.ofEpochMilli(wallMillis);
    }
}
