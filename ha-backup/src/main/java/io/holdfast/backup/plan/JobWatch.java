package io.holdfast.backup.plan;

import io.holdfast.backup.container.Progress;
import io.holdfast.backup.container.Throttle;
import io.holdfast.core.runtime.Clock;
import java.util.concurrent.CancellationException;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** How far a job has come, and whether it is to end; slows it down if that is wanted. Told by the job's thread, looked at by any. */
final class JobWatch implements Progress {
    private final Clock clock;
    private final @Nullable Throttle throttle;
    private volatile long storedBytes;
    private volatile long movedAt;
    private volatile boolean cancelled;

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
                LockSupport.parkNanos(wait);
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

    void moved() {
        movedAt = clock.nanoTime();
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

    /** Stored so far. */
    long storedBytes() {
        return storedBytes;
    }
}
