package io.holdfast.replication.node;

import io.holdfast.core.Address;
import io.holdfast.core.Explanation;
import io.holdfast.core.FencingToken;
import io.holdfast.core.HaEvent;
import io.holdfast.core.Health;
import io.holdfast.core.RoleHolder;
import io.holdfast.core.runtime.EventLoop;
import io.holdfast.core.runtime.NodeRuntime;
import io.holdfast.core.runtime.Worker;
import io.holdfast.core.spi.FeatureContext;
import io.holdfast.core.spi.LogPart;
import io.holdfast.core.spi.StateCut;
import io.holdfast.core.spi.StateMark;
import io.holdfast.replication.LogStatus;
import io.holdfast.replication.client.LogClient;
import io.holdfast.replication.log.BatchMeta;
import io.holdfast.replication.log.Configuration;
import io.holdfast.replication.log.DamagedLogException;
import io.holdfast.replication.log.FeatureLevel;
import io.holdfast.replication.log.Identity;
import io.holdfast.replication.log.IdentityFile;
import io.holdfast.replication.log.Recovery;
import io.holdfast.replication.log.UnforcedMark;
import io.holdfast.replication.log.Voter;
import io.holdfast.replication.raft.Fitness;
import io.holdfast.replication.raft.Raft;
import io.holdfast.replication.raft.RaftConfig;
import io.holdfast.replication.raft.RaftEffect;
import io.holdfast.replication.raft.RaftInput;
import io.holdfast.replication.raft.RaftMessage;
import io.holdfast.replication.raft.RaftRole;
import io.holdfast.replication.session.Freshness;
import io.holdfast.replication.session.Outcome;
import io.holdfast.replication.session.Responder;
import io.holdfast.replication.structures.MapChange;
import io.holdfast.replication.wire.ClientMessage.Announcement;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One voter of a formed cluster: puts the parts together and carries word between them. On the loop. */
final class Replica {
    private static final Logger LOG = LoggerFactory.getLogger(Replica.class);
    private static final int MAX_APPEND_BYTES = 1 << 20;
    private static final long MAX_INFLIGHT_BYTES = 8L << 20;
    /** How many strangers are told of in the log. */
    private static final int MAX_REFUSED = 100;

    /** How often it is looked whether a master that stops has been followed. */
    private static final long SUCCESSOR_NANOS = 2_000_000L;

    private static final long HOUSEKEEPING_NANOS = 500_000_000L;
    /** So long, and no less than five election time-outs, a member hears no master before it asks whom it does not know. */
    private static final long LOST_NANOS = 5_000_000_000L;

    /** Every two seconds it is looked whether the directory is still there. */
    private static final int DIRECTORY_EVERY = 4;

    private final FeatureContext context;
    private final UUID clusterId;
    private final ReplicationSettings settings;
    private final Consumer<Configuration> configured;
    private final Consumer<Boolean> seeking;
    private final RoleElections roles;
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
    private final LogParts logParts;
    private final LinearizableReads reads;
    private final Feeds feeds;
    private final Ingress ingress;
    private final RemoteClients remoteClients;
    private final LocalEndpoint local;
    private final VoterDesk voters;
    private final MemberTies members;
    private final AutopilotDriver autopilot;
    private final ByteBufAllocator allocator;
    private final Meters meters;
    private final DiskHealth diskHealth;
    private final IdleExpiry idleExpiry;
    private final StateHashes stateHashes;
    private final SeedComparison seedComparison;
    private final Set<String> refused = new HashSet<>();
    private long backlogBytes;
    private long idleSinceIndex;
    private boolean markDue;
    private long housekeepings;
    /** When a master was heard last. */
    private long ledNanos;
    /** At the end: the mark has been written, and whether it and all before it are on the disk. */
    private boolean marked;

    private boolean wholeOnDisk;
    /** What an earlier run acknowledged and did not force may be missing still. */
    private boolean mayHaveLost;

    private boolean stopped;
    private final Standing standing;
    private @Nullable MasterCandidacy candidacy;
    private Fitness fitness = Fitness.PLAIN;
    private String toldMaster = "";
    private long grantedTerm;
    private long grantedUntilNanos;

