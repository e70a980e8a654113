package io.holdfast.replication.roles;

import java.util.UUID;

/** A node that lives, as far as the log knows. Times are masters' nanoseconds. */
final class Enlisted {
    final UUID diskId;
    /** The entry that enlisted it. */
    final long generation;

    final long leaseNanos;
    final long sinceNanos;
    long renewedNanos;
    int health;
    long healthSinceNanos;
    /** How many roles it holds. */
    int held;

    Enlisted(UUID diskId, long generation, long leaseNanos, long sinceNanos, int health) {
        this.diskId = diskId;
        this.generation = generation;
        this.leaseNanos = leaseNanos;
        this.sinceNanos = sinceNanos;
        this.renewedNanos = sinceNanos;
        this.health = health;
        this.healthSinceNanos = sinceNanos;
    }

    /** When it can be relied upon not to act any more, but for what its callbacks take: its clock may be slower than the masters'. */
    long deadNanos() {
        return renewedNanos + leaseNanos + leaseNanos / 4;
    }
}
