package io.holdfast.verification.sim;

import io.holdfast.core.HaCluster;
import io.holdfast.testkit.LinkQuality;
import io.holdfast.testkit.SimulatedNetwork;
import io.holdfast.testkit.SimulatedNode;
import io.holdfast.testkit.Simulation;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Who could really have heard whom, and when: what the simulation knows, and no node. Looked at ten times a second. */
final class Contacts {
    static final long SAMPLE_NANOS = 100_000_000L;

    /** Between two processes that run undisturbed for so long, each has heard the other. */
    static final long SURELY_HEARD_NANOS = 6_000_000_000L;

    private static final class Pair {
        /** When something could have gone from the one to the other and back last. */
        long possibleNanos = Long.MIN_VALUE / 2;
        /** Since when nothing was wrong between them. */
        long goodSinceNanos = Long.MAX_VALUE;
        /** When they had surely heard each other last. */
        long heardNanos = Long.MIN_VALUE / 2;

        @Nullable
        HaCluster one;

        @Nullable
        HaCluster other;
    }

    private final Simulation simulation;
    private final SimulatedCluster cluster;
    private final Map<String, Pair> pairs = new HashMap<>();

    Contacts(Simulation simulation, SimulatedCluster cluster) {
        this.simulation = simulation;
        this.cluster = cluster;
    }

    void begin() {
        sample();
        simulation.at(Duration.ofNanos(SAMPLE_NANOS), this::begin);
    }

    private Pair pair(String one, String other) {
        return pairs.computeIfAbsent(
                one.compareTo(other) < 0 ? one + " " + other : other + " " + one, names -> new Pair());
    }

    private void sample() {
        for (SimulatedNode one : cluster.machines()) {
            for (SimulatedNode other : cluster.machines()) {
                if (one.id().compareTo(other.id()) < 0) {
                    sample(one, other, pair(one.id(), other.id()));
                }
            }
        }
    }

    private void sample(SimulatedNode one, SimulatedNode other, Pair pair) {
        long now = simulation.nowNanos();
        SimulatedNetwork network = simulation.network();
        boolean possible = one.running()
                && other.running()
                && !one.paused()
                && !other.paused()
                && !network.isCut(one.id(), other.id())
                && !network.isCut(other.id(), one.id());
        if (!possible) {
            pair.goodSinceNanos = Long.MAX_VALUE;
            return;
        }
        pair.possibleNanos = now;
        HaCluster first = cluster.process(one.id());
        HaCluster second = cluster.process(other.id());
        boolean good = first.equals(pair.one)
                && second.equals(pair.other)
                && isGood(network, one.id(), other.id())
                && isGood(network, other.id(), one.id());
        pair.one = first;
        pair.other = second;
        if (!good) {
            pair.goodSinceNanos = Long.MAX_VALUE;
        } else {
            pair.goodSinceNanos = Math.min(pair.goodSinceNanos, now);
            if (now - pair.goodSinceNanos >= SURELY_HEARD_NANOS) {
                pair.heardNanos = now - SURELY_HEARD_NANOS;
            }
        }
    }

    private static boolean isGood(SimulatedNetwork network, String from, String to) {
        return network.quality(from, to).equals(LinkQuality.good())
                && !network.blocksDatagrams(from, to)
                && !network.refusesDials(to);
    }

    /** For how long it may be at the most that the one has heard nothing of the other. */
    long silentNanosAtMost(String one, String other) {
        sample();
        return simulation.nowNanos() - pair(one, other).heardNanos;
    }

    /** What is between the two now, for a failure's report. */
    String describe(SimulatedNode one, SimulatedNode other) {
        SimulatedNetwork network = simulation.network();
        return one + ", " + other + ", there " + network.quality(one.id(), other.id())
                + (network.isCut(one.id(), other.id()) ? " cut" : "") + ", back "
                + network.quality(other.id(), one.id()) + (network.isCut(other.id(), one.id()) ? " cut" : "");
    }

    /** For how long the one has surely heard nothing of the other. */
    long silentNanosAtLeast(String one, String other) {
        sample();
        return Math.max(0, simulation.nowNanos() - pair(one, other).possibleNanos - SAMPLE_NANOS);
    }
}
