package io.holdfast.replication.locks;

import io.holdfast.replication.locks.LockAnswer.Status;
import io.holdfast.replication.locks.LockCommand.Acquire;
import io.holdfast.replication.locks.LockCommand.Bury;
import io.holdfast.replication.locks.LockCommand.Enlist;
import io.holdfast.replication.locks.LockCommand.Leave;
import io.holdfast.replication.locks.LockCommand.Release;
import io.holdfast.replication.locks.LockCommand.Renew;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The locks and semaphores of a cluster, as every node has them after the same entries. A process has one lease for all that it
 * holds and awaits (Gray and Cheriton, 1989), whose time is that of the log: not renewed for its length and a quarter, it has
 * ended, and everything goes on to those who wait, in the order in which they came. Each grant has a token that is larger than all
 * before it, of whichever lock (Kleppmann, 2016). Of a lock that nobody holds nothing is remembered but that.
 *
 * <p>Malformed commands end with {@link IllegalArgumentException}, before anything is changed.
 */
public final class LockTable {
    /** What can be {@link Status#FULL}, as the answer says it. */
    public static final int PROCESSES = 1;
    /** See {@link #PROCESSES}. */
    public static final int LOCKS = 2;
    /** See {@link #PROCESSES}. */
    public static final int REQUESTS_OF_A_PROCESS = 3;
    /** See {@link #PROCESSES}. */
    public static final int REQUESTS_FOR_A_LOCK = 4;
    /** See {@link #PROCESSES}. */
    public static final int REQUESTS = 5;

    /** How many processes can use locks; this and the other bounds are part of the log's format. */
    static final int MAX_OWNERS = 8_192;

    static final int MAX_LOCKS = 65_536;
    static final int MAX_REQUESTS = 262_144;
    static final int MAX_REQUESTS_FOR_A_LOCK = 16_384;
    /** What one process can hold and await at once. */
    public static final int MAX_REQUESTS_OF_AN_OWNER = 4_096;

    private static final byte[] NOT_ENLISTED = new LockAnswer(Status.NOT_ENLISTED, 0).encode();
    private static final byte[] DONE = new LockAnswer(Status.DONE, 0).encode();
    private static final byte[] WAITING = new LockAnswer(Status.WAITING, 0).encode();
    private static final byte[] BUSY = new LockAnswer(Status.BUSY, 0).encode();
    private static final long NEVER = Long.MAX_VALUE;

    final TreeMap<Long, LockOwner> owners = new TreeMap<>();
    final TreeMap<LockName, LockState> locks = new TreeMap<>();
    long lastToken;
    long lastPlace;
    private int requests;
    /** The sum of the hashes of all owners and requests. */
    private long hash;
    /** No lease ends before. */
    private long dueNanos = NEVER;

    private LockListener listener = generation -> {};

    /** Without any lock. */
    public LockTable() {}

    /** Whom to tell of changes from now on. */
    public void tell(LockListener changes) {
        listener = changes;
    }

    /** True if at that time a lease may have ended. */
    public boolean isDue(long masterNanos) {
        return dueNanos <= masterNanos;
    }

    /** Tokens from now on are larger than that: a restore has begun a new epoch. To be called before each batch. */
    public void tokensAbove(long token) {
        lastToken = Math.max(lastToken, token);
    }

    /**
     * Ends the leases that were not renewed. To be called before each batch.
     *
     * @param index the batch's first
     */
    public void passTime(long index, long masterNanos) {
        if (!isDue(masterNanos)) {
            return;
        }
        dueNanos = NEVER;
        List<LockOwner> dead = new ArrayList<>();
        for (LockOwner owner : owners.values()) {
            if (owner.deadNanos() <= masterNanos) {
                dead.add(owner);
            } else {
                dueNanos = Math.min(dueNanos, owner.deadNanos());
            }
        }
        end(dead, index);
    }

    /** Applies one committed command, at the time of its batch, up to which {@link #passTime} has been called. */
    public byte[] apply(long index, long masterNanos, ByteBuffer bytes) {
        LockCommand command = LockCommand.decode(bytes);
        if (command instanceof Enlist enlist) {
            return enlist(enlist, index, masterNanos);
        } else if (command instanceof Acquire acquire) {
            return acquire(acquire, index);
        } else if (command instanceof Release release) {
            LockOwner owner = owners.get(release.generation());
            return owner == null ? NOT_ENLISTED : release(owner.requests.get(release.request()), index);
        } else if (command instanceof Renew renew) {
            return renew(owners.get(renew.generation()), masterNanos);
        } else if (command instanceof Bury bury) {
            return bury(owners.get(bury.generation()), index);
        } else if (command instanceof Leave leave) {
            LockOwner owner = owners.get(leave.generation());
            end(owner == null ? List.of() : List.of(owner), index);
            return DONE;
        }
        throw new IllegalStateException("a command of an unknown kind: " + command);
    }

    private byte[] enlist(Enlist command, long index, long now) {
        if (owners.size() >= MAX_OWNERS) {
            return new LockAnswer(Status.FULL, PROCESSES).encode();
        }
        add(new LockOwner(index, command.process(), command.name(), command.leaseNanos(), now));
        return new LockAnswer(Status.DONE, index).encode();
    }

    private byte[] renew(@Nullable LockOwner owner, long now) {
        if (owner == null) {
            return NOT_ENLISTED;
        }
        hash -= owner.hash();
        owner.renewedNanos = now;
        hash += owner.hash();
        return DONE;
    }

