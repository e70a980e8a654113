package io.holdfast.core;

import io.holdfast.core.spi.Measure;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import java.util.ArrayDeque;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Hands events to the user's listener, one after the other and in order, where callbacks run. Safe from any thread. */
final class EventFeed {
    private static final Logger LOG = LoggerFactory.getLogger(EventFeed.class);
    private static final Measure DROPPED = Measure.counter(
            "holdfast.events.dropped",
            "events that were not told because the listener was too slow",
            "cluster",
            "node");
    /** How many may wait for a slow listener. */
    private static final int MOST = 1_024;

    private final String node;
    private final @Nullable Consumer<HaEvent> listener;
    private final ArrayDeque<HaEvent> waiting = new ArrayDeque<>();
    private @Nullable Executor callbacks;
    private @Nullable Counter dropped;
    private boolean draining;

    EventFeed(String node, @Nullable Consumer<HaEvent> listener) {
        this.node = node;
        this.listener = listener;
    }

    /** From now on they can be told; those before wait. */
    void begin(Executor where, String cluster, MeterRegistry meters) {
        Counter counter = DROPPED.newCounter(meters, Tags.of("cluster", cluster, "node", node));
        synchronized (this) {
            callbacks = where;
            dropped = counter;
        }
        drainSoon();
    }

    void tell(HaEvent.Kind kind, String subject, String detail) {
        if (listener == null) {
            return;
        }
        synchronized (this) {
            if (waiting.size() >= MOST) {
                waiting.remove();
                if (dropped != null) {
                    dropped.increment();
                }
            }
            waiting.add(new HaEvent(kind, node, subject, detail));
        }
        drainSoon();
    }

    private void drainSoon() {
        Executor where;
        synchronized (this) {
            where = callbacks;
            if (draining || where == null || waiting.isEmpty()) {
                return;
            }
            draining = true;
        }
        where.execute(this::drain);
    }

    private void drain() {
        Consumer<HaEvent> told = listener;
        for (HaEvent next = next(); next != null && told != null; next = next()) {
            try {
                told.accept(next);
            } catch (Throwable e) { // the user's code; the next event may fare better
                LOG.error("{}: the listener of events threw for {}", node, next, e);
            }
        }
    }

    private synchronized @Nullable HaEvent next() {
        HaEvent next = waiting.poll();
        draining = next != null;
        return next;
    }

    /** The meter goes. */
    synchronized void close(MeterRegistry meters) {
        if (dropped != null) {
            meters.remove(dropped);
        }
    }
}
