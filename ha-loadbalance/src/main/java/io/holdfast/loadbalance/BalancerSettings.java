package io.holdfast.loadbalance;

import java.time.Duration;
import java.util.function.ToIntFunction;

/**
 * How a balancer goes about it: an algorithm, and what is around it. docs/load-balancing.md says where the defaults come from.
 * Immutable: each method returns a changed copy, and checks it.
 *
 * @param algorithm how one is chosen among those that may be
 * @param outliers whom to take out for a while
 * @param panicPercent once less than that part of the weight is available, the others get what would be too much for it, 0 to
 *     100; at most 100 less {@link OutlierSettings#mostPercent()}
 * @param slowStart in how long a newcomer comes to its whole share, 0 to 1 h; 0 for at once
 * @param slowStartAggression 1 for linearly, more for faster at first, 0.1 to 10
 * @param degradedPercent how much of its weight an endpoint gets that is not well but works, 0 to 100
 * @param zone the caller's own; empty to take no notice of zones
 * @param spareFactor how much more than now an endpoint may be asked to take before requests go to another zone or the next
 *     priority, 1 to 10
 * @param mostInFlight requests of this balancer in flight at one endpoint, 1 to 1,000,000
 * @param mostInFlightInAll requests of this balancer in flight, 1 to 1,000,000,000; that for no bound
 * @param draining how long sessions may stay with an endpoint that drains, 0 to 24 h
 * @param priority of an endpoint, 0 the first; others are asked only for what the earlier ones cannot take
 */
