package io.holdfast.core.internal.seal;

import io.holdfast.core.spi.Measure;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/** What a node's port for datagrams counts. */
final class DatagramMeters {
    private static final Measure SENT =
            Measure.counter("holdfast.datagrams.sent", "datagrams given to the system", "cluster", "node");
    private static final Measure SENT_BYTES = Measure.counter(
                    "holdfast.datagrams.sent.bytes", "bytes in them, sealed", "cluster", "node")
            .in("bytes");
    private static final Measure RECEIVED =
            Measure.counter("holdfast.datagrams.received", "datagrams that came in and were opened", "cluster", "node");
    private static final Measure RECEIVED_BYTES = Measure.counter(
                    "holdfast.datagrams.received.bytes", "bytes in them, sealed", "cluster", "node")
            .in("bytes");
    private static final Measure DROPPED = Measure.counter(
            "holdfast.datagrams.dropped",
            "datagrams that were not sent, or not taken, by `reason`",
            "cluster",
            "node",
            "reason");

    private final MeterRegistry meters;
    private final Tags tags;
    private final Counter sent;
    private final Counter sentBytes;
    private final Counter received;
    private final Counter receivedBytes;
    private final Map<String, Counter> dropped = new ConcurrentHashMap<>();

    DatagramMeters(MeterRegistry meters, String cluster, String node) {
        this.meters = meters;
        this.tags = Tags.of("cluster", cluster, "node", node);
        this.sent = SENT.newCounter(meters, tags);
        this.sentBytes = SENT_BYTES.newCounter(meters, tags);
        this.received = RECEIVED.newCounter(meters, tags);
        this.receivedBytes = RECEIVED_BYTES.newCounter(meters, tags);
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
        dropped.computeIfAbsent(
                        reason.name().toLowerCase(Locale.ROOT),
                        name -> DROPPED.newCounter(meters, tags.and("reason", name)))
                .increment();
    }

    void close() {
        Stream.concat(Stream.of(sent, sentBytes, received, receivedBytes), dropped.values().stream())
                .forEach(meters::remove);
    }
}
