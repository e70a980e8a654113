package io.holdfast.core.internal.seal;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/** What a node's port for datagrams counts. */
final class DatagramMeters {
    private final MeterRegistry meters;
    private final String node;
    private final Counter sent;
    private final Counter sentBytes;
    private final Counter received;
    private final Counter receivedBytes;
    private final Map<String, Counter> dropped = new ConcurrentHashMap<>();

    DatagramMeters(MeterRegistry meters, String node) {
        this.meters = meters;
        this.node = node;
        this.sent = counter("holdfast.datagrams.sent", "Datagrams given to the system", "datagrams");
        this.sentBytes = counter("holdfast.datagrams.sent.bytes", "Bytes in them, sealed", "bytes");
        this.received = counter("holdfast.datagrams.received", "Datagrams that came in and were opened", "datagrams");
        this.receivedBytes = counter("holdfast.datagrams.received.bytes", "Bytes in them, sealed", "bytes");
    }

    private Counter counter(String name, String description, String unit) {
        return Counter.builder(name)
                .description(description)
                .baseUnit(unit)
                .tag("node", node)
                .register(meters);
    }

    void sent(int bytes) {
        sent.increment();
        sentBytes.increment(bytes);
    }

    void received(int bytes) {
        received.increment();
        receivedBytes.increment(bytes);
    }

    void dropped(Enum<?> reason) {
        String name = reason.name().toLowerCase(Locale.ROOT);
        dropped.computeIfAbsent(name, key -> Counter.builder("holdfast.datagrams.dropped")
                        .description("Datagrams that this node did not send, or did not take, by reason")
                        .baseUnit("datagrams")
                        .tag("node", node)
                        .tag("reason", key)
                        .register(meters))
                .increment();
    }

    void close() {
        Stream.concat(Stream.of(sent, sentBytes, received, receivedBytes), dropped.values().stream())
                .forEach(meters::remove);
    }
}
