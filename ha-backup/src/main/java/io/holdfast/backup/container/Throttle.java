package io.holdfast.backup.container;

/**
 * So many bytes a second, as a token bucket that holds what one tenth of a second allows, and at least a frame's. Bytes that
 * have gone are taken even if they are not there, and waited for afterwards: so a piece larger than the bucket passes, too.
 * Pure; not thread-safe.
 */
public final class Throttle {
    private static final long NANOS_PER_SECOND = 1_000_000_000L;
    private static final long LARGEST_RATE = 1L << 40;

    private final long bytesPerSecond;
    private final double capacity;
    private double available;
    private long filledAt;

    /**
     * A full bucket.
     *
     * @param bytesPerSecond 1 KiB to 1 TiB a second
     * @param nowNanos monotonic time
     */
    public Throttle(long bytesPerSecond, long nowNanos) {
        if (bytesPerSecond < 1024 || bytesPerSecond > LARGEST_RATE) {
            throw new IllegalArgumentException(bytesPerSecond + " bytes a second; it must be 1 KiB to 1 TiB a second");
        }
        this.bytesPerSecond = bytesPerSecond;
        this.capacity = Math.max(bytesPerSecond / 10.0, FrameSeal.LARGEST_BODY);
        this.available = capacity;
        this.filledAt = nowNanos;
    }

    /**
     * Takes bytes that have gone, or are to go now.
     *
     * @param nowNanos monotonic; a time before the last one counts as that
     * @return how long to wait before the next ones, in nanoseconds; 0 for not at all
     */
    public long take(long bytes, long nowNanos) {
        long passed = nowNanos - filledAt;
        if (passed > 0) {
            available = Math.min(capacity, available + (double) passed * bytesPerSecond / NANOS_PER_SECOND);
            filledAt = nowNanos;
        }
        available -= bytes;
        return available >= 0 ? 0 : (long) Math.ceil(-available * NANOS_PER_SECOND / bytesPerSecond);
    }
}
