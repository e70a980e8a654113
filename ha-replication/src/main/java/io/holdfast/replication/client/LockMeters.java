package io.holdfast.replication.client;

import io.holdfast.core.spi.FeatureContext;
import io.holdfast.core.spi.Measure;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** What this process's locks tell a meter registry; every name begins with {@code holdfast.lock.} and carries cluster and node. */
final class LockMeters {
    private static final Measure HELD = Measure.gauge(
            "holdfast.lock.held", "locks and semaphores that this process holds at the moment", "cluster", "node");
    private static final Measure WANTED = Measure.gauge(
            "holdfast.lock.wanted",
            "calls of this process that ask for one and have not been granted it yet",
            "cluster",
            "node");
    private static final Measure WAITS = Measure.timer(
            "holdfast.lock.wait", "from the call until the grant; its count is that of the grants", "cluster", "node");
    private static final Measure HOLDS =
            Measure.timer("holdfast.lock.hold", "from the grant until it was released or lost", "cluster", "node");
    private static final Measure LOST = Measure.counter(
            "holdfast.lock.lost",
            "grants that ended because the lease was not renewed in time, or the node stopped: each is a time at which"
                    + " only the token protected the resource",
            "cluster",
            "node");
    private static final Measure LEASES = Measure.counter(
            "holdfast.lock.leases",
            "times that this process began to use locks, or began again after its lease had ended",
            "cluster",
            "node");

    private final MeterRegistry registry;
    private final List<Meter> registered = new ArrayList<>();
    private final Timer waits;
    private final Timer holds;
    private final Counter lost;
    private final Counter leases;
    private volatile int held;
    private volatile int wanted;

    LockMeters(FeatureContext context) {
        registry = context.meters();
        Tags tags =
                Tags.of("cluster", context.clusterName(), "node", context.node().id());
        registered.add(HELD.newGauge(registry, tags, this, m -> m.held));
        registered.add(WANTED.newGauge(registry, tags, this, m -> m.wanted));
        waits = WAITS.newTimer(registry, tags);
        holds = HOLDS.newTimer(registry, tags);
        lost = LOST.newCounter(registry, tags);
        leases = LEASES.newCounter(registry, tags);
        registered.addAll(List.of(waits, holds, lost, leases));
    }

    void now(int heldNow, int wantedNow) {
        held = heldNow;
        wanted = wantedNow;
    }

    void enlisted() {
        leases.increment();
    }

    void granted(long waitedNanos) {
        waits.record(waitedNanos, TimeUnit.NANOSECONDS);
    }

    void ended(long heldNanos, boolean wasLost) {
        holds.record(heldNanos, TimeUnit.NANOSECONDS);
        if (wasLost) {
            lost.increment();
        }
    }

    void close() {
        registered.forEach(registry::remove);
    }
}
