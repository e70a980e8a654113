package io.holdfast.core.internal.link;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Counts links that did not come about, by reason: the names of {@link RejectCode} and of the transport's refusals. */
final class RefusalCounters {
    private final MeterRegistry meters;
    private final String node;
    private final Map<String, Counter> counters = new ConcurrentHashMap<>();

    /** Which end counts. */
    enum Side {
        /** This node was dialled. */
        ACCEPTOR,
        /** This node dialled. */
        DIALLER
    }

    RefusalCounters(MeterRegistry meters, String node) {
        this.meters = meters;
        this.node = node;
    }

    void count(Side side, Enum<?> reason) {
        String name = reason.name().toLowerCase(Locale.ROOT);
        String end = side.name().toLowerCase(Locale.ROOT);
        counters.computeIfAbsent(end + " " + name, key -> Counter.builder("holdfast.connections.refused")
                        .description("Connections that became no link, by this end or the other")
                        .tag("node", node)
                        .tag("side", end)
                        .tag("reason", name)
                        .register(meters))
                .increment();
    }

    void close() {
        counters.values().forEach(meters::remove);
        counters.clear();
    }
}
