package io.holdfast.loadbalance;

import java.util.concurrent.atomic.AtomicLong;

/**
 * How many tries there may be beyond the first: a part of all calls, and some by the second, as in Finagle. A service that fails
 * altogether is so asked little more often than one that does not; what one endpoint's death costs is saved up before. Safe from any
 * thread; time is an argument.
 */
final class RetryBudget {
    private static final long ONE = 1_000;
    /** Saved up at the most; also what there is at first is a part of it. */
    private static final long MOST = 500 * ONE;

    private static final long AT_FIRST = 100 * ONE;

    private final int perCall;
    private final int perSecond;
    private final AtomicLong thousandths = new AtomicLong(AT_FIRST);
    private final AtomicLong refilledNanos;

    RetryBudget(int percent, int perSecond, long now) {
        this.perCall = (int) (percent * ONE / 100);
        this.perSecond = perSecond;
        this.refilledNanos = new AtomicLong(now);
        if (percent == 0 && perSecond == 0) {
            thousandths.set(0);
        }
    }

    /** A call begins. */
    void earn() {
        add(perCall);
    }

    private void add(long more) {
        if (more > 0 && thousandths.get() < MOST) {
            thousandths.accumulateAndGet(more, (there, added) -> Math.min(MOST, there + added));
        }
    }

    /** True if there may be another try, which is then counted. */
    boolean spend(long now) {
        refill(now);
        while (true) {
            long there = thousandths.get();
            if (there < ONE) {
                return false;
            }
            if (thousandths.compareAndSet(there, there - ONE)) {
                return true;
            }
        }
    }

    private void refill(long now) {
        long before = refilledNanos.get();
        long passed = Math.min(now - before, 10_000_000_000L);
        long more = passed <= 0 ? 0 : passed / 1_000_000 * perSecond * ONE / 1_000;
        if (more > 0 && refilledNanos.compareAndSet(before, now)) {
            add(more);
        }
    }

    /** Tries that are left, for people. */
    long left() {
        return thousandths.get() / ONE;
    }
}