    private byte[] bury(@Nullable LockOwner successor, long index) {
        if (successor == null) {
            return NOT_ENLISTED;
        }
        UUID process = successor.process;
        end(
                owners.headMap(successor.generation).values().stream()
                        .filter(owner -> owner.process.equals(process))
                        .toList(),
                index);
        return DONE;
    }

    private byte[] acquire(Acquire command, long index) {
        LockOwner owner = owners.get(command.generation());
        if (owner == null) {
            return NOT_ENLISTED;
        }
        LockRequest known = owner.requests.get(command.request());
        if (known != null) {
            return known.isHeld() ? new LockAnswer(Status.GRANTED, known.token).encode() : WAITING;
        }
        LockState lock = locks.get(command.lock());
        if (lock != null && lock.limit != command.limit()) {
            return new LockAnswer(Status.OTHER_LIMIT, lock.limit).encode();
        }
        boolean free = lock == null || lock.isFreeFor(command.permits());
        if (!free && !command.waits()) {
            return BUSY;
        }
        int full = full(owner, lock);
        if (full != 0) {
            return new LockAnswer(Status.FULL, full).encode();
        }
        if (lock == null) {
            lock = new LockState(command.lock(), command.limit());
            locks.put(lock.name, lock);
        }
        LockRequest request = new LockRequest(owner, command.request(), lock, command.permits(), ++lastPlace);
        if (free) {
            grant(request, index);
        } else {
            lock.waiters.add(request);
        }
        add(request);
        return free ? new LockAnswer(Status.GRANTED, request.token).encode() : WAITING;
    }

    private int full(LockOwner owner, @Nullable LockState lock) {
        if (owner.requests.size() >= MAX_REQUESTS_OF_AN_OWNER) {
            return REQUESTS_OF_A_PROCESS;
        } else if (requests >= MAX_REQUESTS) {
            return REQUESTS;
        } else if (lock == null) {
            return locks.size() >= MAX_LOCKS ? LOCKS : 0;
        }
        return lock.waiters.size() + lock.holders.size() >= MAX_REQUESTS_FOR_A_LOCK ? REQUESTS_FOR_A_LOCK : 0;
    }

    private void grant(LockRequest request, long index) {
        lastToken = Math.max(lastToken + 1, index);
        request.token = lastToken;
        request.grantedIndex = index;
        request.lock.hold(request);
    }

    private byte[] release(@Nullable LockRequest request, long index) {
        if (request != null) {
            request.owner.requests.remove(request.number);
            drop(request);
            serve(request.lock, index);
        }
        return DONE;
    }

    private void drop(LockRequest request) {
        request.lock.remove(request);
        requests--;
        hash -= request.hash();
    }

    /** All of them are gone before anything goes on to others, or it would go on to one of them. */
    private void end(Collection<LockOwner> dead, long index) {
        Set<LockState> touched = new LinkedHashSet<>();
        for (LockOwner owner : dead) {
            owners.remove(owner.generation);
            hash -= owner.hash();
            for (LockRequest request : owner.requests.values()) {
                drop(request);
                touched.add(request.lock);
            }
        }
        touched.forEach(lock -> serve(lock, index));
        dead.forEach(owner -> listener.changed(owner.generation));
    }

    private void serve(LockState lock, long index) {
        for (LockRequest next : lock.next()) {
            hash -= next.hash();
            grant(next, index);
            hash += next.hash();
            listener.changed(next.owner.generation);
        }
        if (lock.isUnused()) {
            locks.remove(lock.name);
        }
    }

    void add(LockOwner owner) {
        owners.put(owner.generation, owner);
        hash += owner.hash();
        dueNanos = Math.min(dueNanos, owner.deadNanos());
    }

    void add(LockRequest request) {
        request.owner.requests.put(request.number, request);
        requests++;
        hash += request.hash();
    }

    /**
     * Answers from the state as it is.
     *
     * @param applied the index up to which that is complete
     * @return null if there is nothing to say yet, so that it may be waited for
     */
    public byte @Nullable [] page(LockQuestion question, long applied) {
        LockOwner owner = owners.get(question.generation());
        if (owner == null) {
            // Else this node has not heard of it yet.
            return question.generation() <= applied ? new LockPage(false, applied, List.of()).encode() : null;
        }
        List<LockPage.Granted> grants = new ArrayList<>();
        for (LockRequest request : owner.requests.values()) {
            if (request.isHeld() && request.grantedIndex > question.afterIndex()) {
                grants.add(new LockPage.Granted(request.number, request.token));
            }
        }
        return grants.isEmpty() ? null : new LockPage(true, applied, grants).encode();
    }

    /** The answer where there is nothing, with the index to go on from. */
    public static byte[] none(LockQuestion question, long applied) {
        return new LockPage(true, Math.max(question.afterIndex(), applied), List.of()).encode();
    }

    /** How many locks and semaphores are held. */
    public int size() {
        return locks.size();
    }

    /** Tells states apart: the same tables have the same hash on every node, and others another one, but for bad luck. */
    public long hash() {
        return hash + Hashes.mixed(lastToken, lastPlace);
    }

    /** The table as it is now, for {@link #restore}. */
    public byte[] snapshot() {
        return LockSnapshot.write(this);
    }

    /** Takes the state from a snapshot, where there was none; not to be used after an exception. */
    public void restore(int version, InputStream in) throws IOException {
        if (!owners.isEmpty() || lastToken != 0) {
            throw new IllegalStateException("there are locks already");
        }
        LockSnapshot.read(version, in, this);
    }
}
