package io.holdfast.core.internal.link;

import io.holdfast.core.spi.Measure;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Counts links that did not come about, by reason: the names of {@link RejectCode} and of the transport's refusals. */
final class RefusalCounters {
    private static final Measure REFUSED = Measure.counter(
            "holdfast.connections.refused",
            "connections that became no link; `side` is the end that counts, `acceptor` or `dialler`",
            "cluster",
            "node",
            "side",
            "reason");

    private final MeterRegistry meters;
    private final String cluster;
    private final String node;
    private final Map<String, Counter> counters = new ConcurrentHashMap<>();

    /** Which end counts. */
    enum Side {
        /** This node was dialled. */
        ACCEPTOR,
        /** This node dialled. */
        DIALLER
    }

    RefusalCounters(MeterRegistry meters, String cluster, String node) {
        this.meters = meters;
        this.cluster = cluster;
        this.node = node;
    }

    void count(Side side, Enum<?> reason) {
        String name = reason.name().toLowerCase(Locale.ROOT);
        String end = side.name().toLowerCase(Locale.ROOT);
        counters.computeIfAbsent(
                        end + " " + name,
                        key -> REFUSED.newCounter(
                                meters, Tags.of("cluster", cluster, "node", node, "side", end, "reason", name)))
                .increment();
    }

    void close() {
        counters.values().forEach(meters::remove);
        counters.clear();
    }
}
