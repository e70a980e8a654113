package io.holdfast.replication.client;

import io.holdfast.core.runtime.EventLoop;
import io.holdfast.replication.locks.LockName;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Somebody who wants a lock, or permits of a semaphore, and does not have them yet. On the loop, but for its future. */
public final class LockCall {
    final LockName lock;
    final int permits;
    final int limit;
    final boolean waits;
    final boolean blocking;
    final long calledNanos;
    final CompletableFuture<Optional<Holding>> future = new CompletableFuture<>();
    long number;
    /** Since when the log has said nothing about it. */
    long silentSinceNanos;
    /** Under the present lease it has been said, and the log may know of it. */
    boolean mayBeKnown;
    /** It is on its way. */
    boolean underWay;
    /** The log has said that it waits. */
    boolean confirmed;

    EventLoop.@Nullable Timer deadline;

    LockCall(LockName lock, int permits, int limit, boolean waits, boolean blocking, long nowNanos) {
        this.lock = lock;
        this.permits = permits;
        this.limit = limit;
        this.waits = waits;
        this.blocking = blocking;
        this.calledNanos = nowNanos;
        this.silentSinceNanos = nowNanos;
    }

    /** Nobody knows of it any more: it has to be said again. */
    void startAnew(long nowNanos) {
        silentSinceNanos = nowNanos;
        mayBeKnown = false;
        underWay = false;
        confirmed = false;
    }

    /** What comes of it: nothing if the time was up, or if it was not to wait. Cancelled, it is withdrawn. */
    public CompletableFuture<Optional<Holding>> future() {
        return future;
    }
}
