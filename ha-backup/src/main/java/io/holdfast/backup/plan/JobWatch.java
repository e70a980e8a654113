package io.holdfast.backup.plan;

import io.holdfast.backup.container.Progress;
import io.holdfast.backup.container.Throttle;
import io.holdfast.core.runtime.Clock;
import java.util.concurrent.CancellationException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** How far a job has come, and whether it is to end; slows it down if that is wanted. Told by the job's thread, looked at by any. */
final class JobWatch implements Progress {
    private static final long LONGEST_PARK_NANOS = TimeUnit.SECONDS.toNanos(5);

    private final Clock clock;
    private final @Nullable Throttle throttle;
    private volatile long storedBytes;
    private volatile long ofBytes;
    private volatile long movedAt;
    private volatile boolean cancelled;
    private volatile boolean begun;
    private volatile @Nullable Call call;

    /**
     * A call of a repository.
     *
     * @param layer whose it is
     * @param sinceNanos when it began
     */
    record Call(String layer, long sinceNanos) {}

    /** @param bytesPerSecond 0 for as many as there are */
    JobWatch(Clock clock, long bytesPerSecond) {
        this.clock = clock;
        this.movedAt = clock.nanoTime();
        this.throttle = bytesPerSecond == 0 ? null : new Throttle(bytesPerSecond, movedAt);
    }

    @Override
    public void at(long contentBytes, long stored) {
        long more = stored - storedBytes;
        storedBytes = stored;
        if (throttle != null && more > 0) {
            long until = clock.nanoTime() + throttle.take(more, clock.nanoTime());
            for (long wait = until - clock.nanoTime(); wait > 0 && !isOver(); wait = until - clock.nanoTime()) {
                LockSupport.parkNanos(Math.min(wait, LONGEST_PARK_NANOS));
                movedAt = clock.nanoTime(); // it is slow because it is told to be
            }
        }
        movedAt = clock.nanoTime();
        check();
    }

    private boolean isOver() {
        return cancelled || Thread.currentThread().isInterrupted();
    }

    /** @throws CancellationException if the job is to end */
    void check() {
        if (cancelled) {
            throw new CancellationException("it was told to end");
        }
    }

    /** A thread has taken it up. */
    void begins() {
        movedAt = clock.nanoTime();
        begun = true;
    }

    /** False while it waits for its lane. */
    boolean isBegun() {
        return begun;
    }

    /** It is in a call of that layer's repository from now on. */
    void enters(String layer) {
        call = new Call(layer, clock.nanoTime());
    }

    /** That has returned. */
    void leaves() {
        call = null;
        movedAt = clock.nanoTime();
    }

    /** The call that it is in; null if in none. */
    @Nullable
    Call call() {
        return call;
    }

    void cancel() {
        cancelled = true;
    }

    boolean isCancelled() {
        return cancelled;
    }

    long movedAt() {
        return movedAt;
    }

    /** It is known now how much there is to do. */
    void of(long bytes) {
        ofBytes = bytes;
    }

    /** How much there is to do; 0 if that is not known. */
    long ofBytes() {
        return ofBytes;
    }

    /** Stored so far; of a drill, read. */
    long storedBytes() {
        return storedBytes;
    }
}
