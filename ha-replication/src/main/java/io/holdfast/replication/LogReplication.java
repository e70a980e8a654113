package io.holdfast.replication;

import io.holdfast.core.Address;
import io.holdfast.core.HaCluster;
import io.holdfast.core.Node;
import io.holdfast.core.spi.FeatureContext;
import io.holdfast.core.spi.HaFeature;
import io.holdfast.core.spi.RunningFeature;
import io.holdfast.core.spi.SeedSource;
import io.holdfast.replication.client.LogClient;
import io.holdfast.replication.node.AutopilotSettings;
import io.holdfast.replication.node.ReplicationClient;
import io.holdfast.replication.node.ReplicationNode;
import io.holdfast.replication.node.ReplicationSettings;
import io.holdfast.replication.node.SnapshotSettings;
import io.holdfast.replication.settings.ReplicationOptions;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Master-slave replication of a log, with automatic failover: what a write that has returned promises is that it survives
 * the death of the master and of any minority of the nodes.
 *
 * <pre>{@code
 * LogReplication.inDirectory(Path.of("/var/lib/shop"))
 *         .bootstrap("node-1@10.0.0.1:7400", "node-2@10.0.0.2:7400", "node-3@10.0.0.3:7400")
 * }</pre>
 *
 * <p>Immutable: each method returns a changed copy. The protocol is Raft, after Ongaro's thesis (2014).
 */
public final class LogReplication implements HaFeature {
    static final int MAX_MAX_ENTRY_BYTES = ReplicationOptions.LONGEST_ENTRY_BYTES;
    /** A whole number of any file system's blocks. */
    private static final int SEGMENT_STEP = 64 << 10;

    private static final int MAX_IN_FLIGHT_BYTES = 12 << 20;

    /** Filled in while it is made, never changed afterwards. */
    private static final class Options {
        private @Nullable Path directory;
        private List<String> nodes = List.of();
        private List<String> seeds = List.of();
        private @Nullable StateMachine machine;
        private Duration heartbeat = ReplicationOptions.HEARTBEAT.orDefault();
        private Duration electionTimeout = ReplicationOptions.ELECTION_TIMEOUT.orDefault();
        private int segmentBytes = Math.toIntExact(ReplicationOptions.SEGMENT_BYTES.orDefault());
        private boolean forced = true;
        private boolean leaseReads;
        private Duration roleLease = ReplicationOptions.ROLE_LEASE.orDefault();
        private long snapshotBytes = ReplicationOptions.SNAPSHOT_BYTES.orDefault();
        private Duration snapshotAge = ReplicationOptions.SNAPSHOT_AGE.orDefault();
        private int maxEntryBytes = Math.toIntExact(ReplicationOptions.MAX_ENTRY_BYTES.orDefault());
        private int maxInFlight = ReplicationOptions.MAX_IN_FLIGHT.orDefault();
        private Duration timeout = ReplicationOptions.TIMEOUT.orDefault();
        private Acknowledgement acknowledgement = ReplicationOptions.ACKNOWLEDGED.orDefault();
        private Autopilot autopilot = ReplicationOptions.AUTOPILOT.orDefault();
        private Duration replaceAfter = ReplicationOptions.AUTOPILOT_REPLACE_AFTER.orDefault();
        private @Nullable Integer targetVoters;
        private int level = ReplicationSettings.LEVEL;
        private @Nullable SeedSource seed;

        Options with(Consumer<Options> change) {
            Options copy = new Options();
            copy.directory = directory;
            copy.nodes = nodes;
            copy.seeds = seeds;
            copy.machine = machine;
            copy.heartbeat = heartbeat;
            copy.electionTimeout = electionTimeout;
            copy.segmentBytes = segmentBytes;
            copy.forced = forced;
            copy.leaseReads = leaseReads;
            copy.roleLease = roleLease;
            copy.snapshotBytes = snapshotBytes;
            copy.snapshotAge = snapshotAge;
            copy.maxEntryBytes = maxEntryBytes;
            copy.maxInFlight = maxInFlight;
            copy.timeout = timeout;
            copy.acknowledgement = acknowledgement;
            copy.autopilot = autopilot;
            copy.replaceAfter = replaceAfter;
            copy.targetVoters = targetVoters;
            copy.level = level;
            copy.seed = seed;
            change.accept(copy);
            return copy;
        }
    }

