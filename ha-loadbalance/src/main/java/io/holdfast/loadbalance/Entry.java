package io.holdfast.loadbalance;

import io.holdfast.core.Health;
import io.holdfast.loadbalance.outlier.Verdict;
import io.holdfast.loadbalance.pick.EndpointStats;
import io.holdfast.loadbalance.pick.Slots;
import io.holdfast.loadbalance.route.Candidate;
import io.holdfast.loadbalance.route.SlowStart;
import org.jspecify.annotations.Nullable;

/** What is known of an endpoint while it is on the list. */
final class Entry {
    final EndpointStats stats = new EndpointStats();
    Target target;
    int priority;
    Health health = Health.UP;
    Verdict.@Nullable Ejected ejected;
    Verdict.@Nullable Spared spared;
    private boolean draining;
    private long drainedAt;
    private boolean starting;
    private long startedAt;

    Entry(Endpoint endpoint) {
        this.target = new Target(endpoint, stats);
    }

    /** The same endpoint with other words: what is known of it stays. */
    void describe(Endpoint endpoint) {
        if (!target.endpoint().equals(endpoint)) {
            target = new Target(endpoint, stats);
        }
    }

    void startSlowly(long now) {
        starting = true;
        startedAt = now;
    }

    int started(long now, SlowStart slowStart) {
        return starting ? slowStart.tenths(now - startedAt) : Slots.WHOLE;
    }

    boolean isStarting() {
        return starting;
    }

    /** Whether it has just come to its whole share. */
    void endSlowStart(long now, SlowStart slowStart) {
        if (starting && slowStart.tenths(now - startedAt) == Slots.WHOLE) {
            starting = false;
        }
    }

    void drain(boolean is, long now, long nanos) {
        if (is && !draining) {
            drainedAt = now + nanos;
        } else if (!is && draining) {
            startSlowly(now);
        }
        draining = is;
    }

    boolean isDraining() {
        return draining;
    }

    /** Whether sessions that are bound to it may stay. */
    boolean keepsSessions(long now) {
        return ejected == null && health != Health.DOWN && (!draining || now - drainedAt < 0);
    }

    Candidate candidate(long now, SlowStart slowStart) {
        Endpoint endpoint = target.endpoint();
        return new Candidate(
                endpoint.id(),
                endpoint.zone(),
                endpoint.weight(),
                priority,
                health,
                ejected != null,
                draining,
                started(now, slowStart));
    }
}
