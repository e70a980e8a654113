package io.holdfast.benchmarks.replication;

/**
 * How large the map is and how long everything takes.
 *
 * @param entries in the map
 * @param snapshotBytes of log between snapshots
 * @param windowSeconds of the stretches whose latencies are compared
 * @param warmSeconds before each phase
 * @param closedSeconds for the closed loop
 * @param offSeconds of the phase without snapshots
 * @param onSeconds of that with
 * @param emptiedSeconds of that in which a slave loses its disk
 */
record SnapshotScale(
        long entries,
        long snapshotBytes,
        double windowSeconds,
        double warmSeconds,
        double closedSeconds,
        double offSeconds,
        double onSeconds,
        double emptiedSeconds) {
    static SnapshotScale of(boolean quick) {
        return quick
                ? new SnapshotScale(50_000, 16 << 20, 1, 2, 3, 5, 5, 10)
                : new SnapshotScale(2_000_000, 256 << 20, 10, 10, 10, 60, 120, 120);
    }
}