    private final Options options;

    private LogReplication(Options options) {
        this.options = options;
    }

    /**
     * Replication on a node that stores the log.
     *
     * @param directory for the node's log, vote and identity; its own, on a disk that survives a restart
     */
    public static LogReplication inDirectory(Path directory) {
        return new LogReplication(new Options().with(o -> o.directory = directory));
    }

    /**
     * Use of the log by a process that does not store it; with {@link Node#client}.
     *
     * <p>With TLS, write {@code id@host:port}: a certificate of another node is then not taken there, nor anybody else's who
     * has come by one that is good for servers. An address without an id may lead to any node of the cluster, and to another
     * one each time, as a name for the whole service does.
     *
     * @param addresses of some of the nodes, {@code id@host:port} or {@code host:port} each; the others are learnt from them
     */
    public static LogReplication client(String... addresses) {
        return new LogReplication(new Options().with(o -> o.nodes = List.of(addresses)));
    }

    /**
     * The nodes that form the cluster, once: the first time, all of them must be reached and empty. From then on the list
     * decides nothing, whatever it says: a node that hears no master asks there for one. All nodes are given the same list.
     *
     * @param nodes {@code id@host:port} each, this node among them
     */
    public LogReplication bootstrap(String... nodes) {
        return with(o -> o.nodes = List.of(nodes));
    }

    /**
     * Instead of {@link #bootstrap}: this node joins a cluster that exists, and never forms one. It gets the log and has no vote
     * until it is given one, by {@link Voters#addVoter} or {@link Voters#replaceVoter}. Once it has joined, which is on its disk, the
     * addresses are asked only while it hears no master. It may be listed itself, and passes itself over.
     *
     * @param addresses of some of the cluster's nodes, {@code id@host:port} or {@code host:port} each, as for a {@link #client};
     *     the others are learnt from them
     */
    public LogReplication join(String... addresses) {
        return with(o -> o.seeds = List.of(addresses));
    }

    /**
     * Where this node has its state and log from, so that the master sends only what came after: such as {@code StateSeed} of
     * {@code ha-backup}. It is asked once, when a node with an empty directory has learnt which cluster it {@linkplain #join joins}, or comes
     * back to; never by who forms one. What it has is of use if it is of that cluster's log, and not older than what the master has dropped of
     * it; else the log says why, and all comes from the master. By default nowhere.
     */
    public LogReplication seededFrom(SeedSource source) {
        return with(o -> o.seed = source);
    }

    /**
     * Who votes in that node's cluster, and how that is changed.
     *
     * @throws IllegalStateException if it does not store a log, as a client, or was not started
     */
    public static Voters voters(HaCluster cluster) {
        return new Voters(cluster.feature(ReplicationNode.class));
    }

    /** Your own state, kept the same on every node; the same kind of machine is given to every node. */
    public LogReplication stateMachine(StateMachine machine) {
        return with(o -> o.machine = machine);
    }

    /**
     * How quickly a silent master is replaced. A dead one whose host refuses connections is replaced at once, whatever is
     * set here.
     *
     * @param heartbeat the master's interval between signs of life, 5 ms to 10 s; 100 ms by default
     * @param electionTimeout how long it may be silent, at least five heartbeats, up to 60 s; 1 s by default. A pause of a
     *     node that is shorter than this never causes an election.
     */
    public LogReplication timing(Duration heartbeat, Duration electionTimeout) {
        return with(o -> {
            o.heartbeat = heartbeat;
            o.electionTimeout = electionTimeout;
        });
    }

    private LogReplication with(Consumer<Options> change) {
        return new LogReplication(options.with(change));
    }

    /** The fast profile, for a quiet network and machines that are not overloaded: 15 ms and 150 ms. */
    public LogReplication fast() {
        return timing(Duration.ofMillis(15), Duration.ofMillis(150));
    }

