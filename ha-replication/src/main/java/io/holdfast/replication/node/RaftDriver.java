package io.holdfast.replication.node;

import io.holdfast.core.runtime.Clock;
import io.holdfast.core.runtime.EventLoop;
import io.holdfast.core.runtime.Worker;
import io.holdfast.replication.log.Batch;
import io.holdfast.replication.log.BatchBuilder;
import io.holdfast.replication.log.BatchMeta;
import io.holdfast.replication.log.Configuration;
import io.holdfast.replication.log.HardState;
import io.holdfast.replication.log.HardStateFile;
import io.holdfast.replication.log.LogBase;
import io.holdfast.replication.log.Voter;
import io.holdfast.replication.raft.Raft;
import io.holdfast.replication.raft.RaftEffect;
import io.holdfast.replication.raft.RaftInput;
import io.holdfast.replication.raft.RaftMessage;
import io.holdfast.replication.raft.RaftRole;
import io.holdfast.replication.session.EntryKind;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayDeque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Runs the effects of {@link Raft}: the only one that calls it. On the loop. */
final class RaftDriver {
    /** A slice of a received frame of this length or more is kept as it is, unless it pins far more than it is. */
    private static final int KEEP_SLICE_BYTES = 32 << 10;

    private static final int KEEP_SLICE_OF = 4;

    /** What the rest of the node hears of it, after the effects before it have been run. */
    interface Events {
        void roleChanged(RaftRole role, long term, String leader);

        void committed(long index);

        void proposed(BatchMeta batch);

        /** A configuration has been proposed, in a batch of its own. */
        void reconfiguring(BatchMeta batch);

        /** From now on these belong to the cluster. */
        void configurationChanged(Configuration configuration);

        /** The log is at a level that this node does not support. */
        void levelTooHigh(int level);

        /** What the node was seeded with is not of this log. */
        void seedRefuted(RaftEffect.SeedRefuted refuted);

        /** Somebody asked this master to be taken in, and is not. */
        void notTakenIn(Voter stranger, String reason);

        void readReady(long id, long index);

        void readFailed(long id);

        /** This node may act as master in that term, until then. */
        void masterGranted(long term, long untilNanos);

        /** It may for longer. */
        void masterExtended(long untilNanos);

        /** Another node would be a better master. */
        void handOverWanted(String to, String reason);

        /** Whatever this node may have lost, it has again. */
        void doubtSettled();

        /** Another voter said what the hash of its state is. */
        void reported(String from, long index, long subject, long hash);

        /** Fetch the master's snapshot, or go on with it. */
        void fetch(RaftEffect.FetchSnapshot offer);

        /** A piece of it, valid during the call. */
        void received(RaftEffect.StoreChunk chunk, ByteBuf bytes);

        /** A slave fetches this node's. */
        void send(RaftEffect.SendChunk request);

        /** The log begins anew after a snapshot that was fetched: take the state from it. */
        void install(RaftEffect.InstallSnapshot snapshot);
    }

    private final Raft raft;
    private final Clock clock;
    private final EventLoop loop;
    private final LogStore store;
    private final Worker logWorker;
    private final HardStateFile hardState;
    private final PeerLinks peers;
    private final OpenBatch openBatch;
    private final MasterTime time;
    private final ByteBufAllocator allocator;
    private final Events events;
    private final ArrayDeque<RaftInput> inputs = new ArrayDeque<>();
    private List<ByteBuf> receivedBatches = List.of();
    private EventLoop.@Nullable Timer timer;
    private boolean stepping;
    private boolean stopped;

    RaftDriver(
            Raft raft,
            Clock clock,
            EventLoop loop,
            LogStore store,
            Worker logWorker,
            HardStateFile hardState,
            PeerLinks peers,
            OpenBatch openBatch,
            MasterTime time,
            ByteBufAllocator allocator,
            Events events) {
        this.raft = raft;
        this.clock = clock;
        this.loop = loop;
        this.store = store;
        this.logWorker = logWorker;
        this.hardState = hardState;
        this.peers = peers;
        this.openBatch = openBatch;
        this.time = time;
        this.allocator = allocator;
        this.events = events;
    }

    Raft raft() {
        return raft;
    }

    /** Takes an input; inputs that arise meanwhile follow in order. */
    void input(RaftInput input) {
        inputs.add(input);
        if (stepping || stopped) {
            return;
        }
        stepping = true;
        try {
            for (RaftInput next = inputs.poll(); next != null; next = inputs.poll()) {
                for (RaftEffect effect : raft.step(clock.nanoTime(), next)) {
                    run(effect);
                }
                store.write(raft.commitIndex());
            }
        } finally {
            stepping = false;
        }
    }

    /** A message with the batches of its frame, which are valid during this call only. */
    void received(String from, RaftMessage message, List<ByteBuf> batches) {
        if (stepping) {
            throw new IllegalStateException("a frame of " + from + " in the middle of a step");
        }
        receivedBatches = batches;
        input(new RaftInput.Received(from, message));
        receivedBatches = List.of();
    }

    /** Proposes what has gathered in the open batch. */
    void propose() {
        if (stepping) {
            loop.execute(this::propose); // the batch may still grow before this step ends
        } else if (!openBatch.isEmpty()) {
            input(new RaftInput.Proposed(openBatch.count(), openBatch.bytes()));
        }
    }

