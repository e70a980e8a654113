package io.holdfast.replication.node;

import io.holdfast.core.Address;
import io.holdfast.core.ReplicaRole;
import io.holdfast.core.runtime.EventLoop;
import io.holdfast.core.runtime.NodeRuntime;
import io.holdfast.core.runtime.Worker;
import io.holdfast.core.spi.FeatureContext;
import io.holdfast.replication.LogStatus;
import io.holdfast.replication.client.LogClient;
import io.holdfast.replication.log.BatchMeta;
import io.holdfast.replication.log.DamagedLogException;
import io.holdfast.replication.log.Identity;
import io.holdfast.replication.log.Identity.Voter;
import io.holdfast.replication.log.Recovery;
import io.holdfast.replication.log.UnforcedMark;
import io.holdfast.replication.raft.MajorityConfig;
import io.holdfast.replication.raft.Raft;
import io.holdfast.replication.raft.RaftConfig;
import io.holdfast.replication.raft.RaftEffect;
import io.holdfast.replication.raft.RaftInput;
import io.holdfast.replication.raft.RaftMessage;
import io.holdfast.replication.raft.RaftRole;
import io.holdfast.replication.session.Outcome;
import io.holdfast.replication.wire.ClientMessage.Announcement;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One voter of a formed cluster: puts the parts together and carries word between them. On the loop. */
final class Replica {
    private static final Logger LOG = LoggerFactory.getLogger(Replica.class);
    private static final int MAX_APPEND_BYTES = 1 << 20;
    private static final long MAX_INFLIGHT_BYTES = 8L << 20;
    private static final long CACHE_BYTES = 64L << 20;
    private static final long PUBLISH_NANOS = 20_000_000L;
    private static final long HOUSEKEEPING_NANOS = 500_000_000L;

    private final FeatureContext context;
    private final ReplicationSettings settings;
    private final Identity identity;
    private final EventLoop loop;
    private final Disk disk;
    private final Worker reader;
    /** The reader's thread where it has nothing to do. */
    private final Worker flusher;

    private final @Nullable Worker applyWorker;
    private final LogClient client;
    private final LogStore store;
    private final PeerLinks peers;
    private final RaftDriver driver;
    private final Applier applier;
    private final Snapshots snapshots;
    private final LinearizableReads reads;
    private final Ingress ingress;
    private final RemoteClients remoteClients;
    private final LocalEndpoint local;
    private final ByteBufAllocator allocator;
    private final Meters meters;
    private final StateHashes stateHashes;
    private long publishedNanos;
    private long backlogBytes;
    private long idleSinceIndex;
    private boolean markDue;
    private boolean ready;
    /** At the end: the mark has been written, and whether it and all before it are on the disk. */
    private boolean marked;

    private boolean wholeOnDisk;
    /** What an earlier run acknowledged and did not force may be missing still. */
    private boolean mayHaveLost;

    private boolean stopped;
    private volatile LogStatus status = LogStatus.unknown(ReplicaRole.SLAVE);

