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

/**
 * Hands what happens to the user's listener, one thing after the other and in order, where callbacks run. Under a flood the
 * oldest are dropped, and counted. Safe from any thread.
 */
final class Feed<E> {
    private static final Logger LOG = LoggerFactory.getLogger(Feed.class);
    /** How many may wait for a slow listener. */
    private static final int MOST = 1_024;

    private final String node;
    private final String name;
    private final Measure droppedMeasure;
    private final @Nullable Consumer<E> listener;
    private final ArrayDeque<E> waiting = new ArrayDeque<>();
    private @Nullable Executor callbacks;
    private @Nullable Counter dropped;
    private boolean draining;

    /**
     * @param name what it tells, for the log
     * @param dropped counts what was not told
     */
    Feed(String node, String name, Measure dropped, @Nullable Consumer<E> listener) {
        this.node = node;
        this.name = name;
        this.droppedMeasure = dropped;
        this.listener = listener;
    }

    /** False if nobody listens. */
    boolean isHeard() {
        return listener != null;
    }

    /** From now on they can be told; those before wait. */
    void begin(Executor where, String cluster, MeterRegistry meters) {
        Counter counter = droppedMeasure.newCounter(meters, Tags.of("cluster", cluster, "node", node));
        synchronized (this) {
            callbacks = where;
            dropped = counter;
        }
        drainSoon();
    }

    void tell(E event) {
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
            waiting.add(event);
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
        Consumer<E> told = listener;
        for (E next = next(); next != null && told != null; next = next()) {
            try {
                told.accept(next);
            } catch (Throwable e) { // the user's code; the next event may fare better
                LOG.error("{}: the listener of {} threw for {}", node, name, next, e);
            }
        }
    }

    private synchronized @Nullable E next() {
        E next = waiting.poll();
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
