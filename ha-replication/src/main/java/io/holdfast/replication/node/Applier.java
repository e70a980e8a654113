package io.holdfast.replication.node;

import io.holdfast.core.runtime.EventLoop;
import io.holdfast.core.runtime.Worker;
import io.holdfast.core.spi.StateMark;
import io.holdfast.replication.StateMachine;
import io.holdfast.replication.StateSnapshot;
import io.holdfast.replication.locks.LockTable;
import io.holdfast.replication.log.Batch;
import io.holdfast.replication.log.Configuration;
import io.holdfast.replication.log.ReadPlan;
import io.holdfast.replication.roles.RoleTable;
import io.holdfast.replication.session.Commands;
import io.holdfast.replication.session.EntryKind;
import io.holdfast.replication.session.Outcome;
import io.holdfast.replication.session.Session;
import io.holdfast.replication.session.SessionTable;
import io.holdfast.replication.snapshot.SnapshotMeta;
import io.holdfast.replication.structures.MapChange;
import io.holdfast.replication.structures.MapMachine;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Applies what is committed, batch by batch and in order: sessions first, then the machine that a command is for. The
 * built-in machines are applied on the loop, in slices that leave it time for heartbeats; a user's has its own thread.
 */
final class Applier {
    /** In place of a machine's number: a query of nothing, which is answered behind all that has been applied. */
    static final int NO_MACHINE = 0;

    private static final byte[] NOTHING = new byte[0];

    /** How much is applied before the loop is given back. */
    private static final int SLICE_BYTES = 1 << 20;

    /** How many entries, about, there are between two hashes of the state; the same on all nodes. */
    private static final long HASH_EVERY = 1_024;

    /** How many values of maps that are due are removed at a time, and what one counts for in a slice. */
    private static final int EXPIRE_A_TURN = 2_048;

    private static final int EXPIRED_BYTES = SLICE_BYTES / EXPIRE_A_TURN;

    /** How much a user's machine may be behind before applying waits for it. */
    private static final long MAX_WAITING_BYTES = 16L << 20;

    /** Hears what has been applied. On the loop. */
    interface Events {
        /** A session was opened by the entry with this token; 0 if there are too many. */
        void opened(long token, long session);

        /** An answer is known, for the first time or again. */
        void answered(long session, long sequence, Outcome outcome, byte[] answer);

        /**
         * Entries up to this index are applied, or handed to the user's machine, which keeps the order of reads.
         *
         * @param bytes of the batch that this index ends
         */
        void applied(long index, int bytes);

        /** Who belongs to the cluster has changed, for good. */
        void configured(Configuration configuration);

        /** Who holds a role, or should, may be different. */
        void rolesChanged();

        /** A process has been granted a lock, or its lease has ended, by an entry that is being applied. */
        void locksChanged(long generation);

        /** A map is different, by an entry that is being applied: all of that entry's changes come before its index counts. */
        void changed(MapChange change);

        /** The state up to this index has been taken from a snapshot. */
        void restored(long index);

        /** A hash of the state after the entry at this index, which must be the same on all nodes that have one. */
        void hashed(long index, int subject, long hash);

        /** Answers have been given that belong together. */
        void answersComplete();
    }

    private final LogStore store;
    private final Worker reader;
    private final EventLoop loop;
    private final ByteBufAllocator allocator;
    private MapMachine maps = new MapMachine();
    private RoleTable roles = new RoleTable();
    private LockTable locks = new LockTable();
    private final @Nullable UserMachine user;
    private final Events events;
    private final SessionTable sessions = new SessionTable();
    private final Levels levels;
    /** Who belongs to the cluster, after what has been applied. */
    private Configuration configuration;

    private long committed;
    private long applied;
    /** Of the last batch that was applied. */
    private long term;

