package io.holdfast.replication;

import io.holdfast.core.FencingToken;
import io.holdfast.core.HaCluster;
import io.holdfast.replication.client.Holding;
import io.holdfast.replication.client.LockAccess;
import io.holdfast.replication.client.LockClient;
import io.holdfast.replication.client.ThreadHolds;
import io.holdfast.replication.locks.LockName;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.Lock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A lock that one thread of one process of a cluster holds at a time, with a token for the resource that it protects.
 *
 * <pre>{@code
 * FencedLock lock = FencedLock.in(cluster, "orders");
 * lock.lock();
 * try {
 *     store.write(order, lock.token()); // refuses a token that is smaller than one it has seen
 * } finally {
 *     lock.unlock();                    // throws LockLostException if the lock was lost meanwhile
 * }
 * }</pre>
 *
 * <p><b>What is promised.</b> While {@link #isValid()} says so, no other thread, here or elsewhere, holds the lock. It is the
 * cluster's: a master's death is no more than a pause, and restarts of nodes keep who holds and who waits. First come, first
 * served, over all processes; a release wakes the next one alone. A process keeps all its locks by one lease ({@link
 * LogReplication#roleLease}), which it renews while it lives and reaches a majority. If it cannot, its locks are lost: {@link
 * #isValid} is false <em>before</em> anybody else is granted them, {@link #onLost} is told, and {@link #unlock} throws. What it
 * waited for, it waits for anew, at the end of the queue.
 *
 * <p><b>What no lock can promise.</b> A thread that was stopped, by a pause of its JVM or machine, goes on where it was, without
 * another look at the lock (Kleppmann, "How to do distributed locking", 2016). So send {@link #token} along, and let the resource
 * refuse what is smaller than the largest that it has seen: that is safe always. A lock without that keeps others from doing the
 * same work twice most of the time, and no more.
 *
 * <p><b>Threads and grants.</b> As a {@link Lock} it belongs to the thread that locked it, and is reentrant; two objects of the
 * same name in a process are one lock. {@link #acquire} and {@link #acquireAsync} give a {@link LockGrant} instead, which any
 * thread may release, and which is not reentrant: a thread that asks for it twice waits for itself. A thread that ends without
 * unlocking leaves the lock held while the process lives.
 *
 * <p><b>Deadlines.</b> Waiting for others has the bound that the caller sets, or none. The log has to answer within the default
 * deadline (10 s, {@link LogReplication#timeout}), else calls end with {@link io.holdfast.core.NotAvailableException}, and are
 * withdrawn: nothing is left behind in the queue. {@link io.holdfast.core.OverloadedException}: too many wait or hold locks (4,096
 * of one process, 16,384 for one lock, 65,536 locks in all). {@link io.holdfast.core.RequestFailedException}: the nodes' version
 * knows no locks. Blocking calls must not be made where futures of this cluster complete.
 *
 * <p>Each lock and unlock is a write of the log. A lock exists while somebody holds it or waits for it. Safe from any thread.
 * Immutable.
 */
public final class FencedLock implements Lock {
    private final LockCalls calls;
    private final ThreadHolds threads;

    private FencedLock(LockClient client, LockName name) {
        this.calls = new LockCalls(client, name, 1);
        this.threads = client.threads();
    }

    /**
     * The lock of that name in a cluster that has been started with {@link LogReplication}, on a node or a client.
     *
     * @param name 1 to 255 bytes in UTF-8; the same name is the same lock in every process
     */
    public static FencedLock in(HaCluster cluster, String name) {
        LockName checked = new LockName(LockName.LOCK, StringCodec.checked(name));
        return new FencedLock(cluster.feature(LockAccess.class).locks(), checked);
    }

    /** The lock's name. */
    public String name() {
        return calls.name().name();
    }

    /**
     * Waits until the calling thread holds the lock, however long others hold it; an interrupt does not end that, and stays set.
     *
     * @throws io.holdfast.core.NotAvailableException if the log cannot be reached
     * @throws LockLostException if this thread had it, and it was lost: unlock first
     */
    @Override
    public void lock() {
        if (!again()) {
            begin(calls.acquireUninterruptibly(1, LockCalls.FOR_EVER));
        }
    }

    /** As {@link #lock}, but an interrupt ends the waiting, and withdraws from the queue. */
    @Override
    public void lockInterruptibly() throws InterruptedException {
        if (!again()) {
            begin(calls.acquire(1, LockCalls.FOR_EVER));
        }
    }

    /**
     * Takes the lock if nobody holds it or waits for it.
     *
     * @throws io.holdfast.core.NotAvailableException if the log cannot be reached
     * @throws LockLostException if this thread had it, and it was lost: unlock first
     */
    @Override
    public boolean tryLock() {
        return again() || begin(calls.acquireUninterruptibly(1, 0));
    }

    /** As {@link #lockInterruptibly}, for at most that time; false if it did not suffice. */
    @Override
    public boolean tryLock(long time, TimeUnit unit) throws InterruptedException {
        return again() || begin(calls.acquire(1, Math.max(0, unit.toNanos(time))));
    }

    /** As {@link #tryLock(long, TimeUnit)}. */
    public boolean tryLock(Duration wait) throws InterruptedException {
        return again() || begin(calls.acquire(1, LockCalls.nanos(wait)));
    }

    /**
     * Unlocks once; as often as it was locked gives it back, without waiting for the log.
     *
     * @throws IllegalMonitorStateException if the calling thread has not locked it
     * @throws LockLostException if it was lost meanwhile; this counts as unlocked all the same
     */
    @Override
    public void unlock() {
        ThreadHolds.Hold hold = mine();
        boolean valid = hold.holding().isValid();
        if (threads.end(calls.name(), hold)) {
            valid = hold.holding().release() == Holding.Ending.RELEASED;
        }
        if (!valid) {
            throw LockGrant.lost(hold.holding());
        }
    }

    /** There are none across processes. */
    @Override
    public Condition newCondition() {
        throw new UnsupportedOperationException("the " + calls.name()
                + " has no conditions; watch a ReplicatedMap (ReplicatedMap.watch) and look again with the lock held");
    }

    /**
     * Of the calling thread's grant: larger than that of every earlier grant of this lock, for ever.
     *
     * @throws IllegalMonitorStateException if the calling thread has not locked it
     */
    public FencingToken token() {
        return mine().holding().token();
    }

    /** True if the calling thread has locked it and not unlocked it, be it lost or not. */
    public boolean isHeldByCurrentThread() {
        return threads.get(calls.name()) != null;
    }

    /** True if the calling thread has locked it, and nobody else can have it yet. Costs a look at the clock. */
    public boolean isValid() {
        ThreadHolds.Hold hold = threads.get(calls.name());
        return hold != null && hold.holding().isValid();
    }

    /** How long the calling thread's grant stays valid without being renewed; zero if it has none that is. */
    public Duration remaining() {
        ThreadHolds.Hold hold = threads.get(calls.name());
        return hold == null ? Duration.ZERO : hold.holding().remaining();
    }

    /** How often the calling thread has locked it and not unlocked it. */
    public int holdCount() {
        ThreadHolds.Hold hold = threads.get(calls.name());
        return hold == null ? 0 : hold.count();
    }

    /**
     * Tells a listener if the calling thread's grant is lost before it is unlocked: see {@link LockGrant#onLost}.
     *
     * @throws IllegalMonitorStateException if the calling thread has not locked it
     */
    public void onLost(Consumer<String> listener) {
        mine().holding().onLost(listener);
    }

    /** Waits for a grant that no thread owns, for at most that time; empty if it did not suffice. Zero: at once or not at all. */
    public Optional<LockGrant> acquire(Duration wait) throws InterruptedException {
        return calls.acquire(1, LockCalls.nanos(wait)).map(LockGrant::new);
    }

    /**
     * As {@link #acquire}, without blocking. Cancelling the future, or completing it, withdraws the call, and gives back what it
     * has been granted.
     */
    public CompletableFuture<Optional<LockGrant>> acquireAsync(Duration wait) {
        return calls.acquireAsync(1, LockCalls.nanos(wait));
    }

    private ThreadHolds.Hold mine() {
        ThreadHolds.@Nullable Hold hold = threads.get(calls.name());
        if (hold == null) {
            throw new IllegalMonitorStateException("the " + calls.name() + " is not locked by "
                    + Thread.currentThread().getName());
        }
        return hold;
    }

    private boolean again() {
        ThreadHolds.@Nullable Hold hold = threads.get(calls.name());
        if (hold == null) {
            return false;
        }
        if (!hold.holding().isValid()) {
            throw LockGrant.lost(hold.holding());
        }
        hold.again();
        return true;
    }

    private boolean begin(Optional<Holding> granted) {
        granted.ifPresent(threads::begin);
        return granted.isPresent();
    }

    @Override
    public String toString() {
        return calls.name().toString();
    }
}
