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
    /** A shorter rest is saved up: to fall asleep and wake up takes a tenth of that. */
    private static final long SHORTEST_REST_NANOS = TimeUnit.MICROSECONDS.toNanos(500);

    private final Clock clock;
    private final @Nullable Throttle throttle;
    private final @Nullable LoopPace pace;
    /** Since when it has been working, and how long it is to rest for what it did before. */
    private long workedFrom;

    private long owedNanos;
    private long rested;
    private volatile long restedNanos;
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
        this(clock, bytesPerSecond, null);
    }

    /** @param pace by which it rests beside; null if it does not */
    JobWatch(Clock clock, long bytesPerSecond, @Nullable LoopPace pace) {
        this.clock = clock;
        this.pace = pace;
        this.workedFrom = clock.nanoTime();
        this.movedAt = clock.nanoTime();
        this.throttle = bytesPerSecond == 0 ? null : new Throttle(bytesPerSecond, movedAt);
    }

    @Override
    public void at(long contentBytes, long stored) {
        long more = stored - storedBytes;
        storedBytes = stored;
        long now = clock.nanoTime();
        if (pace != null) {
            owedNanos += pace.after(now - workedFrom);
        }
        long wait = throttle != null && more > 0 ? throttle.take(more, now) : 0;
        if (owedNanos >= Math.max(wait, SHORTEST_REST_NANOS)) {
            rested += owedNanos - wait;
            restedNanos = rested;
            wait = owedNanos;
        }
        if (wait > 0) {
            owedNanos = Math.max(0, owedNanos - wait);
            waitUntil(now + wait);
        }
        workedFrom = clock.nanoTime();
        movedAt = workedFrom;
        check();
    }

    private void waitUntil(long until) {
        for (long wait = until - clock.nanoTime(); wait > 0 && !isOver(); wait = until - clock.nanoTime()) {
            LockSupport.parkNanos(Math.min(wait, LONGEST_PARK_NANOS));
            movedAt = clock.nanoTime(); // it is slow because it is told to be
        }
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
        workedFrom = movedAt;
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

    /** How long it has rested so far, besides what it was told to wait anyhow. */
    long restedNanos() {
        return restedNanos;
    }

    /** Stored so far; of a drill, read. */
    long storedBytes() {
        return storedBytes;
    }
}