public record BalancerSettings(
        Algorithm algorithm,
        OutlierSettings outliers,
        int panicPercent,
        Duration slowStart,
        double slowStartAggression,
        int degradedPercent,
        String zone,
        double spareFactor,
        int mostInFlight,
        int mostInFlightInAll,
        Duration draining,
        ToIntFunction<Endpoint> priority) {
    /** No bound on all requests in flight. */
    public static final int UNBOUNDED = 1_000_000_000;

    /** Checks the ranges. */
    public BalancerSettings {
        Ranges.check(panicPercent >= 0 && panicPercent <= 100, "panicPercent", panicPercent, "0 to 100");
        if (panicPercent > 100 - outliers.mostPercent()) {
            throw new IllegalArgumentException("panicPercent " + panicPercent + " is above what mostPercent "
                    + outliers.mostPercent() + " of the outliers may leave, so taking them out would let them in again;"
                    + " make it " + (100 - outliers.mostPercent()) + " or less");
        }
        Ranges.check(Ranges.within(slowStart, Duration.ZERO, Duration.ofHours(1)), "slowStart", slowStart, "0 to 1 h");
        Ranges.check(
                slowStartAggression >= 0.1 && slowStartAggression <= 10,
                "slowStartAggression",
                slowStartAggression,
                "0.1 to 10");
        Ranges.check(degradedPercent >= 0 && degradedPercent <= 100, "degradedPercent", degradedPercent, "0 to 100");
        Ranges.check(spareFactor >= 1 && spareFactor <= 10, "spareFactor", spareFactor, "1 to 10");
        Ranges.check(mostInFlight >= 1 && mostInFlight <= 1_000_000, "mostInFlight", mostInFlight, "1 to 1,000,000");
        Ranges.check(
                mostInFlightInAll >= 1 && mostInFlightInAll <= UNBOUNDED,
                "mostInFlightInAll",
                mostInFlightInAll,
                "1 to 1,000,000,000");
        Ranges.check(Ranges.within(draining, Duration.ZERO, Duration.ofHours(24)), "draining", draining, "0 to 24 h");
    }

    /** The defaults with an algorithm. */
    public static BalancerSettings of(Algorithm algorithm) {
        return new BalancerSettings(
                algorithm,
                OutlierSettings.usual(),
                50,
                Duration.ofSeconds(30),
                1,
                50,
                "",
                1.4,
                1_024,
                UNBOUNDED,
                Duration.ofSeconds(30),
                endpoint -> 0);
    }

    /** With another algorithm. */
    public BalancerSettings algorithm(Algorithm other) {
        return new BalancerSettings(
                other,
                outliers,
                panicPercent,
                slowStart,
                slowStartAggression,
                degradedPercent,
                zone,
                spareFactor,
                mostInFlight,
                mostInFlightInAll,
                draining,
                priority);
    }

    /** With others; where they may leave less than {@link #panicPercent()}, that is lowered to what they leave. */
    public BalancerSettings outliers(OutlierSettings others) {
        return new BalancerSettings(
                algorithm,
                others,
                Math.min(panicPercent, 100 - others.mostPercent()),
                slowStart,
                slowStartAggression,
                degradedPercent,
                zone,
                spareFactor,
                mostInFlight,
                mostInFlightInAll,
                draining,
                priority);
    }

    /** With another {@link #panicPercent()}; 0 for never. */
    public BalancerSettings panicPercent(int percent) {
        return new BalancerSettings(
                algorithm,
                outliers,
                percent,
                slowStart,
                slowStartAggression,
                degradedPercent,
                zone,
                spareFactor,
                mostInFlight,
                mostInFlightInAll,
                draining,
                priority);
    }

    /** With another {@link #slowStart()}; 0 for none. */
    public BalancerSettings slowStart(Duration length) {
        return slowStart(length, slowStartAggression);
    }

    /** With another {@link #slowStart()} and {@link #slowStartAggression()}. */
    public BalancerSettings slowStart(Duration length, double aggression) {
        return new BalancerSettings(
                algorithm,
                outliers,
                panicPercent,
                length,
                aggression,
                degradedPercent,
                zone,
                spareFactor,
                mostInFlight,
                mostInFlightInAll,
                draining,
                priority);
    }

    /** With another {@link #degradedPercent()}. */
    public BalancerSettings degradedPercent(int percent) {
        return new BalancerSettings(
                algorithm,
                outliers,
                panicPercent,
                slowStart,
                slowStartAggression,
                percent,
                zone,
                spareFactor,
                mostInFlight,
                mostInFlightInAll,
                draining,
                priority);
    }

    /** Requests stay in that zone, which is the caller's, as far as it has the capacity. */
    public BalancerSettings zone(String own) {
        return new BalancerSettings(
                algorithm,
                outliers,
                panicPercent,
                slowStart,
                slowStartAggression,
                degradedPercent,
                own,
                spareFactor,
                mostInFlight,
                mostInFlightInAll,
                draining,
                priority);
    }

    /** With another {@link #spareFactor()}. */
    public BalancerSettings spareFactor(double factor) {
        return new BalancerSettings(
                algorithm,
                outliers,
                panicPercent,
                slowStart,
                slowStartAggression,
                degradedPercent,
                zone,
                factor,
                mostInFlight,
                mostInFlightInAll,
                draining,
                priority);
    }

    /** With other bounds of requests in flight, at one endpoint and in all. */
    public BalancerSettings mostInFlight(int atOne, int inAll) {
        return new BalancerSettings(
                algorithm,
                outliers,
                panicPercent,
                slowStart,
                slowStartAggression,
                degradedPercent,
                zone,
                spareFactor,
                atOne,
                inAll,
                draining,
                priority);
    }

    /** With another {@link #draining()}. */
    public BalancerSettings draining(Duration length) {
        return new BalancerSettings(
                algorithm,
                outliers,
                panicPercent,
                slowStart,
                slowStartAggression,
                degradedPercent,
                zone,
                spareFactor,
                mostInFlight,
                mostInFlightInAll,
                length,
                priority);
    }

    /** With a {@link #priority()}, such as by a tag; called once for each endpoint in a change, and never by a pick. */
    public BalancerSettings priority(ToIntFunction<Endpoint> of) {
        return new BalancerSettings(
                algorithm,
                outliers,
                panicPercent,
                slowStart,
                slowStartAggression,
                degradedPercent,
                zone,
                spareFactor,
                mostInFlight,
                mostInFlightInAll,
                draining,
                of);
    }
}
