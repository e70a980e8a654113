package io.holdfast.core;

import io.holdfast.core.spi.Measure;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Tells the user's listener of {@link HaEvent}s. Safe from any thread. */
final class EventFeed {
    private static final Measure DROPPED = Measure.counter(
            "holdfast.events.dropped",
            "events that were not told because the listener was too slow",
            "cluster",
            "node");

    private final String node;
    private final Feed<HaEvent> feed;

    EventFeed(String node, @Nullable Consumer<HaEvent> listener) {
        this.node = node;
        this.feed = new Feed<>(node, "events", DROPPED, listener);
    }

    /** From now on they can be told; those before wait. */
    void begin(Executor where, String cluster, MeterRegistry meters) {
        feed.begin(where, cluster, meters);
    }

    void tell(HaEvent.Kind kind, String subject, String detail) {
        if (feed.isHeard()) {
            feed.tell(new HaEvent(kind, node, subject, detail));
        }
    }

    /** The meter goes. */
    void close(MeterRegistry meters) {
        feed.close(meters);
    }
}