    private long wallMillis;
    private long masterNanos;
    private long appliedBytes;
    /** The state is being captured: it must not change. */
    private boolean paused;
    /** Some values of maps that are due at the next batch's time have been removed, and not all. */
    private boolean expiring;
    /** The state is being replaced, or about to be. */
    private boolean restoring;

    private @Nullable Runnable nextRestore;
    /** Something is under way that ends in a {@link #slice}. */
    private boolean busy;

    private boolean master;
    private boolean stopped;

    Applier(
            LogStore store,
            Worker reader,
            EventLoop loop,
            ByteBufAllocator allocator,
            @Nullable UserMachine user,
            Configuration configuration,
            Levels levels,
            Events events) {
        if (user != null) {
            user.events(new UserEvents());
        }
        this.store = store;
        this.reader = reader;
        this.loop = loop;
        this.allocator = allocator;
        this.user = user;
        this.configuration = configuration;
        this.levels = levels;
        this.events = events;
        levels.applied(configuration);
        maps.tell(events::changed);
        roles.tell(events::rolesChanged);
        locks.tell(events::locksChanged);
    }

    /** The named roles, after what has been applied. */
    RoleTable roles() {
        return roles;
    }

    /** The locks, after what has been applied. */
    LockTable locks() {
        return locks;
    }

    long applied() {
        return applied;
    }

    /** Bytes of batches applied since the node began. */
    long appliedBytes() {
        return appliedBytes;
    }

    int sessions() {
        return sessions.size();
    }

    /** Entries up to here may be applied. */
    void committed(long index) {
        committed = index;
        // A slave's acknowledgement goes before its own applying, for which nobody waits; the master's users do.
        if (!busy && (master || !store.isForcing())) {
            slice();
        }
    }

    /** A force is done, and what it allows to be said has been said. */
    void forced() {
        if (!busy && applied < committed) {
            slice();
        }
    }

    private void slice() {
        // Answers lead to new writes, and those may be decided within this call.
        busy = true;
        boolean later = applySlice();
        events.answersComplete();
        busy = later;
        beginRestore();
        if (!busy && !stopped && applied < committed && mayApply()) {
            again();
        }
    }

    private boolean mayApply() {
        return !paused && !restoring && (user == null || user.waitingBytes() <= MAX_WAITING_BYTES);
    }

    /** True if what is missing goes on later, by itself. */
    private boolean applySlice() {
        long bytes = 0;
        while (!stopped && applied < committed) {
            if (bytes >= SLICE_BYTES) {
                again();
                return true;
            }
            if (!mayApply()) {
                return false; // its next answers go on here
            }
            ByteBuf batch = store.cached(applied + 1);
            if (batch == null) {
                readThenApply();
                return true;
            }
            bytes += batch.readableBytes() + (long) expire(batch) * EXPIRED_BYTES;
            if (expiring) {
                again();
                return true;
            }
            batch.retain(); // a write that an answer leads to may push it out of the cache
            try {
                apply(batch);
            } finally {
                batch.release();
            }
        }
        return false;
    }

    private void again() {
        busy = true;
        loop.execute(this::slice);
    }