    /**
     * Length of a file of the log, 64 KiB to 1 GiB, rounded up to whole 64 KiB; 64 MiB by default. The next one is
     * filled ahead.
     */
    public LogReplication segmentBytes(int bytes) {
        return with(o -> o.segmentBytes = bytes);
    }

    /**
     * Acknowledge a write when a majority has given it to the operating system, and not only when it is on their disks,
     * which follows about twice a second. It then survives the death of processes, not the loss of power of a majority.
     * A node that was not stopped in order takes part in elections again once it has caught up or heard every other
     * voter, since it cannot know what it lost. The same on all nodes. Votes are always forced.
     */
    public LogReplication unforced() {
        return with(o -> o.forced = false);
    }

    /**
     * Let the master answer linearizable reads by itself, without the round of heartbeats that otherwise shows that it still is
     * the master: it may for three fifths of the election time-out after one that a majority answered. Off by default. The
     * price: it rests on clocks whose rates differ by less than a quarter, and after a master's death its successor waits, before
     * it acknowledges anything, for what may be left of the lease and a quarter more. The same on all nodes; a node that is
     * started without it must not have run with it within the election time-out before.
     */
    public LogReplication leaseReads() {
        return with(o -> o.leaseReads = true);
    }

    /**
     * When this node takes a snapshot of its state. The log before it is then removed, but for a quarter of {@code
     * logBytes} and for what a slave still needs, as long as that is at most four times {@code logBytes}. Writes go on
     * meanwhile. A state machine of your own has to implement {@link StateMachine#snapshot}.
     *
     * @param logBytes of log since the last one at the latest, 64 KiB to 1 TiB; 256 MiB by default, and never less than the
     *     last one's own length. Up to a quarter earlier, by chance, so that not all nodes write theirs at once
     * @param logAge or this time since the last one, if anything was written, 1 s to 30 days; 1 h by default; up to a quarter
     *     earlier as well
     */
    public LogReplication snapshots(long logBytes, Duration logAge) {
        return with(o -> {
            o.snapshotBytes = logBytes;
            o.snapshotAge = logAge;
        });
    }

    /**
     * How long this node keeps its named roles without renewing them, which it does four times as often, 200 ms to 10 min; 3 s by
     * default. When it dies or is cut off, another node has them after this time, a quarter of it for clocks that differ, and the
     * role's {@code stopWithin}; when its process is started anew on the same directory, at once. So with what this node or client
     * holds of {@link FencedLock}s and {@link Semaphore}s, without the {@code stopWithin}.
     */
    public LogReplication roleLease(Duration length) {
        return with(o -> o.roleLease = length);
    }

    /** The longest single write, 1 KiB to 8 MiB; 4 MiB by default. The same on all nodes and clients. */
    public LogReplication maxEntryBytes(int bytes) {
        return with(o -> o.maxEntryBytes = bytes);
    }

    /** How many requests of this process may wait for an answer, 1 to 8192; 4096 by default. */
    public LogReplication maxInFlight(int requests) {
        return with(o -> o.maxInFlight = requests);
    }

    /** The deadline of calls that name none, 10 ms to 1 hour; 10 s by default. */
    public LogReplication timeout(Duration deadline) {
        return with(o -> o.timeout = deadline);
    }

    /**
     * When the writes of this process return that have no result, or whose result may be given up: {@link ReplicatedMap#put},
     * {@link ReplicatedMap#batch} and {@link ReplicatedMap#clear}, and all of {@link ReplicatedLog#submit}, which then answers with an empty array;
     * QUORUM by default. A map or log can be given another level; other writes always wait for a quorum.
     */
    public LogReplication acknowledged(Acknowledgement acknowledgement) {
        return with(o -> o.acknowledgement = acknowledgement);
    }

    /**
     * Whether the master changes by itself who votes; ON by default, and never without a membership such as {@code
     * GossipMembership}. It gives the vote of a dead voter to a learner that has {@linkplain #join joined} and has the log, one
     * at a time, and gives votes while there are fewer voters than {@link #autopilotVoters}. Who was stopped in good order is
     * not dead. Each change is in the log with its reason, an event {@code AUTOPILOT}, and in {@code explain()}. The same on all
     * nodes.
     */
    public LogReplication autopilot(Autopilot mode) {
        return with(o -> o.autopilot = mode);
    }

