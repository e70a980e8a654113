package io.holdfast.replication.node;

import io.holdfast.core.Health;
import io.holdfast.core.HealthReport.Finding;
import io.holdfast.core.runtime.Storage.Space;

/**
 * Whether a disk is running full: with less than two segments and another snapshot need, or with less than a twentieth of it
 * where that is less than 16 GiB. It has recovered with a fifth more than that.
 */
final class LowSpace {
    /** A twentieth of a huge disk is room for a long time. */
    private static final long PLENTY = 16L << 30;

    private boolean low;

    Finding at(Space space, long segmentBytes, long snapshotBytes) {
        if (!space.isKnown()) {
            return new Finding(Health.UP, "");
        }
        long needed = 2 * segmentBytes + snapshotBytes;
        long wanted = Math.max(needed, Math.min(space.totalBytes() / 20, PLENTY));
        low = space.freeBytes() < (low ? wanted + wanted / 5 : wanted);
        return low
                ? new Finding(
                        Health.DEGRADED,
                        space.freeBytes() / (1 << 20) + " MiB of " + space.totalBytes() / (1 << 20)
                                + " MiB are free; two segments of the log and a snapshot need " + needed / (1 << 20)
                                + " MiB, and " + wanted / (1 << 20) + " MiB should be free")
                : new Finding(Health.UP, "");
    }
}