    /**
     * Makes one.
     *
     * @param configured others vote now, for good
     * @param seeking now and then: true while nobody is heard who leads, so that {@link #guide} is of use
     */
    Replica(
            FeatureContext context,
            ReplicationSettings settings,
            Identity identity,
            Disk disk,
            Worker logWorker,
            LogClient client,
            RoleElections roles,
            Levels levels,
            Consumer<Configuration> configured,
            Consumer<Boolean> seeking) {
        NodeRuntime runtime = context.runtime();
        this.context = context;
        this.clusterId = identity.clusterId();
        this.configured = configured;
        this.seeking = seeking;
        this.ledNanos = runtime.clock().nanoTime();
        this.roles = roles;
        this.loop = runtime.loop();
        this.allocator = runtime.allocator();
        this.disk = disk;
        this.client = client;
        this.reader = runtime.newWorker("reader");
        this.flusher = settings.forced() ? reader : runtime.newWorker("flusher");
        this.applyWorker = settings.machine() == null ? null : runtime.newWorker("apply");
        this.standing = new Standing(context, this::troubles, this::addressOf);
        this.meters = new Meters(context, standing::status);
        this.diskHealth = new DiskHealth(context, settings, logWorker);
        UserMachine user = settings.machine() == null || applyWorker == null
                ? null
                : new UserMachine(settings.machine(), applyWorker, loop, client);
        OpenBatch openBatch = new OpenBatch(allocator);
        MasterTime time = new MasterTime();
        Recovery recovery = disk.log().recovery();
        time.endsAt(disk.wallMillis(), disk.masterNanos());
        this.store = new LogStore(
                disk.log(),
                diskHealth.logWorker(),
                flusher,
                reader,
                loop,
                settings.forced(),
                BatchCache.limit(Runtime.getRuntime().maxMemory()),
                new StoreEvents());
        this.settings = settings;
        this.mayHaveLost = disk.mayHaveLost();
        this.peers = new PeerLinks(
                context.links(), context.node().id(), store, reader, loop, allocator, new PeerEvents(), this::input);
        Voter own =
                new Voter(context.node().id(), identity.diskId(), context.node().advertisedAddress());
        Raft raft = new Raft(
                new RaftConfig(
                        own.id(),
                        own,
                        identity.shared(),
                        settings.heartbeatNanos(),
                        settings.electionTimeoutNanos(),
                        settings.heartbeatNanos() / 2,
                        settings.electionTimeoutNanos() * 3 / 5,
                        settings.leaseReads(),
                        context.masterStopWithinNanos(),
                        MAX_APPEND_BYTES,
                        MAX_INFLIGHT_BYTES,
                        settings.level()),
                disk.index(),
                disk.members(),
                disk.hardState().state().term(),
                disk.hardState().state().votedFor(),
                disk.hardState().state().masterStopNanos(),
                recovery.commitIndex(),
                recovery.tailCut() || disk.mayHaveLost(),
                recovery.neededIndex(),
                disk.hardState().doubtful(),
                new SplittableRandom(runtime.random().nextLong()));
        if (disk.snapshots().isSeed()) {
            raft.seeded();
        }
        this.driver = new RaftDriver(
                raft,
                runtime.clock(),
                loop,
                store,
                diskHealth.logWorker(),
                disk.hardState(),
                peers,
                openBatch,
                time,
                allocator,
                new DriverEvents());
        this.voters = new VoterDesk(
                context.node().id(), runtime.clock(), loop, raft, this::input, this::giveWay, this::addressOf, meters);
        this.members = new MemberTies(context, peers::found, this::announce, id -> raft.configuration()
                .knows(id));
        this.autopilot = new AutopilotDriver(context, settings.autopilot(), raft, voters, members, meters);
        this.applier = new Applier(store, reader, loop, allocator, user, disk.base(), levels, new ApplierEvents());
        this.stateHashes = new StateHashes(
                context.node().id(), () -> configuration().voters().size());
        this.seedComparison = new SeedComparison(
                context,
                settings.directory(),
                disk.snapshots().seededTo(),
                raft,
                peers,
                applier,
                reader,
                standing,
                meters);
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
        this.logParts = new LogParts(context.node().id(), store, reader, runtime.clock(), allocator);
        this.reads = new LinearizableReads(
                runtime.clock(), loop, applier, this::input, runtime.random().nextLong() >>> 1);
        this.feeds = new Feeds(
                new ChangeFeed(runtime.clock(), applier::applied),
                new LockFeed(runtime.clock(), applier::locks, applier::applied));
        this.ingress = new Ingress(
                loop, openBatch, settings.maxWaitingBytes(), runtime.random().nextLong() >>> 1, driver::propose);
        this.idleExpiry = new IdleExpiry(ingress, applier, time, runtime.clock().nanoTime());
        this.remoteClients = new RemoteClients(
                context.links(),
                allocator,
                ingress,
                reads,
                feeds,
                this::announcement,
                settings.client().maxEntryBytes());
        this.local = new LocalEndpoint(loop, ingress, reads, feeds, client);
    }

