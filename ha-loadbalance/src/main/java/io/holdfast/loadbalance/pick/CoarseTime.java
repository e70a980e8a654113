package io.holdfast.loadbalance.pick;

/**
 * The time as of the last tick of the balancer's driver, in units of 2^20 ns, about a millisecond: what a pick goes by, since asking
 * the clock would cost more than the pick. It stands still if the driver does, and then nothing fades.
 */
public final class CoarseTime {
    /** Bits of nanoseconds that a tick has not. */
    public static final int SHIFT = 20;

    private volatile int ticks;

    /** At that time. */
    public CoarseTime(long nowNanos) {
        set(nowNanos);
    }

    /** Ticks of a time; they wrap, differences alone have a meaning. */
    public static int ticks(long nanos) {
        return (int) (nanos >> SHIFT);
    }

    /** Moves on. */
    public void set(long nowNanos) {
        ticks = ticks(nowNanos);
    }

    /** As of the last tick. */
    public int ticks() {
        return ticks;
    }
}
