package io.holdfast.verification.torture;

import org.jspecify.annotations.Nullable;

/** What a fault does to the bytes from one process to another. Several hold at once; the worst of each kind counts. */
@FunctionalInterface
interface Rule {
    /**
     * A way for bytes.
     *
     * @param refused connections are closed and dials refused
     * @param blocked nothing passes; what was sent passes when this ends, as after a cut that TCP outlives
     * @param delayNanos how much later they arrive
     * @param jitterNanos and up to this much more
     * @param bytesPerSecond how many pass; 0 for as many as can
     */
    record Way(boolean refused, boolean blocked, long delayNanos, long jitterNanos, long bytesPerSecond) {
        static final Way OPEN = new Way(false, false, 0, 0, 0);
        static final Way REFUSED = new Way(true, true, 0, 0, 0);
        static final Way BLOCKED = new Way(false, true, 0, 0, 0);

        static Way delayed(long nanos, long jitterNanos) {
            return new Way(false, false, nanos, jitterNanos, 0);
        }

        static Way throttled(long bytesPerSecond) {
            return new Way(false, false, 0, 0, bytesPerSecond);
        }

        Way and(Way other) {
            long slower = bytesPerSecond == 0
                    ? other.bytesPerSecond
                    : other.bytesPerSecond == 0 ? bytesPerSecond : Math.min(bytesPerSecond, other.bytesPerSecond);
            return new Way(
                    refused || other.refused,
                    blocked || other.blocked,
                    Math.max(delayNanos, other.delayNanos),
                    Math.max(jitterNanos, other.jitterNanos),
                    slower);
        }
    }

    /** Null: this does not concern them. */
    @Nullable
    Way between(String from, String to);
}
