package io.holdfast.replication.client;

import io.holdfast.core.spi.FeatureContext;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** What this process's locks tell a meter registry; every name begins with {@code holdfast.lock.} and carries cluster and node. */
final class LockMeters {
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
        registered.add(Gauge.builder("holdfast.lock.held", this, m -> m.held)
                .description("locks and semaphores that this process holds at the moment")
                .tags(tags)
                .register(registry));
        registered.add(Gauge.builder("holdfast.lock.wanted", this, m -> m.wanted)
                .description("calls of this process that ask for one and have not been granted it yet")
                .tags(tags)
                .register(registry));
        waits = Timer.builder("holdfast.lock.wait")
                .description("from the call until the grant")
                .tags(tags)
                .register(registry);
        holds = Timer.builder("holdfast.lock.hold")
                .description("from the grant until it was released or lost")
                .tags(tags)
                .register(registry);
        lost = Counter.builder("holdfast.lock.lost")
                .description("grants that ended because the lease was not renewed in time, or the node stopped")
                .tags(tags)
                .register(registry);
        leases = Counter.builder("holdfast.lock.leases")
                .description("times that this process began to use locks, or began again after its lease had ended")
                .tags(tags)
                .register(registry);
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