    private void run(RaftEffect effect) {
        if (effect instanceof RaftEffect.Send send) {
            peers.send(send.to(), send.message());
        } else if (effect instanceof RaftEffect.AppendProposed append) {
            time.advance(clock.nanoTime(), clock.wallMillis());
            ByteBuf batch = openBatch.seal(append.batch(), time.wallMillis(), time.masterNanos());
            store.append(append.batch(), batch);
            events.proposed(append.batch());
        } else if (effect instanceof RaftEffect.AppendConfiguration append) {
            time.advance(clock.nanoTime(), clock.wallMillis());
            store.append(append.batch(), batchOf(append));
            events.reconfiguring(append.batch());
        } else if (effect instanceof RaftEffect.ConfigurationChanged changed) {
            events.configurationChanged(changed.configuration());
        } else if (effect instanceof RaftEffect.LevelTooHigh found) {
            events.levelTooHigh(found.level());
        } else if (effect instanceof RaftEffect.SeedRefuted refuted) {
            events.seedRefuted(refuted);
        } else if (effect instanceof RaftEffect.NotTakenIn refused) {
            events.notTakenIn(refused.stranger(), refused.reason());
        } else if (effect instanceof RaftEffect.AppendReceived append) {
            ByteBuf batch = receivedBatch(append.batch());
            time.endsAt(Batch.wallMillis(batch), Batch.masterNanos(batch));
            store.append(append.batch(), batch);
        } else if (effect instanceof RaftEffect.SaveHardState save) {
            save(save);
        } else if (effect instanceof RaftEffect.Committed committed) {
            events.committed(committed.index());
        } else if (effect instanceof RaftEffect.TruncateLog truncate) {
            store.truncateFrom(truncate.fromIndex());
        } else if (effect instanceof RaftEffect.SetTimer set) {
            setTimer(set.atNanos());
        } else if (effect instanceof RaftEffect.RoleChanged changed) {
            if (changed.role() == RaftRole.LEADER) {
                time.lead(clock.nanoTime());
            }
            events.roleChanged(changed.role(), changed.term(), changed.leader());
        } else if (effect instanceof RaftEffect.MasterGranted granted) {
            events.masterGranted(granted.term(), granted.untilNanos());
        } else if (effect instanceof RaftEffect.MasterExtended extended) {
            events.masterExtended(extended.untilNanos());
        } else if (effect instanceof RaftEffect.HandOverWanted wanted) {
            events.handOverWanted(wanted.to(), wanted.reason());
        } else if (effect instanceof RaftEffect.ReadReady ready) {
            events.readReady(ready.id(), ready.index());
        } else if (effect instanceof RaftEffect.ReadFailed failed) {
            events.readFailed(failed.id());
        } else if (effect instanceof RaftEffect.DoubtSettled) {
            settle();
        } else if (effect instanceof RaftEffect.StateReported report) {
            events.reported(report.from(), report.index(), report.subject(), report.hash());
        } else if (effect instanceof RaftEffect.FetchSnapshot offer) {
            events.fetch(offer);
        } else if (effect instanceof RaftEffect.StoreChunk chunk) {
            events.received(chunk, receivedBatches.get(0));
        } else if (effect instanceof RaftEffect.SendChunk request) {
            events.send(request);
        } else if (effect instanceof RaftEffect.InstallSnapshot snapshot) {
            store.restartAfter(new LogBase(snapshot.index(), snapshot.term()));
            events.install(snapshot);
        } else if (effect instanceof RaftEffect.ProposalRefused) {
            openBatch.clear(); // whoever sent it hears of the new master and sends it there
        } else {
            throw new IllegalStateException("an effect of an unknown kind: " + effect);
        }
    }

    private ByteBuf batchOf(RaftEffect.AppendConfiguration append) {
        BatchMeta meta = append.batch();
        BatchBuilder builder = BatchBuilder.open(allocator, meta.bytes());
        builder.append(EntryKind.CONFIGURATION, append.configuration().encode());
        return builder.seal(meta.firstIndex(), meta.term(), time.wallMillis(), time.masterNanos());
    }

    private ByteBuf receivedBatch(BatchMeta meta) {
        for (ByteBuf batch : receivedBatches) {
            if (Batch.firstIndex(batch) == meta.firstIndex()) {
                int bytes = batch.readableBytes();
                if (bytes >= KEEP_SLICE_BYTES && BatchCache.memory(batch) <= (long) KEEP_SLICE_OF * bytes) {
                    return batch.retain();
                }
                return allocator.directBuffer(bytes).writeBytes(batch.slice());
            }
        }
        throw new IllegalStateException(meta + " is not in the frame at hand");
    }

    private void save(RaftEffect.SaveHardState save) {
        logWorker.execute(() -> {
            try {
                hardState.save(new HardState(save.term(), save.votedFor(), save.masterStopNanos()));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            loop.execute(() -> input(new RaftInput.HardStateSaved(save.version())));
        });
    }

    /** Behind the vote that was saved before it: until that is on disk, the doubt must outlive a crash. */
    private void settle() {
        logWorker.execute(() -> {
            try {
                hardState.settle();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            loop.execute(() -> {
                if (!stopped) {
                    store.settle();
                    events.doubtSettled();
                }
            });
        });
    }

    private void setTimer(long atNanos) {
        if (timer != null) {
            timer.cancel();
        }
        timer = loop.schedule(atNanos - clock.nanoTime(), () -> {
            timer = null;
            input(new RaftInput.TimerFired());
        });
    }

    /** Takes no more inputs. */
    void stop() {
        stopped = true;
        if (timer != null) {
            timer.cancel();
        }
        openBatch.clear();
    }
}
