package io.holdfast.replication.node;

import io.holdfast.core.runtime.Clock;
import io.holdfast.core.runtime.EventLoop;
import io.holdfast.core.runtime.Worker;
import io.holdfast.replication.snapshot.SnapshotMeta;
import io.holdfast.replication.snapshot.SnapshotPolicy;
import io.holdfast.replication.snapshot.SnapshotStore;
import io.holdfast.replication.snapshot.SnapshotWriter;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Takes snapshots of this node's own state while writes go on. On the loop; the writing has a thread of its own. */
final class SnapshotTaker {
    private static final Logger LOG = LoggerFactory.getLogger(SnapshotTaker.class);

    private static final String NO_SNAPSHOTS = "its state machine has no snapshots";
    private static final String STOPPING = "it is stopping";

    /** Hears of them. On the loop. */
    interface Events {
        /** One is on stable storage. */
        void taken(SnapshotMeta meta, long bytes, long nanos);

        /** One could not be taken; another attempt is made later. */
        void failed();
    }

    /** Somebody who wants the state as it is now, or later. On the loop. */
    interface Wanted {
        /** The newest snapshot is of that. */
        void taken();

        /** @param why for people */
        void failed(String why);
    }

    private final String node;
    private final SnapshotStore store;
    private final Worker worker;
    private final EventLoop loop;
    private final Clock clock;
    private final Applier applier;
    private final SnapshotPolicy policy;
    private final Events events;
    private long coveredBytes;
    /** Who wants one of the state as it is now, and for whom one is being taken. */
    private final List<Wanted> wanted = new ArrayList<>();

    private final List<Wanted> served = new ArrayList<>();
    private boolean taking;
    private boolean soon;
    /** The newest one, if it cannot be read: one of the same index has to take its place. 0 if none is. */
    private volatile long damagedIndex;

    /** The user's machine has none. */
    private boolean never;

    private volatile boolean stopped;
    private volatile @Nullable SnapshotWriter writing;

    SnapshotTaker(
            String node,
            SnapshotStore store,
            Worker worker,
            EventLoop loop,
            Clock clock,
            Applier applier,
            SnapshotPolicy policy,
            Events events) {
        this.node = node;
        this.store = store;
        this.worker = worker;
        this.loop = loop;
        this.clock = clock;
        this.applier = applier;
        this.policy = policy;
        this.events = events;
    }

    /** Takes one if it is time. To be called now and then. */
    void housekeeping() {
        long since = applier.appliedBytes() - coveredBytes;
        boolean due = !wanted.isEmpty() || soon || policy.isDue(clock.nanoTime(), since);
        if (!taking && !never && !stopped && applier.mayBeCaptured() && due) {
            taking = true;
            soon = false;
            served.addAll(wanted);
            wanted.clear();
            applier.capture(new Captured());
        }
    }

    /** Takes one as soon as can be, also if nothing is new. */
    void takeFor(Wanted caller) {
        if (never) {
            caller.failed(NO_SNAPSHOTS);
        } else if (stopped) {
            caller.failed(STOPPING);
        } else {
            wanted.add(caller);
            housekeeping();
        }
    }

    private void serve() {
        List<Wanted> all = List.copyOf(served);
        served.clear();
        all.forEach(Wanted::taken);
    }

    private void refuse(String why) {
        List<Wanted> all = List.copyOf(served);
        served.clear();
        all.forEach(each -> each.failed(why));
    }

    /** The one of that index cannot be read: another one is needed at once, also if nothing is new. */
    void damaged(long index) {
        damagedIndex = Math.max(damagedIndex, index);
        soon = true;
    }

    /** The state was taken from a snapshot that came from another node. */
    void restored(long bytes) {
        coveredBytes = applier.appliedBytes();
        policy.taken(clock.nanoTime(), bytes);
    }

    private final class Captured implements Applier.Captured {
        private final long begun = clock.nanoTime();

        @Override
        public void captured(AppliedState state) {
            long covered = applier.appliedBytes();
            worker.execute(() -> {
                long bytes = write(state);
                loop.execute(() -> written(state.meta(), bytes, covered));
            });
        }

        private void written(SnapshotMeta meta, long bytes, long covered) {
            taking = false;
            if (stopped) {
                refuse(STOPPING);
                return;
            }
            if (bytes == 0) {
                coveredBytes = covered;
                serve();
                return;
            }
            long now = clock.nanoTime();
            if (bytes < 0) {
                policy.failed(now);
                events.failed();
                refuse("it could not be written; its log says why");
                return;
            }
            coveredBytes = covered;
            if (meta.index() >= damagedIndex) {
                damagedIndex = 0;
            }
            policy.taken(now, bytes);
            events.taken(meta, bytes, now - begun);
            serve();
        }

        @Override
        public void failed(RuntimeException cause) {
            taking = false;
            if (cause instanceof UnsupportedOperationException) {
                never = true;
                refuse(NO_SNAPSHOTS);
                wanted.forEach(each -> each.failed(NO_SNAPSHOTS));
                wanted.clear();
                LOG.warn(
                        "{} keeps its whole log for ever, since its state machine has no snapshots: {}",
                        node,
                        cause.getMessage());
                return;
            }
            LOG.error(
                    "{}: the state machine's snapshot() failed; the log is kept, another attempt follows", node, cause);
            policy.failed(clock.nanoTime());
            events.failed();
            refuse("the state machine's snapshot() failed: " + cause);
        }
    }

    /** Its length, 0 if it is not needed, -1 if it could not be written. */
    private long write(AppliedState state) {
        SnapshotWriter writer = null;
        try (state) {
            if (stopped) {
                return -1;
            }
            long newest = store.newestIndex();
            boolean again = newest > 0 && newest == damagedIndex && state.meta().index() == newest;
            if (state.meta().index() <= newest && !again) {
                return 0; // one that came from the master is newer
            }
            writer = again ? store.beginAgain(state.meta()) : store.begin(state.meta());
            writing = writer;
            state.writeTo(writer);
            writer.finish();
            store.commit(writer);
        } catch (IOException | RuntimeException e) {
            if (stopped) {
                abandon(writer);
                return -1;
            }
            LOG.error(
                    "{} could not write its snapshot at index {}; the log is kept, another attempt follows",
                    node,
                    state.meta().index(),
                    e);
            abandon(writer);
            return -1;
        } finally {
            writing = null;
        }
        try {
            store.keepNewest(1);
        } catch (IOException e) {
            LOG.warn("{}: an older snapshot cannot be removed", node, e); // the new one counts all the same
        }
        return writer.bytes();
    }

    private void abandon(@Nullable SnapshotWriter writer) {
        if (writer != null) {
            try {
                store.abandon(writer);
            } catch (IOException e) {
                LOG.warn("{}: what was written of a snapshot could not be removed", node, e);
            }
        }
    }

    /** What is being written is given up. */
    void stop() {
        stopped = true;
        wanted.forEach(each -> each.failed(STOPPING));
        wanted.clear();
        SnapshotWriter current = writing;
        if (current != null) {
            current.cancel();
        }
    }
}
