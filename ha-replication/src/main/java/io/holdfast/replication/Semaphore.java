package io.holdfast.replication;

import io.holdfast.core.HaCluster;
import io.holdfast.replication.client.LockAccess;
import io.holdfast.replication.client.LockClient;
import io.holdfast.replication.locks.LockCommand;
import io.holdfast.replication.locks.LockName;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * A number of permits that the processes of a cluster share: how many may do something at once.
 *
 * <pre>{@code
 * Semaphore exports = Semaphore.in(cluster, "exports", 3);
 * try (LockGrant grant = exports.acquire(1)) {
 *     export();
 * }
 * }</pre>
 *
 * <p>What {@link FencedLock} says of leases, of the death of processes, of deadlines and of what is promised holds here, too: the
 * permits of a process that dies or is cut off come back when its lease has ended, and the grant says so before. First come, first
 * served: one that wants many permits is not overtaken by those that want few. Unlike {@code java.util.concurrent.Semaphore}, what
 * is released is what was acquired, no more and no less, so that what was lost is not given back twice.
 *
 * <p>The number of permits is set by whoever uses the semaphore first, and stands while anybody holds or awaits some; who names
 * another one meanwhile is refused with {@link io.holdfast.core.RequestFailedException}. Safe from any thread. Immutable.
 */
public final class Semaphore {
    private final LockCalls calls;

    private Semaphore(LockClient client, LockName name, int permits) {
        this.calls = new LockCalls(client, name, permits);
    }

    /**
     * The semaphore of that name in a cluster that has been started with {@link LogReplication}, on a node or a client.
     *
     * @param name 1 to 255 bytes in UTF-8; locks have names of their own
     * @param permits how many there are in all, 1 to 1,000,000; the same everywhere
     */
    public static Semaphore in(HaCluster cluster, String name, int permits) {
        if (permits < 1 || permits > LockCommand.MAX_PERMITS) {
            throw new IllegalArgumentException("the semaphore \"" + name + "\" cannot have " + permits
                    + " permits; name 1 to " + LockCommand.MAX_PERMITS);
        }
        LockName checked = new LockName(LockName.SEMAPHORE, StringCodec.checked(name));
        return new Semaphore(cluster.feature(LockAccess.class).locks(), checked, permits);
    }

    /** The semaphore's name. */
    public String name() {
        return calls.name().name();
    }

    /** How many permits there are in all. */
    public int permits() {
        return calls.limit();
    }

    /**
     * Waits for so many permits, however long others hold them. An interrupt withdraws the call.
     *
     * @param permits 1 to {@link #permits()}
     */
    public LockGrant acquire(int permits) throws InterruptedException {
        return new LockGrant(calls.acquire(checked(permits), LockCalls.FOR_EVER).orElseThrow());
    }

    /** Takes so many permits if they are free, and nobody waits. */
    public Optional<LockGrant> tryAcquire(int permits) {
        return calls.acquireUninterruptibly(checked(permits), 0).map(LockGrant::new);
    }

    /** As {@link #acquire}, for at most that time; empty if it did not suffice. */
    public Optional<LockGrant> tryAcquire(int permits, Duration wait) throws InterruptedException {
        return calls.acquire(checked(permits), LockCalls.nanos(wait)).map(LockGrant::new);
    }

    /** As {@link #tryAcquire(int, Duration)}, without blocking: see {@link FencedLock#acquireAsync}. */
    public CompletableFuture<Optional<LockGrant>> acquireAsync(int permits, Duration wait) {
        return calls.acquireAsync(checked(permits), LockCalls.nanos(wait));
    }

    private int checked(int permits) {
        if (permits < 1 || permits > calls.limit()) {
            throw new IllegalArgumentException(
                    permits + " of the " + calls.limit() + " permits of the " + calls.name());
        }
        return permits;
    }

    @Override
    public String toString() {
        return calls.name() + " of " + calls.limit() + " permits";
    }
}