    /** The identity says so, too. */
    void recorded(Configuration configuration) {
        input(new RaftInput.ConfigurationRecorded(configuration));
    }

    void start() {
        DamagedLogException damage = disk.log().recovery().damage();
        if (damage != null) {
            meters.damaged(damage);
            context.event(HaEvent.Kind.DAMAGE, "log", String.valueOf(damage.getMessage()));
        }
        if (driver.raft().doubtful()) {
            LOG.warn("{}: {}", context.node().id(), Standing.DOUBT);
        }
        LOG.info(
                "{} begins at term {} with its log up to index {}, of which {} are known to be committed",
                context.node().id(),
                driver.raft().term(),
                driver.raft().lastIndex(),
                driver.raft().commitIndex());
        peers.start();
        peers.members(configuration().members());
        members.start();
        meters.configuration(configuration());
        remoteClients.start();
        snapshots.start();
        input(new RaftInput.Started());
        snapshots.started();
        Map<Address, String> others = new LinkedHashMap<>();
        for (Voter voter : configuration().voters()) {
            if (!voter.nodeId().equals(context.node().id())) {
                others.put(voter.address(), voter.nodeId());
            }
        }
        ingress.connected(local);
        client.start(others, local);
        roles.onlyWhile(() -> driver.raft().hearsLeader() && !driver.raft().isRemoved());
        roles.changed(applier.roles());
        standing.sayWhyNotReady(driver.raft(), applier.applied());
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

    private Configuration configuration() {
        return driver.raft().configuration();
    }

    /** Where that one is reached by now: by this node, or as the membership says; else where it joined. */
    private Address addressOf(Voter voter) {
        if (voter.id().equals(driver.raft().self())) {
            return context.node().advertisedAddress();
        }
        Address linked = peers.addressOf(voter);
        return linked == null ? members.addressOf(voter) : linked;
    }

    /** Whoever this node knows may be gone, and others in their places, who would have it if they knew of it. */
    private void seek() {
        long now = context.runtime().clock().nanoTime();
        Raft raft = driver.raft();
        if (raft.hearsLeader()) {
            ledNanos = now;
        }
        boolean member = raft.configuration().isMember(raft.self());
        boolean silent = now - ledNanos > Math.max(LOST_NANOS, 5 * settings.electionTimeoutNanos());
        boolean lost = !raft.hearsLeader() && !raft.isRemoved() && (!member || silent);
        peers.lost(lost);
        if (lost) {
            members.guides(peers::guide);
        }
        seeking.accept(lost);
    }

    /** That node may know who leads. */
    void guide(String nodeId, Address address) {
        peers.guide(nodeId, address);
    }

    private Announcement announcement() {
        return Standing.announcement(driver.raft(), members::addressOf);
    }

    /** To clients, and this node's own: who is master, and where the voters are. */
    private void announce() {
        remoteClients.announce();
        client.announced(announcement());
    }

    private void publish() {
        standing.publish(driver.raft(), applier.applied(), store.durableIndex());
    }

    private void publishSoon() {
        standing.publishSoon(driver.raft(), applier.applied(), store.durableIndex());
    }

    private void checkReady() {
        if (standing.checkReady(driver.raft(), applier.applied())) {
            publish();
        }
    }

    /** What this node is to the log, for all members to know. */
    private void tellMembers() {
        boolean removed = driver.raft().isRemoved();
        members.is(removed ? null : standing.status().role());
        members.isBehind(removed ? 0 : standing.behindNanos());
    }

    /** What the autopilot says, if this is the master; else null. Safe from any thread. */
    Explanation.@Nullable Finding autopilot() {
        return autopilot.finding();
    }

    /** The master of an announcement. */
    static Optional<RoleHolder> holder(@Nullable Announcement announced) {
        return announced == null
                ? Optional.empty()
                : Optional.of(new RoleHolder(announced.master(), new FencingToken(announced.term())));
    }

    LogStatus status() {
        return standing.status();
    }

    /** See {@link LinearizableReads#confirm}. On the loop. */
    void confirm(Freshness freshness, long slack, Responder asker) {
        reads.confirm(freshness, slack, asker);
    }

    @Nullable
    Situation situation() {
        return standing.situation();
    }

    private Map<String, String> troubles() {
        return peers.troubles();
    }

    private void compare(String node, long index, int subject, long hash) {
        stateHashes.hashed(node, index, subject, hash).ifPresent(difference -> {
            meters.stateDiffers();
            context.event(HaEvent.Kind.STATE_DIFFERS, node, "after index " + index);
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
        if (++housekeepings % DIRECTORY_EVERY == 0) {
            reader.execute(this::checkDirectory);
        }
        diskHealth.housekeeping();
        applier.housekeeping();
        reads.giveUpOldOnes();
        feeds.tick();
        seedComparison.tick();
        checkFitness();
        idleExpiry.tick(context.runtime().clock().nanoTime(), last);
        snapshots.housekeeping(driver.raft(), logParts.needed());
        standing.sayWhyNotReady(driver.raft(), applier.applied());
        checkReady();
        publish();
        meters.levelCommon(UpgradeReport.common(configuration(), driver.raft().levels()));
        tellMembers();
        seek();
        autopilot.tick();
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

    /** Files that are open go on working when they have been removed, and nothing of what is written to them stays. */
    private void checkDirectory() {
        Path directory = settings.directory();
        boolean there;
        try {
            there = IdentityFile.isThere(context.runtime().storage(), directory);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        if (there) {
            diskHealth.lookAtSpace(meters.snapshotBytes());
        } else {
            context.fail(new IOException("directory " + directory + " of node "
                    + context.node().id()
                    + " was removed or emptied while the node was running; what it wrote is lost. Start"
                    + " it again: it then has the log from the others, under a new disk id"));
        }
    }

    private void mark() {
        try {
            store.mark(driver.raft().commitIndex());
        } catch (IOException e) {
            context.fail(e);
        }
    }

    Raft raft() {
        return driver.raft();
    }

    /** Who stands for master here; its fitness counts from now on. */
    void candidacy(MasterCandidacy stands) {
        candidacy = stands;
        checkFitness();
        if (grantedTerm == driver.raft().term() && driver.raft().role() == RaftRole.LEADER) {
            stands.granted(new FencingToken(grantedTerm), grantedUntilNanos); // it came before
        }
    }

    private void checkFitness() {
        MasterCandidacy stands = candidacy;
        Health health = seedComparison.isOpen() ? Health.DOWN : context.nodeHealth();
        Fitness now = stands == null ? MasterCandidacy.withoutStanding(health) : stands.fitness(health);
        if (!now.equals(fitness)) {
            fitness = now;
            input(new RaftInput.FitnessChanged(now));
        }
    }

    /** Gives way to another node, in good order: nobody acts as master here any more. */
    void transfer(String to) {
        if (!stopped && driver.raft().role() == RaftRole.LEADER) {
            LOG.info("{} gives mastership to {}", context.node().id(), to.isEmpty() ? "whoever suits best" : to);
            ingress.giveWay();
            input(new RaftInput.Transfer(to));
        }
    }

    /** As {@link #transfer}, when the callbacks of mastership, if there are any, have ended. */
    private void giveWay(String reason) {
        if (candidacy == null) {
            transfer("");
        } else {
            candidacy.handOverWanted("", reason);
        }
    }

    boolean isMaster() {
        return !stopped && driver.raft().role() == RaftRole.LEADER;
    }

    /** How far an upgrade has come. On the loop. */
    Map<String, Object> upgrade() {
        return isMaster()
                ? UpgradeReport.of(driver.raft())
                : UpgradeReport.unknown(Objects.requireNonNull(standing.situation(), "published at the start"));
    }

    /** Where the master is asked for other voters. */
    VoterDesk voters() {
        return voters;
    }

    /** Gives way first, if it is the master and another node can follow it at once. */
    void stop(Runnable done) {
        boolean successor = driver.raft().configuration().voters().stream()
                .anyMatch(voter -> driver.raft().hasCaughtUp(voter.id()));
        if (successor) {
            transfer("");
            awaitSuccessor(loop, context.runtime().clock().nanoTime() + settings.electionTimeoutNanos(), done);
        } else {
            stopNow(done);
        }
    }

    private void awaitSuccessor(EventLoop on, long deadlineNanos, Runnable done) {
        boolean followed = driver.raft().role() == RaftRole.FOLLOWER
                && !driver.raft().leader().isEmpty();
        if (stopped || followed || context.runtime().clock().nanoTime() - deadlineNanos >= 0) {
            stopNow(done);
        } else {
            on.schedule(SUCCESSOR_NANOS, () -> awaitSuccessor(on, deadlineNanos, done));
        }
    }

    /**
     * The cluster and the epoch of its terms: both are new after a restore, and after a recovery from a lost quorum, and all terms of a cluster are of one
     * epoch. Safe from any thread.
     */
    Optional<String> logId() {
        long term = status().term();
        return term == 0 ? Optional.empty() : Optional.of(logId(term));
    }

    private String logId(long term) {
        return clusterId + "." + new FencingToken(term).epoch();
    }

    /** Takes a cut of the state as it is now. */
    void cut(StateRequests.Request<StateCut> request) {
        long term = driver.raft().term();
        if (term == 0) {
            request.failed("it has heard of no term yet");
            return;
        }
        snapshots.cut(logId(term), request);
    }

    /** Tells the hashes of the state as it is now. */
    void mark(StateRequests.Request<StateMark> request) {
        long term = driver.raft().term();
        if (term == 0 || !applier.mayBeCaptured()) {
            request.failed("its state is not at the end of an entry now");
            return;
        }
        request.answer(applier.mark(logId(term)));
    }

    /** Reads what follows an entry of the log. */
    void logAfter(long index, int maxBytes, StateRequests.Request<LogPart> request) {
        long base = driver.raft().log().base().index();
        logParts.read(
                logId(driver.raft().term()),
                index,
                base,
                Math.min(driver.raft().commitIndex(), store.durableIndex()),
                maxBytes,
                request);
    }

    private void stopNow(Runnable done) {
        members.stop();
        voters.stop();
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
        diskHealth.close();
    }

    private final class StoreEvents implements LogStore.Persisted {
        @Override
        public void upTo(long term, long index, boolean byForce) {
            persisted(term, index, byForce);
        }

        @Override
        public void stalled(IOException cause) {
            LOG.error(
                    "{} cannot write its log, so that it neither leads nor follows until it can; it tries every second",
                    context.node().id(),
                    cause);
            meters.stalled(true);
            standing.stalled(String.valueOf(cause.getMessage()));
            context.event(HaEvent.Kind.LOG_STALLED, "log", String.valueOf(cause.getMessage()));
            input(new RaftInput.StorageStalled(true));
        }

        @Override
        public void goesOn() {
            LOG.info("{} can write its log again", context.node().id());
            standing.goesOn();
            context.event(HaEvent.Kind.LOG_GOES_ON, "log", "");
            meters.stalled(false);
            input(new RaftInput.StorageStalled(false));
        }
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

        @Override
        public void sent(long bytes) {
            meters.sent(bytes);
        }

        @Override
        public void refused(String nodeId, Address address) {
            members.refused(nodeId, address);
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
                    leader.isEmpty() ? "no master is known" : "the master is " + Voter.nodeOf(leader));
            meters.roleChanged(role);
            if (!leader.equals(toldMaster)) {
                toldMaster = leader;
                context.event(HaEvent.Kind.MASTER, Voter.nodeOf(leader), "term " + term);
            }
            if (ingress.isMaster() != (role == RaftRole.LEADER)) {
                backlogBytes = driver.raft().bytesAfter(applier.applied());
                applier.masterChanged(role == RaftRole.LEADER);
                ingress.masterChanged(role == RaftRole.LEADER);
                ingress.waiting(ingress.isMaster() ? backlogBytes : 0);
            }
            if (role != RaftRole.LEADER && candidacy != null) {
                candidacy.lost(
                        leader.isEmpty()
                                ? "no majority is reached, or another node stands for a later term than " + term
                                : Voter.nodeOf(leader) + " is master in term " + term);
            }
            reads.masterChanged();
            announce();
            publish();
            tellMembers();
        }

        @Override
        public void masterGranted(long term, long untilNanos) {
            grantedTerm = term;
            grantedUntilNanos = untilNanos;
            if (candidacy != null) {
                candidacy.granted(new FencingToken(term), untilNanos);
            }
        }

        @Override
        public void masterExtended(long untilNanos) {
            grantedUntilNanos = untilNanos;
            if (candidacy != null) {
                candidacy.extended(untilNanos);
            }
        }

        @Override
        public void handOverWanted(String to, String reason) {
            if (candidacy != null) { // nobody acts as master here otherwise
                LOG.info(
                        "{} should hand mastership over to {}: {}",
                        context.node().id(),
                        to,
                        reason);
                candidacy.handOverWanted(to, reason);
            }
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
        public void reconfiguring(BatchMeta batch) {
            backlogBytes += batch.bytes();
            ingress.waiting(backlogBytes);
        }

        @Override
        public void configurationChanged(Configuration configuration) {
            LOG.info("{} in term {}: {}", context.node().id(), driver.raft().term(), Standing.describe(configuration));
            peers.members(configuration.members());
            members.lookAgain();
            autopilot.configurationChanged(configuration);
            meters.configurationChanged(configuration);
            context.event(HaEvent.Kind.VOTERS, "", Standing.describe(configuration));
            announce();
            publish();
            tellMembers();
        }

        @Override
        public void levelTooHigh(int level) {
            context.fail(FeatureLevel.tooHighFor(context.node().id(), level, settings.level()));
        }

        @Override
        public void seedRefuted(RaftEffect.SeedRefuted refuted) {
            context.fail(new IllegalStateException(
                    context.node().id() + " was seeded with the state at entry " + refuted.index() + " of epoch "
                            + new FencingToken(refuted.term()).epoch() + " and term " + refuted.term()
                            + ", and the entry of the master there is of term " + refuted.leaderTerm()
                            + ": the state is not one of this cluster's log. Empty " + settings.directory()
                            + ", start it without a seed, and find out where that backup comes from"));
        }

        @Override
        public void notTakenIn(Voter stranger, String reason) {
            if (refused.size() < MAX_REFUSED && refused.add(stranger.id() + reason)) {
                LOG.warn("{} does not take in {}: {}", context.node().id(), stranger, reason);
            }
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
            if (subject == StateHashes.ASKED) {
                seedComparison.answer(from);
            } else if (subject < StateHashes.ASKED) { // else of a later release
                seedComparison.told(from, index, (int) subject, hash);
                compare(Voter.nodeOf(from), index, (int) subject, hash);
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
            seedComparison.installed();
        }

        @Override
        public void doubtSettled() {
            mayHaveLost = false;
            meters.healed();
            context.event(HaEvent.Kind.HEALED, "log", "");
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
        public void configured(Configuration configuration) {
            if (!stopped && configuration.equals(configuration()) && !configuration.isJoint()) {
                Replica.this.configured.accept(configuration);
            }
        }

        @Override
        public void rolesChanged() {
            roles.changed(applier.roles());
        }

        @Override
        public void locksChanged(long generation) {
            feeds.locks().changed(generation);
        }

        @Override
        public void changed(MapChange change) {
            feeds.changes().changed(change);
        }

        @Override
        public void restored(long index) {
            snapshots.restored(index);
            seedComparison.applied(index);
            feeds.restored(index);
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
            seedComparison.applied(index);
            if (ingress.isMaster()) {
                backlogBytes -= bytes;
                ingress.waiting(backlogBytes);
            }
            reads.applied(index);
        }

        @Override
        public void answersComplete() {
            ingress.flush();
            feeds.applied();
            checkReady();
        }
    }
}