    Replica(
            FeatureContext context,
            ReplicationSettings settings,
            Identity identity,
            Disk disk,
            Worker logWorker,
            LogClient client) {
        NodeRuntime runtime = context.runtime();
        this.context = context;
        this.identity = identity;
        this.loop = runtime.loop();
        this.allocator = runtime.allocator();
        this.disk = disk;
        this.client = client;
        this.reader = runtime.newWorker("reader");
        this.flusher = settings.forced() ? reader : runtime.newWorker("flusher");
        this.applyWorker = settings.machine() == null ? null : runtime.newWorker("apply");
        this.meters = new Meters(context, () -> status);
        UserMachine user = settings.machine() == null || applyWorker == null
                ? null
                : new UserMachine(settings.machine(), applyWorker, loop, client);
        OpenBatch openBatch = new OpenBatch(allocator);
        MasterTime time = new MasterTime();
        Recovery recovery = disk.log().recovery();
        time.seen(disk.wallMillis(), disk.masterNanos());
        this.store = new LogStore(
                disk.log(), logWorker, flusher, reader, loop, settings.forced(), CACHE_BYTES, this::persisted);
        this.settings = settings;
        this.mayHaveLost = disk.mayHaveLost();
        this.peers = new PeerLinks(context.links(), identity.voters(), new PeerEvents(), this::input);
        Raft raft = new Raft(
                new RaftConfig(
                        context.node().id(),
                        new MajorityConfig(
                                identity.voters().stream().map(Voter::nodeId).toList()),
                        settings.heartbeatNanos(),
                        settings.electionTimeoutNanos(),
                        settings.heartbeatNanos() / 2,
                        MAX_APPEND_BYTES,
                        MAX_INFLIGHT_BYTES),
                disk.index(),
                disk.hardState().state().term(),
                disk.hardState().state().votedFor(),
                recovery.commitIndex(),
                recovery.tailCut() || disk.mayHaveLost(),
                recovery.neededIndex(),
                disk.hardState().doubtful(),
                new SplittableRandom(runtime.random().nextLong()));
        this.driver = new RaftDriver(
                raft,
                runtime.clock(),
                loop,
                store,
                logWorker,
                disk.hardState(),
                peers,
                openBatch,
                time,
                allocator,
                new DriverEvents());
        this.applier = new Applier(store, reader, loop, allocator, user, new ApplierEvents());
        this.stateHashes =
                new StateHashes(context.node().id(), identity.voters().size());
        this.snapshots = new Snapshots(
                context.node().id(),
                runtime,
                settings.snapshots(),
                disk.snapshots(),
                reader,
                applier,
                store,
                peers,
                time,
                this::input,
                meters);
        this.reads = new LinearizableReads(
                runtime.clock(), loop, applier, this::input, runtime.random().nextLong() >>> 1);
        this.ingress = new Ingress(
                loop, openBatch, settings.maxWaitingBytes(), runtime.random().nextLong() >>> 1, driver::propose);
        this.remoteClients = new RemoteClients(
                context.links(),
                allocator,
                ingress,
                reads,
                this::announcement,
                settings.client().maxEntryBytes());
        this.local = new LocalEndpoint(loop, ingress, reads, client);
    }

    void start() {
        DamagedLogException damage = disk.log().recovery().damage();
        if (damage != null) {
            meters.damaged(damage);
        }
        if (driver.raft().doubtful()) {
            LOG.warn(
                    "{} found the end of its log or its vote damaged, perhaps by a torn write; it does not vote until it "
                            + "has heard from all other voters or caught up",
                    context.node().id());
        }
        LOG.info(
                "{} begins at term {} with its log up to index {}, of which {} are known to be committed",
                context.node().id(),
                driver.raft().term(),
                driver.raft().lastIndex(),
                driver.raft().commitIndex());
        peers.start(context.node().id(), store, reader, loop, allocator);
        remoteClients.start();
        snapshots.start();
        input(new RaftInput.Started());
        snapshots.started();
        List<Address> others = new ArrayList<>();
        for (Voter voter : identity.voters()) {
            if (!voter.nodeId().equals(context.node().id())) {
                others.add(voter.address());
            }
        }
        ingress.connected(local);
        client.start(others, local);
        context.ready(false, "no master is known yet");
        loop.schedule(HOUSEKEEPING_NANOS, this::housekeeping);
    }

    private void input(RaftInput input) {
        if (!stopped) {
            driver.input(input);
            publishSoon();
        }
    }

    private void persisted(long term, long index, boolean byForce) {
        if (byForce) {
            meters.forced();
        }
        input(new RaftInput.Persisted(term, index));
        if (term == driver.raft().term()) {
            ingress.stored(index);
        }
        applier.forced();
    }

    private Announcement announcement() {
        Map<String, String> voters = new TreeMap<>();
        identity.voters().forEach(v -> voters.put(v.nodeId(), v.address().toString()));
        return new Announcement(driver.raft().term(), driver.raft().leader(), voters);
    }

