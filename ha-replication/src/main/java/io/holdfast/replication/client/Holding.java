package io.holdfast.replication.client;

import io.holdfast.core.FencingToken;
import io.holdfast.replication.locks.LockName;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A lock, or permits of a semaphore, that this process has been granted. Safe from any thread. */
public final class Holding {
    /** What {@link #release} found. */
    public enum Ending {
        /** It was valid until then. */
        RELEASED,
        /** It had been lost. */
        LOST,
        /** It had been released before. */
        AGAIN
    }

    private final LockClient client;
    private final LockLease lease;
    private final LockName lock;
    private final int permits;
    private final FencingToken token;
    final long number;
    final long sinceNanos;
    private boolean released; // guarded by this
    private @Nullable String lost; // guarded by this
    private final List<Consumer<String>> listeners = new ArrayList<>(); // guarded by this

    Holding(LockClient client, LockLease lease, LockCall call, FencingToken token, long nowNanos) {
        this.client = client;
        this.lease = lease;
        this.lock = call.lock;
        this.permits = call.permits;
        this.number = call.number;
        this.token = token;
        this.sinceNanos = nowNanos;
    }

    /** What is held. */
    public LockName lock() {
        return lock;
    }

    /** How many permits; 1 of a lock. */
    public int permits() {
        return permits;
    }

    /** Larger than that of every earlier grant of this lock. */
    public FencingToken token() {
        return token;
    }

    /** True while nobody else can have it. */
    public synchronized boolean isValid() {
        return !released && lost == null && lease.isValid(client.nowNanos());
    }

    /** How long it stays valid without being renewed. */
    public synchronized Duration remaining() {
        return released || lost != null ? Duration.ZERO : Duration.ofNanos(lease.remainingNanos(client.nowNanos()));
    }

    /** Gives it back. Returns at once. */
    public Ending release() {
        Ending ending;
        synchronized (this) {
            if (released) {
                return Ending.AGAIN;
            }
            ending = isValid() ? Ending.RELEASED : Ending.LOST;
            released = true;
        }
        client.release(this);
        return ending;
    }

    /** Tells the listener, where callbacks run, when it is lost before it is released; at once if it has been. */
    public void onLost(Consumer<String> listener) {
        String reason;
        synchronized (this) {
            listeners.add(listener);
            reason = lost;
        }
        if (reason != null) {
            client.tell(lock, listener, reason);
        }
    }

    boolean isOf(LockLease other) {
        return lease == other;
    }

    /** True if it had not been released. */
    boolean lose(String reason) {
        List<Consumer<String>> told;
        synchronized (this) {
            if (released) {
                return false;
            }
            lost = reason;
            told = List.copyOf(listeners);
        }
        told.forEach(listener -> client.tell(lock, listener, reason));
        return true;
    }
}
