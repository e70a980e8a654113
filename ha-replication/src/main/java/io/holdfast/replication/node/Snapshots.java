package io.holdfast.replication.node;

import io.holdfast.core.runtime.EventLoop;
import io.holdfast.core.runtime.NodeRuntime;
import io.holdfast.core.runtime.Worker;
import io.holdfast.core.spi.StateCut;
import io.holdfast.replication.log.Configuration;
import io.holdfast.replication.log.LogBase;
import io.holdfast.replication.log.SeedMark;
import io.holdfast.replication.raft.LogIndex;
import io.holdfast.replication.raft.Raft;
import io.holdfast.replication.raft.RaftEffect.FetchSnapshot;
import io.holdfast.replication.raft.RaftEffect.InstallSnapshot;
import io.holdfast.replication.raft.RaftEffect.SendChunk;
import io.holdfast.replication.raft.RaftEffect.StoreChunk;
import io.holdfast.replication.raft.RaftInput;
import io.holdfast.replication.snapshot.OpenSnapshot;
import io.holdfast.replication.snapshot.SnapshotFile;
import io.holdfast.replication.snapshot.SnapshotMeta;
import io.holdfast.replication.snapshot.SnapshotPolicy;
import io.holdfast.replication.snapshot.SnapshotStore;
import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What a node does with snapshots: takes them, shortens its log, fetches and sends them. On the loop. */
final class Snapshots {
    private static final Logger LOG = LoggerFactory.getLogger(Snapshots.class);

    /**
     * The snapshots found on the disk.
     *
     * @param newest that is whole; null if there is none
     * @param file of it
     * @param bytes its length
     * @param configuration that holds at its end; null if there is no snapshot
     * @param seededTo the last entry that was put here before the node joined; 0 if there was none
     */
    record Found(
            SnapshotStore store,
            @Nullable SnapshotMeta newest,
            @Nullable SnapshotFile file,
            long bytes,
            @Nullable Configuration configuration,
            long seededTo) {

        /** Reads the newest to its end. Not on the loop. */
        static Found open(NodeRuntime runtime, Path directory, UUID logId) throws IOException {
            Path snapshots = directory.resolve("snapshots");
            runtime.storage().createDirectories(snapshots);
            SnapshotStore store = SnapshotStore.open(runtime.storage(), snapshots, logId);
            SnapshotMeta newest = store.newestWhole();
            if (newest == null) {
                return new Found(store, null, null, 0, null, 0);
            }
            SnapshotFile file = store.file(newest.index());
            SeedMark seed = SeedMark.read(runtime.storage(), directory);
            return new Found(
                    store,
                    newest,
                    file,
                    store.bytes(newest.index()),
                    StoredState.configuration(file),
                    seed == null ? 0 : seed.index());
        }

        /** True if the newest may be the one that was put here before the node joined. */
        boolean isSeed() {
            return newest != null && newest.index() <= seededTo;
        }

        /** Where the log may begin. */
        LogBase end() {
            return newest == null ? LogBase.NONE : new LogBase(newest.index(), newest.term());
        }
    }

    private final String node;
    private final SnapshotSettings settings;
    private final Found found;
    private final Worker worker;
    private final EventLoop loop;
    private final Applier applier;
    private final LogStore log;
    private final Consumer<RaftInput> inputs;
    private final Meters meters;
    private final MasterTime time;
    private final SnapshotTaker taker;
    private final SnapshotFetcher fetcher;
    private final SnapshotServer server;
    /** The newest one's; 0 if there is none. */
    private long index;
    /** What was fetched last. */
    private @Nullable SnapshotFile fetched;

    private @Nullable SnapshotMeta fetchedMeta;

    private long fetchedBytes;

    Snapshots(
            String node,
            NodeRuntime runtime,
            SnapshotSettings settings,
            Found found,
            Worker reader,
            Applier applier,
            LogStore log,
            PeerLinks peers,
            MasterTime time,
            Consumer<RaftInput> inputs,
            Meters meters) {
        this.node = node;
        this.settings = settings;
        this.found = found;
        this.applier = applier;
        this.log = log;
        this.inputs = inputs;
        this.meters = meters;
        this.time = time;
        this.worker = runtime.newWorker("snapshots");
        this.loop = runtime.loop();
        SnapshotPolicy policy = new SnapshotPolicy(
                settings.everyBytes(),
                settings.everyNanos(),
                found.bytes(),
                runtime.clock().nanoTime(),
                new SplittableRandom(runtime.random().nextLong()));
        this.taker = new SnapshotTaker(
                node, found.store(), worker, loop, runtime.clock(), applier, policy, new TakerEvents());
        this.fetcher = new SnapshotFetcher(node, found.store(), worker, loop, inputs, new FetcherEvents());
        this.server = new SnapshotServer(
                node,
                found.store(),
                runtime.storage(),
                reader,
                loop,
                runtime.allocator(),
                peers,
                inputs,
                this::damaged);
    }

    /** Before the core is started: the state begins with what the disk has. */
    void start() {
        SnapshotMeta newest = found.newest();
        SnapshotFile file = found.file();
        if (newest != null && file != null) {
            LOG.info("{} takes its state from {}, {} bytes", node, file.path(), found.bytes());
            index = newest.index();
            time.atLeast(newest.wallMillis(), newest.masterNanos());
            meters.snapshot(index, found.bytes());
            applier.restore(new StoredState(file), worker);
        }
    }