    /**
     * How long a voter has to be dead to the membership, and silent in replication, before the {@linkplain #autopilot autopilot}
     * replaces it, 10 s to 24 h; 5 min by default: longer than a machine takes to start anew. The time begins again when another
     * node becomes master.
     */
    public LogReplication autopilotReplaceAfter(Duration time) {
        return with(o -> o.replaceAfter = time);
    }

    /**
     * How many voters the {@linkplain #autopilot autopilot} wants, an odd number, 1 to 9. By default the log says it: as many as
     * {@link #bootstrap} listed, one more for each that people added, one fewer for each that they removed; or one less if that is
     * even. A node that leaves by itself changes nothing: a learner gets its vote. It takes nobody's vote if there are more. The
     * same on all nodes.
     */
    public LogReplication autopilotVoters(int voters) {
        return with(o -> o.targetVoters = voters);
    }

    /** As a release that supports the log up to that level: tests have older and later ones meet. */
    LogReplication supporting(int level) {
        return with(o -> o.level = level);
    }

    @Override
    public String name() {
        return "replication";
    }

    @Override
    public boolean isElectionEngine() {
        return options.directory != null;
    }

    @Override
    public void validate(Settings settings) {
        Node node = settings.node();
        Options o = options;
        if (node.isEphemeral()) {
            throw new IllegalArgumentException(
                    "node " + node.id() + " is ephemeral: it has no disk, and so no log; leave"
                            + " .ephemeral() out, or let the process use the log by Node.client(...) and LogReplication.client(...)");
        }
        ReplicationOptions.SEGMENT_BYTES.check((long) o.segmentBytes);
        ReplicationOptions.SNAPSHOT_BYTES.check(o.snapshotBytes);
        ReplicationOptions.SNAPSHOT_AGE.check(o.snapshotAge);
        ReplicationOptions.MAX_ENTRY_BYTES.check((long) o.maxEntryBytes);
        ReplicationOptions.MAX_IN_FLIGHT.check(o.maxInFlight);
        ReplicationOptions.ROLE_LEASE.check(o.roleLease);
        ReplicationOptions.AUTOPILOT_REPLACE_AFTER.check(o.replaceAfter);
        Integer target = o.targetVoters;
        if (target != null && ReplicationOptions.AUTOPILOT_VOTERS.check(target) % 2 == 0) {
            throw new IllegalArgumentException("autopilot.voters " + target
                    + " is even, and survives no more deaths than " + (target - 1) + "; write an odd number");
        }
        ReplicationOptions.TIMEOUT.check(o.timeout);
        ReplicationOptions.HEARTBEAT.check(o.heartbeat);
        ReplicationOptions.ELECTION_TIMEOUT.check(o.electionTimeout);
        if (o.electionTimeout.compareTo(o.heartbeat.multipliedBy(ReplicationOptions.HEARTBEATS_OF_A_TIMEOUT)) < 0) {
            throw new IllegalArgumentException(
                    "electionTimeout " + o.electionTimeout.toMillis() + " ms is less than five "
                            + "heartbeats of " + o.heartbeat.toMillis() + " ms; write for example timing(ofMillis("
                            + o.heartbeat.toMillis() + "), ofMillis(" + o.heartbeat.toMillis() * 10 + "))");
        }
        if (node.isClient() != (o.directory == null)) {
            throw new IllegalArgumentException(
                    node.isClient()
                            ? "client " + node.id()
                                    + " stores no log; write LogReplication.client(\"host:port\", ...), or holdfast.replication.client=host:port without a directory"
                            : "node " + node.id()
                                    + " needs a directory; write LogReplication.inDirectory(path), or holdfast.replication.directory=/var/lib/shop");
        }
        if (node.isClient()) {
            if (o.nodes.isEmpty()) {
                throw new IllegalArgumentException("name at least one node: LogReplication.client(\"10.0.0.1:7400\")");
            }
            addresses(o.nodes);
        } else {
            voters(settings);
        }
    }

