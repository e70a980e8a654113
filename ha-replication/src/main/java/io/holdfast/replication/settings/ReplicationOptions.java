package io.holdfast.replication.settings;

import io.holdfast.core.spi.Option;
import io.holdfast.replication.Acknowledgement;
import io.holdfast.replication.Autopilot;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** What can be set of replication. The same ranges and defaults hold for the methods of {@code LogReplication}. */
public final class ReplicationOptions {
    /** Heartbeats that fit into the shortest election time-out. */
    public static final int HEARTBEATS_OF_A_TIMEOUT = 5;

    /** No write may be longer, whatever is set. */
    public static final int LONGEST_ENTRY_BYTES = 8 << 20;

    public static final Option<Path> DIRECTORY = Option.path(
            "directory",
            "for the node's log, vote and identity; its own, on a disk that survives a restart; required, save for a client");
    public static final Option<List<String>> BOOTSTRAP = Option.list(
                    "bootstrap",
                    "id@host:port",
                    "the nodes that form the cluster, once, the same list on all; required, save for a client or a single node")
            .allowed("1 to 9 nodes, this one among them");
    public static final Option<List<String>> JOIN = Option.list(
                    "join",
                    "host:port",
                    "instead of bootstrap: some of the nodes of a cluster that exists, which this node joins without a vote")
            .allowed("at least one");
    public static final Option<List<String>> CLIENT = Option.list(
                    "client", "host:port", "of a client: some of the nodes; the others are learnt from them")
            .allowed("at least one");
    public static final Option<Duration> HEARTBEAT = Option.duration(
                    "heartbeat", "the master's interval between signs of life")
            .byDefault(Duration.ofMillis(100))
            .within(Duration.ofMillis(5), Duration.ofSeconds(10));
    public static final Option<Duration> ELECTION_TIMEOUT = Option.duration(
                    "electionTimeout",
                    "how long a master may be silent, at least " + HEARTBEATS_OF_A_TIMEOUT + " heartbeats")
            .byDefault(Duration.ofSeconds(1))
            .within(Duration.ofMillis(25), Duration.ofSeconds(60));
    public static final Option<Boolean> FAST = Option.flag(
            "fast", "the fast profile, for a quiet network and machines that are not overloaded: 15ms and 150ms");
    public static final Option<Boolean> UNFORCED = Option.flag(
            "unforced",
            "acknowledge before the disks have it ([what that means](contract.md#what-an-acknowledgement-means)); the same"
                    + " on all nodes");
    public static final Option<Boolean> LEASE_READS =
            Option.flag("leaseReads", "let the master answer linearizable reads by its lease; the same on all nodes");
    public static final Option<Acknowledgement> ACKNOWLEDGED = Option.choice(
                    "acknowledged", Acknowledgement.class, "when writes without a result return")
            .byDefault(Acknowledgement.QUORUM);
    public static final Option<Duration> TIMEOUT = Option.duration("timeout", "deadline of calls that name none")
            .byDefault(Duration.ofSeconds(10))
            .within(Duration.ofMillis(10), Duration.ofHours(1));
    public static final Option<Integer> MAX_IN_FLIGHT = Option.number(
                    "maxInFlight", "requests of this process that may wait for an answer")
            .byDefault(4_096)
            .within(1, 8_192);
    public static final Option<Long> MAX_ENTRY_BYTES = Option.bytes(
                    "maxEntryBytes", "longest single write; the same on all nodes and clients")
            .byDefault(4L << 20)
            .within(1L << 10, (long) LONGEST_ENTRY_BYTES);
    public static final Option<Long> SEGMENT_BYTES = Option.bytes(
                    "segmentBytes",
                    "length of a file of the log, rounded up to whole 64KiB; the next one is filled ahead unless forces are"
                            + " large")
            .byDefault(64L << 20)
            .within(64L << 10, 1L << 30);
    public static final Option<Long> SNAPSHOT_BYTES = Option.bytes(
                    "snapshots.logBytes",
                    "a snapshot after so much log, and at least as much as the last one is long; a quarter of it is kept"
                            + " before each, and up to four times as much for a slave that is behind")
            .byDefault(256L << 20)
            .within(64L << 10, 1L << 40);
    public static final Option<Duration> SNAPSHOT_AGE = Option.duration(
                    "snapshots.logAge", "or after this time, if anything was written")
            .byDefault(Duration.ofHours(1))
            .within(Duration.ofSeconds(1), Duration.ofDays(30));
    public static final Option<Duration> ROLE_LEASE = Option.duration(
                    "roleLease",
                    "how long this node keeps its named roles without renewing them, which it does four times as"
                            + " often")
            .byDefault(Duration.ofSeconds(3))
            .within(Duration.ofMillis(200), Duration.ofMinutes(10));

    public static final Option<Autopilot> AUTOPILOT = Option.choice(
                    "autopilot.mode",
                    Autopilot.class,
                    "whether the master replaces voters that are dead, and gives votes while there are too few; where there is a"
                            + " membership ([what it does](voters.md#the-autopilot)); the same on all nodes")
            .byDefault(Autopilot.ON);
    public static final Option<Duration> AUTOPILOT_REPLACE_AFTER = Option.duration(
                    "autopilot.replaceAfter",
                    "how long a voter has to be dead to the membership, and silent in replication, before a learner gets its vote")
            .byDefault(Duration.ofMinutes(5))
            .within(Duration.ofSeconds(10), Duration.ofHours(24));
    public static final Option<Integer> AUTOPILOT_VOTERS = Option.number(
                    "autopilot.voters",
                    "how many are to vote, an odd number; by default as many as people decided last, by bootstrap, ha voters add"
                            + " and remove, or one less if that is even; the same on all nodes")
            .within(1, 9);

    private ReplicationOptions() {}

    /** In the order in which they are shown. */
    static List<Option<?>> all() {
        return List.of(
                DIRECTORY,
                BOOTSTRAP,
                JOIN,
                CLIENT,
                HEARTBEAT,
                ELECTION_TIMEOUT,
                FAST,
                UNFORCED,
                LEASE_READS,
                ACKNOWLEDGED,
                TIMEOUT,
                MAX_IN_FLIGHT,
                MAX_ENTRY_BYTES,
                SEGMENT_BYTES,
                SNAPSHOT_BYTES,
                SNAPSHOT_AGE,
                ROLE_LEASE,
                AUTOPILOT,
                AUTOPILOT_REPLACE_AFTER,
                AUTOPILOT_VOTERS);
    }
}