    /** After the core is started: it may offer what the disk has. */
    void started() {
        SnapshotMeta newest = found.newest();
        if (newest != null) {
            inputs.accept(new RaftInput.SnapshotTaken(newest.index(), newest.term(), found.bytes()));
        }
    }

    /**
     * Takes one if it is time, and shortens the log.
     *
     * @param neededBesides from where on somebody else than slaves needs it
     */
    void housekeeping(Raft raft, long neededBesides) {
        taker.housekeeping();
        server.keepOnly(raft.fetching());
        LogIndex kept = raft.log();
        List<Long> needs = new ArrayList<>(raft.needs().values());
        needs.add(neededBesides);
        long keepFrom = settings.retention().keepFrom(kept, index, needs);
        // What is still to be applied is needed, also where a snapshot that came in the meantime holds it.
        keepFrom = Math.min(keepFrom, applier.isRestoring() ? 0 : applier.applied() + 1);
        if (keepFrom > kept.base().index() + 1) {
            long base = log.dropBefore(keepFrom, raft.commitIndex());
            if (base > kept.base().index()) {
                inputs.accept(new RaftInput.LogDropped(base));
            }
        }
    }

    /**
     * Takes a cut of the state as it is now.
     *
     * @param logId of which log
     */
    void cut(String logId, StateRequests.Request<StateCut> request) {
        taker.takeFor(new SnapshotTaker.Wanted() {
            @Override
            public void taken() {
                worker.execute(() -> open(logId, request));
            }

            @Override
            public void failed(String why) {
                request.failed(why);
            }
        });
    }

    private void open(String logId, StateRequests.Request<StateCut> request) {
        try {
            OpenSnapshot newest = found.store().openNewest();
            if (newest == null) {
                request.failed("its snapshot was damaged and has been set aside; ask again");
            } else {
                long at = newest.meta().index();
                request.answer(new SnapshotCut(newest, logId, () -> loop.execute(() -> damaged(at))));
            }
        } catch (IOException e) {
            LOG.warn("{}: its newest snapshot cannot be opened for a cut", node, e);
            request.failed(String.valueOf(e.getMessage()));
        }
    }

    void fetch(FetchSnapshot offer) {
        if (log.durableIndex() == found.seededTo() && offer.index() > index) {
            LOG.warn(
                    "{} was seeded up to entry {}, and the master has dropped what follows from its log: it sends its snapshot at index {}."
                            + " A seed that is newer than the master's last snapshot would spare it that",
                    node,
                    found.seededTo(),
                    offer.index());
        }
        fetcher.fetch(offer);
    }

    void received(StoreChunk chunk, ByteBuf bytes) {
        fetcher.received(chunk, bytes);
    }

    void send(SendChunk request) {
        server.send(request);
    }

    /** The log has begun anew after it. */
    void install(InstallSnapshot snapshot) {
        SnapshotFile file = fetched;
        if (file == null || index != snapshot.index()) {
            throw new IllegalStateException("the snapshot at index " + snapshot.index() + " was not fetched last");
        }
        if (fetchedMeta != null) {
            time.endsAt(fetchedMeta.wallMillis(), fetchedMeta.masterNanos());
        }
        meters.snapshotInstalled();
        applier.restore(new StoredState(file), worker);
    }

    /** The one of that index cannot be read. */
    private void damaged(long at) {
        meters.snapshotFailed();
        taker.damaged(at);
    }

    /** The applier has taken the state from the newest. */
    void restored(long at) {
        LOG.info("{} has taken its state up to index {} from a snapshot", node, at);
        taker.restored(fetched == null ? found.bytes() : fetchedBytes);
        keepNewest();
    }

    private void keepNewest() {
        worker.execute(() -> {
            try {
                found.store().keepNewest(1);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
    }

    void stop() {
        taker.stop();
        fetcher.stop();
        server.keepOnly(Set.of());
    }

    /** Before the reader is closed. */
    void close() {
        worker.close();
    }

    private final class TakerEvents implements SnapshotTaker.Events {
        @Override
        public void taken(SnapshotMeta meta, long bytes, long nanos) {
            LOG.info("{} has a snapshot at index {}: {} bytes in {} ms", node, meta.index(), bytes, nanos / 1_000_000);
            index = Math.max(index, meta.index());
            server.taken(meta.index());
            meters.snapshotTaken(meta.index(), bytes, nanos);
            inputs.accept(new RaftInput.SnapshotTaken(meta.index(), meta.term(), bytes));
        }

        @Override
        public void failed() {
            meters.snapshotFailed();
        }
    }

    private final class FetcherEvents implements SnapshotFetcher.Events {
        @Override
        public void fetched(SnapshotMeta meta, SnapshotFile file, long bytes) {
            fetched = file;
            fetchedBytes = bytes;
            index = Math.max(index, meta.index());
            fetchedMeta = meta;
            meters.snapshot(meta.index(), bytes);
        }

        @Override
        public void failed() {
            meters.snapshotFailed();
        }
    }
}
