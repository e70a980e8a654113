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
    Verdict.@Nullable Ejected ejected;
    Verdict.@Nullable Spared spared;
    /** By a check of the caller's; its own word is the endpoint's. */
    private Health told = Health.UP;

    private boolean toldToDrain;
    private boolean down;
    private boolean draining;
    private long drainedAt;
    private boolean starting;
    private long startedAt;

    Entry(Endpoint endpoint) {
        this.target = new Target(endpoint, stats);
        this.down = endpoint.health() == Health.DOWN;
    }

    /** The same endpoint with other words: what is known of it stays. */
    void describe(Endpoint endpoint) {
        if (!target.endpoint().equals(endpoint)) {
            target = new Target(endpoint, stats);
        }
    }

    /** The worse of what it says itself and what is told of it. */
    Health health() {
        return target.endpoint().health().worse(told);
    }

    void tell(Health health) {
        told = health;
    }

    void tellToDrain(boolean is) {
        toldToDrain = is;
    }

    /**
     * Takes over what has been said and told of it since the last time. Who comes back starts slowly.
     *
     * @param drainNanos for how long sessions may stay
     */
    void settle(long now, long drainNanos) {
        boolean isDown = health() == Health.DOWN;
        boolean drains = toldToDrain || target.endpoint().draining();
        if (drains && !draining) {
            drainedAt = now + drainNanos;
        }
        if ((down && !isDown) || (draining && !drains)) {
            startSlowly(now);
        }
        down = isDown;
        draining = drains;
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

    boolean isDraining() {
        return draining;
    }

    /** Whether sessions that are bound to it may stay. */
    boolean keepsSessions(long now) {
        return ejected == null && !down && (!draining || now - drainedAt < 0);
    }

    Candidate candidate(long now, SlowStart slowStart) {
        Endpoint endpoint = target.endpoint();
        return new Candidate(
                endpoint.id(),
                endpoint.zone(),
                endpoint.weight(),
                priority,
                health(),
                ejected != null,
                draining,
                started(now, slowStart));
    }
}
