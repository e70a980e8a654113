package io.holdfast.backup.remote;

import io.holdfast.core.spi.Measure;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/** What is measured of a directory that is offered, on the node that offers it. */
final class OfferMeters implements AutoCloseable {
    private static final Measure RECEIVED = Measure.counter(
                    "holdfast.backup.offer.received", "what other nodes have put into the directory", "cluster", "node")
            .in("bytes");
    private static final Measure SENT = Measure.counter(
                    "holdfast.backup.offer.sent", "what other nodes have read from the directory", "cluster", "node")
            .in("bytes");
    private static final Measure CALLS =
            Measure.gauge("holdfast.backup.offer.calls", "calls of other nodes that are under way", "cluster", "node");

    private final MeterRegistry registry;
    private final AtomicInteger open = new AtomicInteger();
    private final Counter received;
    private final Counter sent;
    private final Meter calls;

    OfferMeters(MeterRegistry registry, String cluster, String node) {
        Tags tags = Tags.of("cluster", cluster, "node", node);
        this.registry = registry;
        this.received = RECEIVED.newCounter(registry, tags);
        this.sent = SENT.newCounter(registry, tags);
        this.calls = CALLS.newGauge(registry, tags, open, AtomicInteger::get);
    }

    void received(int bytes) {
        received.increment(bytes);
    }

    void sent(int bytes) {
        sent.increment(bytes);
    }

    void began() {
        open.incrementAndGet();
    }

    void ended(int count) {
        open.addAndGet(-count);
    }

    @Override
    public void close() {
        List.of(received, sent, calls).forEach(registry::remove);
    }
}
