package io.holdfast.testkit;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * A storm over some nodes, drawn from the simulation's seed: faults of many kinds begin, overlap and end. A test lets it
 * blow while it watches that nothing forbidden happens, then calls {@link #stopAll()} and demands that everything works
 * again within a bound.
 *
 * <p>The schedule kills and crashes nodes itself; starting them is the test's, by {@link Cluster}.
 */
public final class FaultSchedule {
    private final Simulation simulation;
    private final List<String> nodes;
    private final FaultSettings settings;
    private final Cluster cluster;
    private final SplittableRandom random;
    private final Map<FaultKind, Integer> counts = new EnumMap<>(FaultKind.class);
    private final List<FaultKind> drawn = new ArrayList<>();
    private final LinkStorm links;
    private boolean active;
    private long endNanos;

    /** How the schedule has nodes started. */
    public interface Cluster {
        /** Starts a node that is down, with {@code simulation.node(nodeId).runtime()}. What it throws fails the test. */
        void start(String nodeId);

        /** A node's process has just died: whatever the test holds of it is void. */
        default void died(String nodeId) {}
    }

    /**
     * A storm that has not begun.
     *
     * @param nodes the ids of the nodes it may touch, at least one
     */
    public FaultSchedule(Simulation simulation, List<String> nodes, FaultSettings settings, Cluster cluster) {
        if (nodes.isEmpty()) {
            throw new IllegalArgumentException("there are no nodes to schedule faults for");
        }
        this.simulation = simulation;
        this.nodes = List.copyOf(nodes);
        this.settings = settings;
        this.cluster = cluster;
        this.random = simulation.streams().faults;
        this.links = new LinkStorm(simulation.network(), this.nodes, random);
    }

    /** Begins, for {@code duration}; then no new fault begins, but what lasts goes on until {@link #stopAll()}. */
    public void start(Duration duration) {
        active = true;
        endNanos = simulation.nowNanos() + Times.nanos(duration, "the duration");
        for (FaultKind kind : FaultKind.values()) { // in this order, whatever the set's is
            if (settings.kinds().contains(kind) && (!settings.swarm() || random.nextInt(3) > 0)) {
                drawn.add(kind);
            }
        }
        if (drawn.isEmpty()) {
            drawn.add(settings.kinds().stream().sorted().toList().get(0));
        }
        simulation.network().connectionsSurviveLoss(settings.gapSurvival());
        next();
    }

    private void next() {
        // An exponential gap, so that faults come in bursts; never nothing at all, nor very long.
        double gaps = Math.min(5, -Math.log(1 - random.nextDouble()));
        later((long) (settings.meanGap().toNanos() * gaps) + 1, () -> {
            if (simulation.nowNanos() < endNanos) {
                FaultKind kind = drawn.get(random.nextInt(drawn.size()));
                if (begin(kind)) {
                    counts.merge(kind, 1, Integer::sum);
                }
                next();
            }
        });
    }

    private void later(long nanos, Runnable task) {
        simulation.at(Duration.ofNanos(nanos), () -> {
            if (active) {
                task.run();
            }
        });
    }

    /**
     * Ends the storm: all links are good, all nodes run, clocks run evenly, and no fault begins any more. Wall clocks
     * stay where they have jumped to.
     */
    public void stopAll() {
        active = false;
        simulation.network().heal();
        for (String id : nodes) {
            SimulatedNode node = simulation.node(id);
            node.unpause();
            node.skewClock(1.0);
            node.stallWorkers(0, Duration.ZERO);
            node.storage().endStall();
            startIfDown(node);
        }
    }

    private void startIfDown(SimulatedNode node) {
        if (!node.running()) {
            cluster.start(node.id());
        }
    }

    /** How many faults of each kind have begun; kinds that never did are missing. */
    public Map<FaultKind, Integer> counts() {
        return Collections.unmodifiableMap(counts);
    }

    /** Which kinds this seed uses. */
    public List<FaultKind> kinds() {
        return List.copyOf(drawn);
    }

    /** Begins a fault, unless it is not possible at the moment. */
    private boolean begin(FaultKind kind) {
        SimulatedNode node = simulation.node(nodes.get(random.nextInt(nodes.size())));
        long length = 1_000_000 + random.nextLong(settings.maxLength().toNanos());
        return switch (kind) {
            case LOSS, DELAY, DUPLICATION, REORDERING, BANDWIDTH, ONE_WAY_CUT, PARTITION, REFUSAL -> {
                later(length, links.begin(kind));
                yield nodes.size() > 1;
            }
            case KILL, POWER_LOSS, TORN_WRITES -> takeDown(kind, node, length);
            case ALL_DOWN -> allDown(length);
            case PAUSE -> {
                boolean runs = node.running();
                node.pause(Duration.ofNanos(length));
                yield runs;
            }
            case WORKER_STALL -> {
                node.stallWorkers(0.05 + 0.5 * random.nextDouble(), Duration.ofNanos(length / 10));
                later(length, () -> node.stallWorkers(0, Duration.ZERO));
                yield true;
            }
            case DISK_STALL -> {
                node.storage().stall(Duration.ofNanos(length));
                yield true;
            }
            case CLOCK_JUMP -> {
                node.jumpWallClock(Duration.ofSeconds(random.nextLong(-86_400, 86_401)));
                yield true;
            }
            case CLOCK_DRIFT -> {
                node.skewClock(0.9 + 0.2 * random.nextDouble());
                later(length, () -> node.skewClock(1.0));
                yield true;
            }
        };
    }

    private boolean takeDown(FaultKind kind, SimulatedNode node, long length) {
        long down = nodes.stream().filter(id -> !simulation.node(id).running()).count();
        if (!node.running() || down >= settings.maxDown()) {
            return false;
        }
        switch (kind) {
            case KILL -> node.kill();
            case TORN_WRITES -> node.crash(CrashMode.MIXED);
            default -> node.crash(random.nextBoolean() ? CrashMode.ALL_LOST : CrashMode.ALL_KEPT);
        }
        diedFor(node, length);
        return true;
    }

    private void diedFor(SimulatedNode node, long length) {
        cluster.died(node.id());
        later(length, () -> startIfDown(node));
    }

    private boolean allDown(long length) {
        for (String id : nodes) {
            SimulatedNode node = simulation.node(id);
            if (node.running()) {
                switch (random.nextInt(4)) {
                    case 0 -> node.kill();
                    case 1 -> node.crash(CrashMode.ALL_LOST);
                    default -> node.crash(CrashMode.MIXED);
                }
                diedFor(node, 1 + random.nextLong(length));
            }
        }
        return true;
    }
}