    /** With the id of the node that is to be there, or empty. */
    private static Map<Address, String> addresses(List<String> texts) {
        Map<Address, String> addresses = new LinkedHashMap<>();
        for (String text : texts) {
            int at = text.indexOf('@');
            String id = at < 0 ? "" : Node.of(text.substring(0, at)).id();
            addresses.put(Address.parse(text.substring(at + 1)), id);
        }
        return addresses;
    }

    private Map<String, Address> voters(Settings settings) {
        Node node = settings.node();
        Map<String, Address> voters = new LinkedHashMap<>();
        if (!options.seeds.isEmpty()) {
            checkSeeds(settings);
            return voters;
        }
        if (options.nodes.isEmpty()) {
            if (!settings.standalone()) {
                throw new IllegalArgumentException(
                        "name the nodes that form the cluster: .bootstrap(\"" + node.id()
                                + "@" + node.advertisedAddress()
                                + "\", ...), or holdfast.replication.bootstrap; to join a cluster that exists"
                                + " .join(\"HOST:PORT\", ...), or holdfast.replication.join; for one node alone use HaCluster.singleNode()");
            }
            voters.put(node.id(), node.advertisedAddress());
            return voters;
        }
        for (String text : options.nodes) {
            int at = text.indexOf('@');
            if (at < 1) {
                throw new IllegalArgumentException(
                        "\"" + text + "\" does not name a node; write id@host:port, for example node-1@10.0.0.1:7400");
            }
            String id = Node.of(text.substring(0, at)).id();
            if (voters.put(id, Address.parse(text.substring(at + 1))) != null) {
                throw new IllegalArgumentException(id + " is listed twice in bootstrap");
            }
        }
        if (!voters.containsKey(node.id())) {
            throw new IllegalArgumentException("bootstrap lists " + voters.keySet() + " but not this node, " + node.id()
                    + "; list all nodes, this one among them");
        }
        if (voters.size() > 9) {
            throw new IllegalArgumentException("bootstrap lists " + voters.size() + " voters; use 3 or 5, at most 9");
        }
        if (settings.standalone() && voters.size() > 1) {
            throw new IllegalArgumentException("HaCluster.singleNode() is a cluster of one node; bootstrap lists "
                    + voters.keySet() + ". Use HaCluster.builder(name)");
        }
        return voters;
    }

    private void checkSeeds(Settings settings) {
        if (!options.nodes.isEmpty()) {
            throw new IllegalArgumentException(
                    "node " + settings.node().id() + " has both .bootstrap(...), which forms a"
                            + " cluster, and .join(...), which joins one that exists: leave one out");
        }
        if (settings.standalone()) {
            throw new IllegalArgumentException(
                    "HaCluster.singleNode() is a cluster of one node and joins none; use HaCluster.builder(name)");
        }
        addresses(options.seeds);
    }

    @Override
    public RunningFeature create(FeatureContext context) {
        Options o = options;
        LogClient.Limits limits =
                new LogClient.Limits(o.maxEntryBytes, o.maxInFlight, MAX_IN_FLIGHT_BYTES, o.timeout.toNanos());
        boolean storedByDefault = o.acknowledgement == Acknowledgement.MASTER;
        Path directory = o.directory;
        if (directory == null) {
            return new ReplicationClient(context, addresses(o.nodes), limits, o.roleLease.toNanos(), storedByDefault);
        }
        return new ReplicationNode(
                context,
                new ReplicationSettings(
                        directory,
                        voters(new Settings(context.clusterName(), context.node(), context.standalone(), false)),
                        addresses(o.seeds),
                        o.machine,
                        o.heartbeat.toNanos(),
                        o.electionTimeout.toNanos(),
                        o.leaseReads,
                        o.roleLease.toNanos(),
                        (o.segmentBytes + SEGMENT_STEP - 1) & -SEGMENT_STEP,
                        o.forced,
                        new SnapshotSettings(o.snapshotBytes, o.snapshotAge.toNanos()),
                        64L << 20,
                        limits,
                        storedByDefault,
                        new AutopilotSettings(
                                o.autopilot, o.replaceAfter.toNanos(), o.targetVoters == null ? 0 : o.targetVoters),
                        o.level,
                        o.seed));
    }
}