    /** The snapshot is for people and meters: a few a second are enough. */
    private void publishSoon() {
        if (context.runtime().clock().nanoTime() - publishedNanos > PUBLISH_NANOS) {
            publish();
        }
    }

    private void publish() {
        publishedNanos = context.runtime().clock().nanoTime();
        Raft raft = driver.raft();
        boolean master = raft.role() == RaftRole.LEADER;
        status = new LogStatus(
                master ? ReplicaRole.MASTER : ReplicaRole.SLAVE,
                raft.term(),
                raft.leader(),
                raft.lastIndex(),
                raft.commitIndex(),
                applier.applied(),
                store.durableIndex(),
                master ? raft.matches() : Map.of());
    }

    LogStatus status() {
        return status;
    }

    private void compare(String node, long index, int subject, long hash) {
        stateHashes.hashed(node, index, subject, hash).ifPresent(difference -> {
            meters.stateDiffers();
            String what = "the state of " + context.node().id() + " after index " + index + " differs from that of "
                    + difference.others();
            if (difference.alone()) {
                context.fail(new IllegalStateException(what + ", who agree with each other: a state machine is not"
                        + " deterministic, or memory or a disk has failed. Move this node's directory away for somebody"
                        + " to look at"));
            } else {
                LOG.error("{}; which of them is wrong is not known yet", what);
            }
        });
    }

    private void checkReady() {
        boolean serves = !driver.raft().leader().isEmpty()
                && driver.raft().committedInTerm()
                && applier.applied() == driver.raft().commitIndex();
        if (serves && !ready) {
            ready = true;
            publish();
            context.ready(true, "");
        }
    }

    /** After an idle moment: what is on disk is marked as such. Reads that got no answer are given up. */
    private void housekeeping() {
        if (stopped) {
            return;
        }
        long last = driver.raft().lastIndex();
        if (last != idleSinceIndex) {
            idleSinceIndex = last;
            markDue = true;
        } else if (markDue && store.isForced()) {
            markDue = false;
            mark();
        }
        store.forceInBackground();
        applier.housekeeping();
        reads.giveUpOldOnes();
        snapshots.housekeeping(driver.raft());
        publish();
        loop.schedule(HOUSEKEEPING_NANOS, this::housekeeping);
    }

