package io.holdfast.replication.node;

import io.holdfast.core.HaEvent;
import io.holdfast.core.ReplicaRole;
import io.holdfast.core.spi.FeatureContext;
import io.holdfast.core.spi.Measure;
import io.holdfast.replication.LogStatus;
import io.holdfast.replication.log.Configuration;
import io.holdfast.replication.log.DamagedLogException;
import io.holdfast.replication.raft.RaftRole;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/** What the log tells a meter registry; every meter carries cluster and node. */
final class Meters {
    private static final Measure TERM = gaugeOf("log.term", "current term; each rise is an election");
    private static final Measure LAST = gaugeOf("log.index.last", "index of the last entry");
    private static final Measure COMMIT = gaugeOf("log.index.commit", "decided up to here");
    private static final Measure APPLIED = gaugeOf("log.index.applied", "applied up to here");
    private static final Measure DURABLE = gaugeOf("log.index.durable", "on this node's disk up to here");
    private static final Measure MASTER = gaugeOf("log.master", "1 on the master, 0 elsewhere");
    private static final Measure LAG = gaugeOf("log.lag.max", "on the master: entries that the slowest slave is behind")
            .in("entries");
    private static final Measure AT_RISK = gaugeOf(
                    "log.at.risk",
                    "on the master: entries that are not decided yet, which acknowledgement `MASTER` may lose")
            .in("entries");
    private static final Measure FORCES = counterOf("log.forces", "times that the log was forced to disk");
    private static final Measure SENT = counterOf(
                    "log.sent",
                    "what this node has sent to others of the log, and of snapshots to those who need what is not in the log any more")
            .in("bytes");
    private static final Measure STALLED = gaugeOf(
            "log.stalled", "1 while the log cannot be written: a full or read-only disk, too many open files; else 0");
    private static final Measure VOTERS = gaugeOf("log.voters", "who has a vote, as far as this node's log says");
    private static final Measure LEARNERS = gaugeOf(
            "log.learners", "who gets the log and has no vote: not 0 for long, if all is well and nobody stands by");
    private static final Measure LEVEL =
            gaugeOf("log.level", "feature level of the log, as far as this node's log says; it never falls");
    private static final Measure LEVEL_COMMON = gaugeOf(
            "log.level.common",
            "on the master: the highest level that all nodes support, 0 while one is not heard; 0 elsewhere. More than"
                    + " `holdfast.log.level`: an upgrade is not finished");
    private static final Measure RECONFIGURATIONS = counterOf(
            "log.configuration.changes",
            "times that the voters or learners changed, a change that was taken back included");
    private static final Measure CANDIDACIES = counterOf("log.candidacies", "times that this node asked for votes");
    private static final Measure MISSING_FROM = Measure.gauge(
            "holdfast.log.missing.from",
            "there only while something damaged has not been healed: the first index that is missing on this disk",
            "cluster",
            "node",
            "file",
            "offset");
    private static final Measure DIFFERENCES = counterOf(
            "state.differences", "times that another node's state was found to be another one: never, if all is well");
    private static final Measure SNAPSHOTS = counterOf("snapshot.taken", "snapshots that this node took");
    private static final Measure SNAPSHOT_FAILURES = counterOf(
            "snapshot.failures",
            "snapshots that could not be taken or fetched; the log is kept, and another attempt follows after a minute");
    private static final Measure INSTALLATIONS =
            counterOf("snapshot.installed", "times that the state was taken from the master's snapshot");
    private static final Measure SNAPSHOT_TIME = Measure.timer(
            "holdfast.snapshot.time", "from the beginning of a snapshot until it is on disk", "cluster", "node");
    private static final Measure SNAPSHOT_INDEX =
            gaugeOf("snapshot.index", "index of the last entry in the newest snapshot");
    private static final Measure SNAPSHOT_BYTES =
            gaugeOf("snapshot.bytes", "length of the newest snapshot").in("bytes");

    private static final Measure VOTER_CHANGES = Measure.counter(
            "holdfast.voters.changes",
            "answers of this node, as the master, to those who wanted other voters, or the log's level raised",
            "cluster",
            "node",
            "outcome");

    private static final Measure AUTOPILOT = Measure.counter(
            "holdfast.autopilot.actions",
            "changes of who votes that the autopilot of this node, as the master, has begun, or in a dry run would have",
            "cluster",
            "node",
            "outcome");

    private final FeatureContext context;
    private final MeterRegistry registry;
    private final Tags tags;
    private final Supplier<LogStatus> status;
    private final List<Meter> registered = new ArrayList<>();
    private final Counter differences;
    private final Counter snapshots;
    private final Counter snapshotFailures;
    private final Counter installations;
    private final Timer snapshotTime;
    private volatile long snapshotIndex;
    private volatile long snapshotBytes;
    private volatile int voters;
    private volatile int learners;
    private volatile int level;
    private volatile int levelCommon;
    private volatile boolean stalled;
    private final Counter reconfigurations;
    private @Nullable Gauge missingFrom;
    private final Counter forces;
    private final Counter sent;
    private final Counter elections;
    private final Map<AutopilotDriver.Outcome, Counter> autopilot = new EnumMap<>(AutopilotDriver.Outcome.class);
    private final Map<VoterAnswer.Outcome, Counter> voterChanges = new EnumMap<>(VoterAnswer.Outcome.class);

