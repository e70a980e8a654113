package io.holdfast.replication.node;

import io.holdfast.core.Address;
import io.holdfast.core.FencingToken;
import io.holdfast.core.ReplicaRole;
import io.holdfast.core.RoleHolder;
import io.holdfast.core.runtime.EventLoop;
import io.holdfast.core.runtime.NodeRuntime;
import io.holdfast.core.runtime.Worker;
import io.holdfast.core.spi.ElectionEngine;
import io.holdfast.core.spi.FeatureContext;
import io.holdfast.core.spi.Inspectable;
import io.holdfast.core.spi.LogPart;
import io.holdfast.core.spi.ReplicatedState;
import io.holdfast.core.spi.RunningFeature;
import io.holdfast.core.spi.StateContents;
import io.holdfast.core.spi.StateCut;
import io.holdfast.core.spi.StateMark;
import io.holdfast.core.spi.StateTrial;
import io.holdfast.replication.LogStatus;
import io.holdfast.replication.VoterChange;
import io.holdfast.replication.VoterList;
import io.holdfast.replication.bootstrap.FormationDriver;
import io.holdfast.replication.bootstrap.JoinDriver;
import io.holdfast.replication.client.LockAccess;
import io.holdfast.replication.client.LockClient;
import io.holdfast.replication.client.LogClient;
import io.holdfast.replication.log.Configuration;
import io.holdfast.replication.log.Identity;
import io.holdfast.replication.log.Identity.State;
import io.holdfast.replication.log.IdentityFile;
import io.holdfast.replication.raft.ShapeChange;
import io.holdfast.replication.session.Commands;
import io.holdfast.replication.session.LogAccess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A node that stores the log: its directory and identity, and, once the cluster is formed, its {@link Replica}. */
public final class ReplicationNode implements RunningFeature, LogAccess, LockAccess, ElectionEngine, ReplicatedState {
    private static final Logger LOG = LoggerFactory.getLogger(ReplicationNode.class);

    private final FeatureContext context;
    private final ReplicationSettings settings;
    private final NodeRuntime runtime;
    private final EventLoop loop;
    private final LogClient client;
    private final Levels levels;
    private final Commands commands;
    private final FeatureRecords records;
    private final Worker logWorker;
    private @Nullable AutoCloseable lock;
    private @Nullable Identity identity;
    private UUID diskId = new UUID(0, 0);
    private @Nullable FormationDriver formation;
    private @Nullable MasterCandidacy candidacy;
    private volatile @Nullable RoleElections roles;
    private volatile @Nullable Replica replica;
    private final Inspection inspection;
    private volatile @Nullable LockClient locks;
    private final DirectoryUse directoryUse;
    private final VoterCalls voterCalls;
    private final Confirmations confirmations;
    private final StateRequests requests;
    private final Preparation preparation;
    private @Nullable JoinDriver joining;

    /** Makes one; see {@link RunningFeature}. */
    public ReplicationNode(FeatureContext context, ReplicationSettings settings) {
        this.context = context;
        this.settings = settings;
        this.runtime = context.runtime();
        this.loop = runtime.loop();
        this.client = new LogClient(context, settings.client());
        this.commands = settings.storedByDefault() ? new StoredByDefault(client) : client;
        this.records = new FeatureRecords(client);
        this.levels = new Levels(context.node().id(), settings.level());
        this.logWorker = runtime.newWorker("log");
        this.voterCalls = new VoterCalls(context, () -> replica);
        this.confirmations = new Confirmations(context.runtime().loop());
        this.requests = new StateRequests(context, () -> replica);
        this.inspection = new Inspection(
                context.node().id(),
                settings.listed(),
                this::situation,
                () -> {
                    Replica running = replica;
                    return running == null ? null : running.autopilot();
                },
                voterCalls.commands(),
                context.runtime().clock()::nanoTime);
        this.directoryUse = new DirectoryUse(logWorker, this::unlock);
        this.preparation = new Preparation(context, settings);
        if (settings.listed().size() == 2) {
            LOG.warn(
                    "{} is one of two voters: the death of either stops all writes; a third one would not",
                    context.node().id());
        }
    }

    @Override
    public void open() throws Exception {
        Path directory = settings.directory();
        runtime.storage().createDirectories(directory);
        lock = runtime.storage().lock(directory);
        identity = IdentityFile.load(
                runtime.storage(),
                directory,
                context.clusterName(),
                context.node().id());
        diskId = identity == null
                ? new UUID(runtime.random().nextLong(), runtime.random().nextLong())
                : identity.diskId();
        LOG.info(
                "{} stores its log in {} ({}), disk {}",
                context.node().id(),
                directory,
                runtime.storage().fileSystemType(directory),
                diskId);
    }

