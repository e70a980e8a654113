package io.holdfast.replication.node;

import io.holdfast.core.Health;
import io.holdfast.core.HealthReport.Finding;
import io.holdfast.core.runtime.Clock;
import io.holdfast.core.runtime.Storage.Space;
import io.holdfast.core.runtime.Worker;
import io.holdfast.core.spi.FeatureContext;
import io.holdfast.core.spi.Measure;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import java.io.IOException;

/** Tells how the log's disk is: {@code disk}, whether it is fast enough, and {@code disk-space}. Safe from any thread. */
final class DiskHealth {
    private static final Measure SLOW = Measure.counter(
            "holdfast.disk.slow",
            "times that the log waited a quarter of a second or more for its disk",
            "cluster",
            "node");
    private static final Measure FREE = Measure.gauge(
                    "holdfast.disk.free",
                    "free on the disk that the log is on; NaN where that is not known",
                    "cluster",
                    "node")
            .in("bytes");
    private static final String SPEED = "disk";
    private static final String SPACE = "disk-space";

    private final FeatureContext context;
    private final Clock clock;
    private final ReplicationSettings settings;
    private final SlowDisk speed = new SlowDisk(); // guarded by itself
    private final LowSpace low = new LowSpace(); // of the reader's thread
    private final TimedWorker logWorker;
    private final Counter slow;
    private final Gauge free;
    private volatile double freeBytes = Double.NaN;

    DiskHealth(FeatureContext context, ReplicationSettings settings, Worker logWorker) {
        this.context = context;
        this.clock = context.runtime().clock();
        this.settings = settings;
        this.logWorker = new TimedWorker(logWorker, clock, this::wasSlow);
        MeterRegistry meters = context.meters();
        Tags tags =
                Tags.of("cluster", context.clusterName(), "node", context.node().id());
        this.slow = SLOW.newCounter(meters, tags);
        this.free = FREE.newGauge(meters, tags, this, health -> health.freeBytes);
        context.health(SPEED, Health.UP, "");
        context.health(SPACE, Health.UP, "");
    }

    /** Where the log's work goes, so that its time is taken. */
    Worker logWorker() {
        return logWorker;
    }

    private void wasSlow(long nanos) {
        slow.increment();
        synchronized (speed) {
            speed.done(clock.nanoTime(), nanos);
        }
    }

    /** Twice a second. */
    void housekeeping() {
        long now = clock.nanoTime();
        Finding finding;
        synchronized (speed) {
            finding = speed.at(now, logWorker.runningNanos(now));
        }
        context.health(SPEED, finding.health(), finding.detail());
    }

    /** Looks; not on the loop. */
    void lookAtSpace(long snapshotBytes) {
        Space space;
        try {
            space = context.runtime().storage().space(settings.directory());
        } catch (IOException e) {
            return; // that the directory is gone is found out elsewhere
        }
        if (space.isKnown()) {
            freeBytes = space.freeBytes();
        }
        Finding finding = low.at(space, settings.segmentBytes(), snapshotBytes);
        context.health(SPACE, finding.health(), finding.detail());
    }

    void close() {
        context.meters().remove(slow);
        context.meters().remove(free);
    }
}