    private void readThenApply() {
        busy = true;
        ReadPlan plan = store.plan(applied + 1, SLICE_BYTES);
        // The plan may go on into a tail that is not decided. That tail can be replaced while it is being read, and
        // what
        // replaces it can be committed before the reading is done: what was decided when the plan was made counts.
        long decided = committed;
        reader.execute(() -> {
            List<ByteBuf> batches;
            try {
                batches = plan.read(allocator);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            loop.execute(() -> {
                long expired = 0;
                for (ByteBuf batch : batches) {
                    if (expired < SLICE_BYTES && isNext(batch, decided)) {
                        expired += (long) expire(batch) * EXPIRED_BYTES;
                        if (!expiring) { // else this one is read again, and goes on with it
                            apply(batch);
                        }
                    }
                    batch.release();
                }
                slice();
            });
        });
    }

    /** All nodes do so at the end of the same batches. */
    private void hash() {
        long index = applied;
        hashes().forEach((subject, hash) -> events.hashed(index, subject, hash));
        if (user != null) {
            user.hash(ofAnswers -> events.hashed(index, StateHashes.ANSWERS, ofAnswers));
        }
    }

    /** Removes values that are due at the time of the next batch, before which all have to go; tells how many. */
    private int expire(ByteBuf next) {
        long masterNanos = Batch.masterNanos(next);
        int removed = maps.expire(Batch.firstIndex(next), masterNanos, EXPIRE_A_TURN);
        expiring = maps.isDue(masterNanos);
        return removed;
    }

    /** True if a value of a map is to go at that time, in masters' time, or a role or lock to be free. */
    boolean isDue(long atMasterNanos) {
        return maps.isDue(atMasterNanos) || roles.isDue(atMasterNanos) || locks.isDue(atMasterNanos);
    }

    private boolean isNext(ByteBuf batch, long decided) {
        boolean waits = stopped || paused || restoring;
        return !waits && Batch.firstIndex(batch) == applied + 1 && Batch.lastIndex(batch) <= decided;
    }

    private void apply(ByteBuf batch) {
        term = Batch.term(batch);
        wallMillis = Batch.wallMillis(batch);
        masterNanos = Batch.masterNanos(batch);
        appliedBytes += batch.readableBytes();
        long before = applied;
        long epoch = Batch.epochToken(batch);
        sessions.endBelow(epoch);
        sessions.expire(masterNanos);
        roles.tokensAbove(epoch);
        locks.tokensAbove(epoch);
        roles.passTime(Batch.firstIndex(batch), masterNanos);
        locks.passTime(Batch.firstIndex(batch), masterNanos);
        Batch.Entries entries = Batch.entries(batch);
        while (entries.next()) {
            apply(batch, entries, masterNanos);
        }
        if (applied != Batch.lastIndex(batch)) {
            throw new IllegalStateException("the batch up to index " + Batch.lastIndex(batch) + " ended at " + applied);
        }
        if (user != null) {
            user.handOver(batch);
        }
        events.applied(applied, batch.readableBytes());
        if (applied / HASH_EVERY > before / HASH_EVERY) {
            hash();
        }
    }

    /** Hears of the state. On the loop. */
    interface Captured {
        void captured(AppliedState state);

        /** The user's machine gave none. */
        void failed(RuntimeException cause);
    }

    /** True while the state is being replaced by a snapshot's: nothing is to be read from it. */
    boolean isRestoring() {
        return restoring;
    }

    /** False while the state is being captured or restored, is between two batches, or is that of an empty log. */
    boolean mayBeCaptured() {
        return !paused && !restoring && !expiring && applied > 0;
    }

    /** True if the state is that at the end of a batch. */
    boolean mayBeHashed() {
        return !restoring && !expiring && applied > 0;
    }

    /** The hashes of the built-in machines' state, by subject; only while it may be hashed. */
    SortedMap<Integer, Long> hashes() {
        return new TreeMap<>(Map.of(
                StateHashes.MAPS, maps.hash(), StateHashes.ROLES, roles.hash(), StateHashes.LOCKS, locks.hash()));
    }

    /**
     * Captures the state at the end of a batch. Entries wait until the user's machine has come that far and has given its
     * own; reads go on. Not from within {@link Events}.
     */
    void capture(Captured captured) {
        if (!mayBeCaptured()) {
            throw new IllegalStateException("the state at index " + applied + " cannot be captured now");
        }
        UserMachine machine = user;
        if (machine == null) {
            captured.captured(state(null));
            return;
        }
        paused = true;
        machine.capture((snapshot, failure) -> {
            paused = false;
            if (failure == null) {
                captured.captured(state(snapshot));
            } else {
                captured.failed(failure);
            }
            if (!busy && !stopped) {
                slice();
            }
        });
    }

    /** What the built-in machines' state is at the end of the last batch; only while it {@linkplain #mayBeCaptured may be captured}. */
    StateMark mark(String logId) {
        return new StateMark(logId, applied, wallMillis, StateParts.hashes(maps, roles, locks));
    }

    private AppliedState state(@Nullable StateSnapshot ofUser) {
        SnapshotMeta meta = new SnapshotMeta(applied, term, wallMillis, masterNanos);
        return new AppliedState(
                meta, configuration, sessions.snapshot(), maps.snapshot(), roles.snapshot(), locks.snapshot(), ofUser);
    }

    /**
     * Takes the whole state from a snapshot; nothing is applied any more until then.
     *
     * @param on reads the snapshot
     */
    void restore(StoredState stored, Worker on) {
        restoring = true;
        nextRestore = () -> restoreNow(stored, on);
        beginRestore();
    }

    private void beginRestore() {
        Runnable restore = nextRestore;
        if (restore != null && !busy && !paused && !stopped) {
            nextRestore = null;
            busy = true;
            restore.run();
        }
    }

    private void restoreNow(StoredState stored, Worker on) {
        on.execute(() -> {
            StoredState.BuiltIn builtIn = stored.builtIn(user != null);
            loop.execute(() -> {
                if (user == null) {
                    restored(builtIn);
                } else {
                    user.restore(stored::restore, () -> restored(builtIn));
                }
            });
        });
    }

    private void restored(StoredState.BuiltIn state) {
        if (stopped) {
            return;
        }
        SnapshotMeta meta = state.meta();
        sessions.restore(state.sessions());
        configuration = state.configuration();
        levels.applied(configuration);
        maps = state.maps();
        maps.tell(events::changed);
        roles = state.roles();
        roles.tell(events::rolesChanged);
        locks = state.locks();
        locks.tell(events::locksChanged);
        expiring = false;
        applied = meta.index();
        term = meta.term();
        wallMillis = meta.wallMillis();
        masterNanos = meta.masterNanos();
        restoring = nextRestore != null;
        events.configured(configuration);
        events.restored(applied);
        events.rolesChanged();
        slice();
    }

    /** The user's machine has applied what it was given of a batch. */
    private final class UserEvents implements UserMachine.Events {
        @Override
        public void answered(long id, Session session, long sequence, Outcome outcome, byte[] answer) {
            Applier.this.answered(id, session, sequence, outcome, answer);
        }

        @Override
        public void answeredAll() {
            if (busy || stopped) {
                events.answersComplete();
            } else {
                slice();
            }
        }
    }

    private void apply(ByteBuf batch, Batch.Entries entry, long masterNanos) {
        if (entry.index() != applied + 1) {
            throw new IllegalStateException("index " + entry.index() + " does not follow " + applied);
        }
        applied = entry.index();
        int at = entry.bodyOffset();
        switch (entry.kind()) {
            case EntryKind.NOOP -> {}
            case EntryKind.OPEN_SESSION -> {
                long id = Batch.epochToken(batch) | entry.index();
                boolean open = sessions.open(id, masterNanos);
                events.opened(batch.getLong(at), open ? id : 0);
            }
            case EntryKind.COMMAND -> command(batch, entry, at, masterNanos);
            case EntryKind.KEEP_ALIVE -> sessions.keepAlive(batch.getLong(at), batch.getLong(at + 8), masterNanos);
            case EntryKind.CLOSE_SESSION -> sessions.close(batch.getLong(at));
            case EntryKind.CONFIGURATION -> {
                configuration = Configuration.decode(batch.nioBuffer(at, entry.bodyLength()));
                levels.applied(configuration);
                events.configured(configuration);
            }
            default ->
                throw new IllegalStateException(
                        "entry kind " + entry.kind() + " at index " + entry.index() + " is not known to this version");
        }
    }

    private void command(ByteBuf batch, Batch.Entries entry, int at, long masterNanos) {
        long id = batch.getLong(at);
        long sequence = batch.getLong(at + 8);
        Session session = sessions.touch(id, batch.getLong(at + 16), masterNanos);
        if (session == null) {
            events.answered(id, sequence, Outcome.NO_SESSION, NOTHING);
            return;
        }
        switch (session.command(sequence)) {
            case FRESH -> fresh(batch, entry, at, id, session, sequence);
            case ANSWERED -> events.answered(id, sequence, session.outcome(sequence), session.answer(sequence));
            case PENDING -> { // it will be answered when it has been applied
            }
            case DROPPED -> events.answered(id, sequence, Outcome.ANSWER_DROPPED, NOTHING);
            case OUT_OF_ORDER -> events.answered(id, sequence, Outcome.OUT_OF_ORDER, NOTHING);
        }
    }

    private void fresh(ByteBuf batch, Batch.Entries entry, int at, long id, Session session, long sequence) {
        int machine = batch.getUnsignedByte(at + 24);
        int begin = at + EntryKind.COMMAND_HEADER;
        int length = entry.bodyLength() - EntryKind.COMMAND_HEADER;
        if (machine == Commands.USER && user != null) {
            user.gather(id, session, sequence, entry.index(), begin, length);
            return;
        }
        if (machine == 0) {
            answered(id, session, sequence, Outcome.APPLIED, NOTHING);
            return;
        }
        try {
            ByteBuffer bytes = batch.nioBuffer(begin, length).asReadOnlyBuffer();
            byte[] answer =
                    switch (machine) {
                        case Commands.MAPS ->
                            maps.apply(
                                    new StateMachine.Entry(
                                            entry.index(), Batch.term(batch), Batch.wallMillis(batch), bytes),
                                    masterNanos);
                        case Commands.ROLES -> roles.apply(entry.index(), masterNanos, bytes);
                        case Commands.LOCKS -> locks.apply(entry.index(), masterNanos, bytes);
                        default -> throw noMachine();
                    };
            answered(id, session, sequence, Outcome.APPLIED, answer);
        } catch (RuntimeException e) {
            answered(id, session, sequence, Outcome.FAILED, e.toString().getBytes(StandardCharsets.UTF_8));
        }
    }

    private void answered(long id, Session session, long sequence, Outcome outcome, byte[] answer) {
        session.complete(sequence, outcome, answer);
        events.answered(id, sequence, outcome, answer);
    }

    private static IllegalArgumentException noMachine() {
        return new IllegalArgumentException(
                "no state machine is registered; add LogReplication.stateMachine(...) on every node");
    }

    /** Answers a read from the state as it is, after all that has been applied. */
    void query(int machine, byte[] request, UserMachine.Done done) {
        if (machine == NO_MACHINE) {
            Runnable answer = () -> done.accept(Outcome.APPLIED, NOTHING);
            if (user == null) {
                answer.run();
            } else {
                user.after(answer);
            }
            return;
        }
        if (machine == Commands.USER && user != null) {
            user.query(request, done);
            return;
        }
        try {
            if (machine != Commands.MAPS) {
                throw noMachine();
            }
            done.accept(Outcome.APPLIED, maps.query(ByteBuffer.wrap(request), applied));
        } catch (RuntimeException e) {
            done.accept(Outcome.FAILED, e.toString().getBytes(StandardCharsets.UTF_8));
        }
    }

    /** Whether this node is master now: clients may wait for what it applies. */
    void masterChanged(boolean nowMaster) {
        master = nowMaster;
        if (user != null) {
            user.masterChanged(nowMaster);
        }
    }

    /** Takes note of what the user's machine has done meanwhile. To be called now and then. */
    void housekeeping() {
        forced();
        if (user != null) {
            user.hear();
        }
    }

    void stop() {
        stopped = true;
    }
}