    @Override
    public void start() {
        Identity known = identity;
        roles = new RoleElections(context, client, diskId, settings.roleLeaseNanos());
        locks = new LockClient(
                context,
                client,
                diskId,
                settings.roleLeaseNanos(),
                settings.client().defaultTimeoutNanos());
        context.links().identify(new UUID(0, 0), diskId);
        formation = new FormationDriver(
                context,
                settings.directory(),
                diskId,
                settings.level(),
                settings.listed(),
                known,
                directoryUse,
                preparation,
                this::begin);
        joining = new JoinDriver(
                context,
                settings.directory(),
                diskId,
                settings.level(),
                settings.seeds(),
                known,
                directoryUse,
                preparation,
                this::joined,
                this::guide);
        formation.start();
        joining.start();
        if (known != null && known.state() == State.FORMED) {
            begin(known);
        }
    }

    /** The cluster exists, and this node is to get its log. */
    private void joined(Identity formed) {
        if (formation != null) {
            formation.changed(formed);
        }
        begin(formed);
    }

    /** The cluster exists, and this node is part of it. */
    private void begin(Identity formed) {
        identity = formed;
        if (joining != null) {
            joining.changed(formed);
        }
        context.links().identify(formed.clusterId(), diskId);
        context.ready(false, "the log is being read");
        directoryUse.execute(() -> {
            Disk disk;
            try {
                disk = Disk.open(runtime, settings, formed);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            directoryUse.opened(disk::close);
            loop.execute(() -> {
                if (directoryUse.take()) {
                    Replica started = new Replica(
                            context,
                            settings,
                            formed,
                            disk,
                            logWorker,
                            client,
                            Objects.requireNonNull(roles),
                            levels,
                            this::configured,
                            this::seeking);
                    replica = started;
                    started.start();
                    if (candidacy != null) {
                        started.candidacy(candidacy);
                    }
                }
            });
        });
    }

    /** A node of the cluster is there, as a seed says. */
    private void guide(String nodeId, Address address) {
        Replica running = replica;
        if (running != null) {
            running.guide(nodeId, address);
        }
    }

    /** Whether no master is heard, perhaps because those whom this node knows are gone. Whoever it was once told of is asked. */
    private void seeking(boolean lost) {
        if (lost) {
            settings.listed().forEach(this::guide);
        }
        if (joining != null) {
            joining.seek(lost);
        }
    }

    /** Others vote now, for good: the next start and whoever comes later are told so. */
    private void configured(Configuration configuration) {
        Identity known = identity;
        if (known == null) {
            return;
        }
        Identity changed = known.with(configuration);
        identity = changed;
        directoryUse.execute(() -> {
            try {
                if (!changed.equals(known)) {
                    IdentityFile.save(runtime.storage(), settings.directory(), changed);
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            loop.execute(() -> {
                Replica running = replica;
                if (running != null) {
                    running.recorded(configuration);
                }
            });
        });
        if (formation != null) {
            formation.changed(changed);
        }
        if (joining != null) {
            joining.changed(changed);
        }
    }

    /** Which formats may be written here. */
    public Levels levels() {
        return levels;
    }

    /**
     * See {@code Voters}.
     *
     * @param added empty for nobody
     * @param removed empty for nobody
     */
    public CompletableFuture<VoterChange> changeVoters(
            String added, String removed, @Nullable Address address, Duration limit, boolean dryRun, String by) {
        return voterCalls.change(new ShapeChange(added, removed), address, limit, dryRun, by);
    }

    /** Raises the log's level, as {@code ha upgrade finish} does. It fails as a change of voters does. */
    public CompletableFuture<VoterChange> finishUpgrade(Duration limit, boolean dryRun, String by) {
        return voterCalls.change(ShapeChange.raise(), null, limit, dryRun, by);
    }

    /** See {@code Voters}. */
    public CompletableFuture<VoterList> listVoters() {
        return voterCalls.list();
    }

    @Override
    public CompletionStage<Void> leave(Duration limit) {
        return voterCalls.leave(limit);
    }

    @Override
    public long position() {
        return client.position();
    }

    @Override
    public Commands commands() {
        return commands;
    }

    @Override
    public LockClient locks() {
        LockClient known = locks;
        if (known == null) {
            throw new IllegalStateException(context.node().id() + " has not been started");
        }
        return known;
    }

    @Override
    public LogStatus status() {
        Replica running = replica;
        return running == null ? LogStatus.unknown(ReplicaRole.SLAVE) : running.status();
    }

    private @Nullable Situation situation() {
        Replica running = replica;
        return running == null ? null : running.situation();
    }

    @Override
    public Inspectable inspectable() {
        return inspection;
    }

    @Override
    public Candidacy campaign(Campaign campaign, Listener listener) {
        RoleElections named = roles;
        if (!campaign.role().equals(MASTER)) {
            if (named == null) {
                throw new IllegalStateException(context.node().id() + " has not been started");
            }
            return named.campaign(campaign, listener);
        }
        MasterCandidacy stands = new MasterCandidacy(
                context.node().id(),
                runtime.clock(),
                campaign,
                listener,
                () -> {
                    Replica running = replica;
                    return running == null ? null : running.raft();
                },
                to -> {
                    Replica running = replica;
                    if (running != null) {
                        running.transfer(to);
                    }
                });
        candidacy = stands;
        Replica running = replica;
        if (running != null) {
            running.candidacy(stands);
        }
        return stands;
    }

    @Override
    public Optional<RoleHolder> holder(String role) {
        RoleElections named = roles;
        if (!role.equals(MASTER)) {
            return named == null ? Optional.empty() : named.holder(role);
        }
        LogStatus now = status();
        return now.master().isEmpty()
                ? Optional.empty()
                : Optional.of(new RoleHolder(now.master(), new FencingToken(now.term())));
    }

    @Override
    public Optional<RoleHolder> announcedMaster() {
        return Replica.holder(client.announcedMaster());
    }

    @Override
    public void onMaster(Runnable listener) {
        client.onMaster(listener);
    }

    @Override
    public boolean isMaster() {
        return status().role() == ReplicaRole.MASTER;
    }

    @Override
    public CompletionStage<Void> confirm(Bound bound, Duration limit) {
        return confirmations.begin(new Confirmation(
                context, bound, limit, () -> replica, () -> isMaster() ? holder(MASTER) : Optional.empty()));
    }

    @Override
    public Optional<String> logId() {
        Replica running = replica;
        return running == null ? Optional.empty() : running.logId();
    }

    @Override
    public CompletionStage<StateCut> cut(Duration limit) {
        return requests.begin("cut of its state", limit, StateCut::close, Replica::cut);
    }

    @Override
    public StateContents contents() {
        return new StateReading(context.node().id());
    }

    @Override
    public CompletionStage<LogPart> logAfter(long index, int maxBytes, Duration limit) {
        if (index < 0 || maxBytes < 1) {
            throw new IllegalArgumentException(maxBytes + " bytes after index " + index);
        }
        return requests.begin(
                "part of its log", limit, late -> {}, (running, request) -> running.logAfter(index, maxBytes, request));
    }

    @Override
    public CompletionStage<StateMark> mark(Duration limit) {
        return requests.begin("mark of its state", limit, late -> {}, Replica::mark);
    }

    @Override
    public StateTrial trial(Path directory) {
        return new Trial(directory, new SplittableRandom(runtime.random().nextLong()));
    }

    @Override
    public CompletionStage<Optional<byte[]>> record(String name, Duration limit) {
        return records.read(name, limit);
    }

    @Override
    public CompletionStage<Boolean> replaceRecord(
            String name, Optional<byte[]> expected, byte[] value, Duration limit) {
        return records.replace(name, expected, value, limit);
    }

    @Override
    public CompletionStage<Void> moveVote(String from, String to, Duration limit, String by) {
        return changeVoters(to, from, null, limit, false, by).thenAccept(done -> {});
    }

    @Override
    public Optional<Path> scratch() {
        return Optional.of(settings.directory().resolve("scratch"));
    }

    @Override
    public Guarantees guarantees(String role) {
        if (!role.equals(MASTER)) {
            return new Guarantees(
                    Duration.ofNanos(settings.roleLeaseNanos()),
                    Duration.ofNanos(settings.roleLeaseNanos() / 4),
                    "Leases in the log, by the time that its masters have accumulated. Clocks whose rates differ by less than a"
                            + " quarter.");
        }
        long lease = settings.electionTimeoutNanos() * 3 / 5;
        return new Guarantees(
                Duration.ofNanos(lease),
                Duration.ofNanos(lease / 4),
                "The log's own elections: a majority of the voters has promised to elect nobody else unheard. Clocks whose rates"
                        + " differ by less than a quarter.");
    }

    @Override
    public void stop(Runnable stopped) {
        RoleElections named = roles;
        LockClient known = locks;
        if (named == null || known == null) {
            stopNow(stopped);
        } else {
            known.stop(() -> named.stop(() -> stopNow(stopped)));
        }
    }

    private void stopNow(Runnable stopped) {
        directoryUse.refuse();
        preparation.stop();
        voterCalls.stop();
        confirmations.stop();
        requests.stop();
        client.stop();
        if (formation != null) {
            formation.stop();
        }
        if (joining != null) {
            joining.stop();
        }
        Replica running = replica;
        if (running == null) {
            stopped.run();
        } else {
            running.stop(stopped);
        }
    }

    @Override
    public void close() {
        LockClient known = locks;
        if (known != null) {
            known.abandon();
        }
        client.abandon();
        voterCalls.stop();
        confirmations.close();
        requests.close();
        directoryUse.refuse();
        preparation.stop();
        logWorker.close();
        Replica running = replica;
        if (running != null) {
            running.close();
        }
        if (!directoryUse.release()) {
            LOG.warn(
                    "{} still reads its log; {} stays locked until that ends",
                    context.node().id(),
                    settings.directory());
        }
    }

    private void unlock() {
        AutoCloseable held = lock;
        lock = null;
        if (held != null) {
            try {
                held.close();
            } catch (Exception e) {
                LOG.warn("{} could not release the lock of {}", context.node().id(), settings.directory(), e);
            }
        }
    }
}
