package io.holdfast.replication;

import io.holdfast.core.FencingToken;
import io.holdfast.replication.client.Holding;
import java.time.Duration;
import java.util.function.Consumer;

/**
 * A {@link FencedLock}, or permits of a {@link Semaphore}, that this process holds until they are released, whichever thread does
 * so. Safe from any thread.
 *
 * <p>What is promised: while {@link #isValid()} says so, nobody else holds the lock, or these permits. The end is counted from
 * <em>before</em> each renewal was sent, on this process's monotonic clock. What no library can promise: a process that was
 * stopped between a look at {@code isValid()} and what it does next. Against that the resource has to check the {@link #token()}.
 */
public final class LockGrant implements AutoCloseable {
    private final Holding holding;

    LockGrant(Holding holding) {
        this.holding = holding;
    }

    /** Of the lock or semaphore. */
    public String name() {
        return holding.lock().name();
    }

    /** How many; 1 of a lock. */
    public int permits() {
        return holding.permits();
    }

    /** Larger than that of every earlier grant of this name, for ever; to be sent along to whatever must be protected. */
    public FencingToken token() {
        return holding.token();
    }

    /** True while nobody else can have it. Costs a look at the clock. Once false it stays false. */
    public boolean isValid() {
        return holding.isValid();
    }

    /** How long it stays valid without being renewed; zero once it is not. It grows again with each renewal. */
    public Duration remaining() {
        return holding.remaining();
    }

    /**
     * Tells a listener, where futures of this cluster complete, why this was lost, if it is before it is released; at once if it has
     * been. What the listener throws is logged.
     */
    public void onLost(Consumer<String> listener) {
        holding.onLost(listener);
    }

    /**
     * Gives it back. Returns at once: the log hears of it as soon as it can be reached, and if it cannot, the lease ends. What this
     * process asks for afterwards is asked for after that. A second call does nothing.
     *
     * @throws LockLostException if it was not valid any more; it is given back all the same
     */
    public void release() {
        if (holding.release() == Holding.Ending.LOST) {
            throw lost(holding);
        }
    }

    /** The same as {@link #release}. */
    @Override
    public void close() {
        release();
    }

    static LockLostException lost(Holding holding) {
        return new LockLostException(
                "the " + holding.lock() + " with token " + holding.token()
                        + " was lost before it was released: the lease was not renewed in time, or the node has stopped. What was done"
                        + " meanwhile may have overlapped with another holder's work; a resource that checks tokens has refused it");
    }

    @Override
    public String toString() {
        return "grant of " + holding.lock() + " with token " + token();
    }
}