    private static Measure gaugeOf(String name, String description) {
        return Measure.gauge("holdfast." + name, description, "cluster", "node");
    }

    private static Measure counterOf(String name, String description) {
        return Measure.counter("holdfast." + name, description, "cluster", "node");
    }

    Meters(FeatureContext context, Supplier<LogStatus> status) {
        this.context = context;
        this.registry = context.meters();
        this.tags =
                Tags.of("cluster", context.clusterName(), "node", context.node().id());
        this.status = status;
        gauge(TERM, LogStatus::term);
        gauge(LAST, LogStatus::lastIndex);
        gauge(COMMIT, LogStatus::commitIndex);
        gauge(APPLIED, LogStatus::appliedIndex);
        gauge(DURABLE, LogStatus::durableIndex);
        gauge(MASTER, s -> s.role() == ReplicaRole.MASTER ? 1 : 0);
        gauge(
                LAG,
                s -> s.lastIndex()
                        - s.matches().values().stream()
                                .mapToLong(Long::longValue)
                                .min()
                                .orElse(s.lastIndex()));
        gauge(AT_RISK, s -> s.role() == ReplicaRole.MASTER ? s.lastIndex() - s.commitIndex() : 0);
        forces = counter(FORCES);
        sent = counter(SENT);
        differences = counter(DIFFERENCES);
        snapshots = counter(SNAPSHOTS);
        snapshotFailures = counter(SNAPSHOT_FAILURES);
        installations = counter(INSTALLATIONS);
        snapshotTime = SNAPSHOT_TIME.newTimer(registry, tags);
        registered.add(snapshotTime);
        gauge(SNAPSHOT_INDEX, s -> snapshotIndex);
        gauge(SNAPSHOT_BYTES, s -> snapshotBytes);
        gauge(STALLED, s -> stalled ? 1 : 0);
        gauge(VOTERS, s -> voters);
        gauge(LEARNERS, s -> learners);
        gauge(LEVEL, s -> level);
        gauge(LEVEL_COMMON, s -> levelCommon);
        reconfigurations = counter(RECONFIGURATIONS);
        elections = counter(CANDIDACIES);
        for (VoterAnswer.Outcome outcome : VoterAnswer.Outcome.values()) {
            Counter counter = VOTER_CHANGES.newCounter(registry, tags.and("outcome", outcome.name()));
            registered.add(counter);
            voterChanges.put(outcome, counter);
        }
        for (AutopilotDriver.Outcome outcome : AutopilotDriver.Outcome.values()) {
            Counter counter = AUTOPILOT.newCounter(registry, tags.and("outcome", outcome.name()));
            registered.add(counter);
            autopilot.put(outcome, counter);
        }
    }

    void autopilot(AutopilotDriver.Outcome outcome) {
        Counter counter = autopilot.get(outcome);
        if (counter != null) {
            counter.increment();
        }
    }

    void voterChange(VoterAnswer.Outcome outcome) {
        Counter counter = voterChanges.get(outcome);
        if (counter != null) {
            counter.increment();
        }
    }

    private void gauge(Measure measure, ToDoubleFunction<LogStatus> value) {
        registered.add(measure.newGauge(registry, tags, status, s -> value.applyAsDouble(s.get())));
    }

    private Counter counter(Measure measure) {
        Counter counter = measure.newCounter(registry, tags);
        registered.add(counter);
        return counter;
    }

    void forced() {
        forces.increment();
    }

    void sent(long bytes) {
        sent.increment((double) bytes);
    }

    void snapshotTaken(long index, long bytes, long nanos) {
        snapshots.increment();
        context.event(HaEvent.Kind.SNAPSHOT_TAKEN, "", "up to index " + index + ", " + bytes + " bytes");
        snapshotTime.record(nanos, TimeUnit.NANOSECONDS);
        snapshot(index, bytes);
    }

    /** The length of the newest one. */
    long snapshotBytes() {
        return snapshotBytes;
    }

    /** Which is the newest. */
    void snapshot(long index, long bytes) {
        snapshotIndex = index;
        snapshotBytes = bytes;
    }

    /** Part of the log is missing until it has been had again from others. */
    void damaged(DamagedLogException damage) {
        missingFrom = MISSING_FROM.newGauge(
                registry,
                tags.and("file", damage.file(), "offset", Long.toString(damage.offset())),
                damage,
                DamagedLogException::index);
    }

    /** Nothing is missing any more. */
    void healed() {
        if (missingFrom != null) {
            registry.remove(missingFrom);
            missingFrom = null;
        }
    }

    void configuration(Configuration now) {
        voters = now.voters().size();
        learners = now.learners().size() + now.standby().size();
        level = now.level();
    }

    /** What all nodes support, as the master knows. */
    void levelCommon(int common) {
        levelCommon = common;
    }

    void configurationChanged(Configuration now) {
        reconfigurations.increment();
        configuration(now);
    }

    void stalled(boolean now) {
        stalled = now;
    }

    void stateDiffers() {
        differences.increment();
    }

    void snapshotFailed() {
        snapshotFailures.increment();
    }

    void snapshotInstalled() {
        installations.increment();
        context.event(HaEvent.Kind.SNAPSHOT_INSTALLED, "", "");
    }

    void roleChanged(RaftRole role) {
        if (role == RaftRole.CANDIDATE) {
            elections.increment();
        }
    }

    void close() {
        healed();
        registered.forEach(registry::remove);
    }
}