    /** Of an earlier run; from now on nothing counts before it is forced. */
    private void removeUnforcedMark() {
        try {
            UnforcedMark.remove(context.runtime().storage(), settings.directory());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void mark() {
        try {
            store.mark(driver.raft().commitIndex());
        } catch (IOException e) {
            context.fail(e);
        }
    }

    void stop(Runnable done) {
        reads.stop();
        ingress.disconnected(local);
        ingress.masterChanged(false);
        peers.stop();
        driver.stop();
        applier.stop();
        snapshots.stop();
        stopped = true;
        finishForcing(done, 200);
    }

    /** What was written is forced, and marked as forced, so that the next start has nothing to doubt. */
    private void finishForcing(Runnable done, int triesLeft) {
        if (store.isForced() && !marked) {
            marked = true;
            mark();
        }
        if (store.isForced() && !store.isForcing()) {
            wholeOnDisk = true;
            done.run();
        } else if (triesLeft == 0) {
            LOG.warn(
                    "{} stops before its disk has forced the last writes",
                    context.node().id());
            done.run();
        } else {
            store.forceInBackground();
            loop.schedule(10_000_000L, () -> finishForcing(done, triesLeft - 1));
        }
    }

    /** After a failure there was no {@link #stop}: nothing is to be applied any more from what is about to be released. */
    private void quiesce() {
        stopped = true;
        driver.stop();
        applier.stop();
        snapshots.stop();
    }

    void close() {
        try {
            loop.run(this::quiesce);
        } catch (IllegalStateException noLoop) {
            quiesce();
        }
        snapshots.close();
        reader.close();
        flusher.close();
        if (applyWorker != null) {
            applyWorker.close();
        }
        try {
            store.close();
            if (wholeOnDisk && !mayHaveLost) {
                UnforcedMark.remove(context.runtime().storage(), settings.directory());
            }
            disk.hardState().close();
        } catch (IOException e) {
            LOG.warn("{} could not close its log", context.node().id(), e);
        }
        disk.preparer().close(); // after the log, whose end ends a segment that is being made
        meters.close();
    }

    private final class PeerEvents implements PeerLinks.Events {
        @Override
        public void received(String from, RaftMessage message, List<ByteBuf> batches) {
            if (!stopped) {
                driver.received(from, message, batches);
            }
        }

        @Override
        public void receivedAll() {
            publishSoon();
        }
    }

    private final class DriverEvents implements RaftDriver.Events {
        @Override
        public void roleChanged(RaftRole role, long term, String leader) {
            LOG.info(
                    "{} is {} in term {}, {}",
                    context.node().id(),
                    role,
                    term,
                    leader.isEmpty() ? "no master is known" : "the master is " + leader);
            meters.roleChanged(role);
            if (ingress.isMaster() != (role == RaftRole.LEADER)) {
                backlogBytes = driver.raft().bytesAfter(applier.applied());
                applier.masterChanged(role == RaftRole.LEADER);
                ingress.masterChanged(role == RaftRole.LEADER);
                ingress.waiting(ingress.isMaster() ? backlogBytes : 0);
            }
            reads.masterChanged();
            remoteClients.announce();
            client.announced(announcement());
            publish();
        }

        @Override
        public void committed(long index) {
            applier.committed(index);
        }

        @Override
        public void proposed(BatchMeta batch) {
            ingress.proposed(batch.lastIndex());
            backlogBytes += batch.bytes();
            ingress.waiting(backlogBytes);
        }

        @Override
        public void readReady(long id, long index) {
            reads.ready(id, index);
        }

        @Override
        public void readFailed(long id) {
            reads.failed(id);
        }

        @Override
        public void reported(String from, long index, long subject, long hash) {
            if (subject <= StateHashes.ANSWERS) { // else of a later release
                compare(from, index, (int) subject, hash);
            }
        }

        @Override
        public void fetch(RaftEffect.FetchSnapshot offer) {
            snapshots.fetch(offer);
        }

        @Override
        public void received(RaftEffect.StoreChunk chunk, ByteBuf bytes) {
            snapshots.received(chunk, bytes);
        }

        @Override
        public void send(RaftEffect.SendChunk request) {
            snapshots.send(request);
        }

        @Override
        public void install(RaftEffect.InstallSnapshot snapshot) {
            snapshots.install(snapshot);
        }

        @Override
        public void doubtSettled() {
            mayHaveLost = false;
            meters.healed();
            if (settings.forced()) {
                reader.execute(Replica.this::removeUnforcedMark);
            }
        }
    }

    private final class ApplierEvents implements Applier.Events {
        @Override
        public void hashed(long index, int subject, long hash) {
            if (!stopped) {
                peers.sendToAll(new RaftMessage.StateReport(driver.raft().term(), index, subject, hash));
                compare(context.node().id(), index, subject, hash);
            }
        }

        @Override
        public void restored(long index) {
            snapshots.restored(index);
            if (ingress.isMaster()) {
                backlogBytes = driver.raft().bytesAfter(index);
                ingress.waiting(backlogBytes);
            }
            reads.applied(index);
        }

        @Override
        public void opened(long token, long session) {
            ingress.opened(token, session);
        }

        @Override
        public void answered(long session, long sequence, Outcome outcome, byte[] answer) {
            ingress.reached(applier.applied());
            ingress.answered(session, sequence, outcome, answer);
        }

        @Override
        public void applied(long index, int bytes) {
            if (ingress.isMaster()) {
                backlogBytes -= bytes;
                ingress.waiting(backlogBytes);
            }
            reads.applied(index);
        }

        @Override
        public void answersComplete() {
            ingress.flush();
            checkReady();
        }
    }
}
