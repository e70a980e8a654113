package io.holdfast.replication.node;

import io.holdfast.core.HaEvent;
import io.holdfast.core.ReplicaRole;
import io.holdfast.core.spi.FeatureContext;
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
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/** What the log tells a meter registry; every name begins with {@code holdfast.log.} and carries cluster and node. */
final class Meters {
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
    private volatile boolean stalled;
    private final Counter reconfigurations;
    private @Nullable Gauge missingFrom;
    private final Counter forces;
    private final Counter elections;

    Meters(FeatureContext context, Supplier<LogStatus> status) {
        this.context = context;
        this.registry = context.meters();
        this.tags =
                Tags.of("cluster", context.clusterName(), "node", context.node().id());
        this.status = status;
        gauge("holdfast.log.term", "current term", LogStatus::term);
        gauge("holdfast.log.index.last", "index of the last entry", LogStatus::lastIndex);
        gauge("holdfast.log.index.commit", "decided up to here", LogStatus::commitIndex);
        gauge("holdfast.log.index.applied", "applied up to here", LogStatus::appliedIndex);
        gauge("holdfast.log.index.durable", "on this node's disk up to here", LogStatus::durableIndex);
        gauge("holdfast.log.master", "1 on the master", s -> s.role() == ReplicaRole.MASTER ? 1 : 0);
        gauge(
                "holdfast.log.lag.max",
                "on the master: entries that the slowest slave is behind",
                s -> s.lastIndex()
                        - s.matches().values().stream()
                                .mapToLong(Long::longValue)
                                .min()
                                .orElse(s.lastIndex()));
        gauge(
                "holdfast.log.at.risk",
                "on the master: entries that are not decided, which acknowledgement MASTER may lose",
                s -> s.role() == ReplicaRole.MASTER ? s.lastIndex() - s.commitIndex() : 0);
        forces = counter("holdfast.log.forces", "times that the log was forced to disk");
        differences = counter("holdfast.state.differences", "times that another voter's state was another one");
        snapshots = counter("holdfast.snapshot.taken", "snapshots that this node took");
        snapshotFailures = counter("holdfast.snapshot.failures", "snapshots that could not be taken or fetched");
        installations =
                counter("holdfast.snapshot.installed", "times that the state was taken from the master's snapshot");
        snapshotTime = Timer.builder("holdfast.snapshot.time")
                .description("from the beginning of a snapshot until it is on disk")
                .tags(tags)
                .register(registry);
        registered.add(snapshotTime);
        gauge("holdfast.snapshot.index", "of the last entry in the newest snapshot", s -> snapshotIndex);
        gauge("holdfast.snapshot.bytes", "length of the newest snapshot", s -> snapshotBytes);
        gauge(
                "holdfast.log.stalled",
                "1 while the log cannot be written, for example on a full disk",
                s -> stalled ? 1 : 0);
        gauge("holdfast.log.voters", "who has a vote", s -> voters);
        gauge("holdfast.log.learners", "who gets the log and has no vote yet", s -> learners);
        reconfigurations = counter(
                "holdfast.log.configuration.changes",
                "times that the voters or learners changed, a change that was taken back included");
        elections = counter("holdfast.log.candidacies", "times that this node asked for votes");
    }

    private void gauge(String name, String description, ToDoubleFunction<LogStatus> value) {
        registered.add(Gauge.builder(name, status, s -> value.applyAsDouble(s.get()))
                .description(description)
                .tags(tags)
                .register(registry));
    }

    private Counter counter(String name, String description) {
        Counter counter =
                Counter.builder(name).description(description).tags(tags).register(registry);
        registered.add(counter);
        return counter;
    }

    void forced() {
        forces.increment();
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
        missingFrom = Gauge.builder("holdfast.log.missing.from", damage, DamagedLogException::index)
                .description("first index that was damaged on this disk, until it is healed")
                .tags(tags.and("file", damage.file(), "offset", Long.toString(damage.offset())))
                .register(registry);
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
        learners = now.learners().size();
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
