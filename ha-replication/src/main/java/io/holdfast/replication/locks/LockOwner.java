package io.holdfast.replication.locks;

import java.util.TreeMap;
import java.util.UUID;

/** A process that uses locks and lives, as far as the log knows. Times are masters' nanoseconds. */
final class LockOwner {
    final long generation;
    final UUID process;
    final String name;
    final long leaseNanos;
    final TreeMap<Long, LockRequest> requests = new TreeMap<>();
    long renewedNanos;

    LockOwner(long generation, UUID process, String name, long leaseNanos, long renewedNanos) {
        this.generation = generation;
        this.process = process;
        this.name = name;
        this.leaseNanos = leaseNanos;
        this.renewedNanos = renewedNanos;
    }

    /** When it can be relied upon to know that it holds nothing: its clock may be slower than the masters'. */
    long deadNanos() {
        return renewedNanos + leaseNanos + leaseNanos / 4;
    }

    long hash() {
        long ofProcess = Hashes.mixed(process.getMostSignificantBits(), process.getLeastSignificantBits());
        return Hashes.mixed(Hashes.mixed(generation, ofProcess), Hashes.mixed(leaseNanos, renewedNanos));
    }
}
