package io.holdfast.testkit;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.Consumer;

/**
 * A storm over some nodes, drawn from the simulation's seed: faults of many kinds begin, overlap and end. A test lets it
 * blow while it watches that nothing forbidden happens, then calls {@link #end()} and demands that everything works
 * again within a bound. Processes and disks of the given nodes suffer; links between all nodes do, so that clients are
 * cut off too.
 */
public final class FaultSchedule {
    private static final long MAX_STALL_BEFORE_BLACKOUT_NANOS = 60_000_000;
    private static final long EARLY_NANOS = 300_000_000;

    private final Simulation simulation;
    private final List<SimulatedNode> nodes;
    private final FaultSettings settings;
    private final Consumer<SimulatedNode> start;
    private final SplittableRandom random;
    private final Map<FaultKind, Integer> counts = new EnumMap<>(FaultKind.class);
    private final List<FaultKind> kinds = new ArrayList<>();
    private final LinkStorm links;
    private final long meanGapNanos;
    private boolean active;

    /** A storm of {@link FaultSettings#everything()}. */
    public FaultSchedule(Simulation simulation, List<SimulatedNode> nodes, Consumer<SimulatedNode> start) {
        this(simulation, nodes, FaultSettings.everything(), start);
    }

    /**
     * Draws a storm, which has not begun.
     *
     * @param nodes whose processes, disks and clocks it may touch, at least one
     * @param start starts a node that is down, with its {@link SimulatedNode#runtime()}; what it throws fails the test
     */
    public FaultSchedule(
            Simulation simulation, List<SimulatedNode> nodes, FaultSettings settings, Consumer<SimulatedNode> start) {
        if (nodes.isEmpty()) {
            throw new IllegalArgumentException("there are no nodes to schedule faults for");
        }
        this.simulation = simulation;
        this.nodes = List.copyOf(nodes);
        this.settings = settings;
        this.start = start;
        this.random = simulation.streams().faults;
        this.links = new LinkStorm(simulation, random);
        for (FaultKind kind : FaultKind.values()) { // in this order, whatever the set's is
            if (settings.kinds().contains(kind) && (!settings.swarm() || random.nextInt(3) > 0)) {
                kinds.add(kind);
            }
        }
        if (kinds.isEmpty()) {
            kinds.add(settings.kinds().stream().sorted().toList().get(0));
        }
        double pace = settings.swarm() ? StrictMath.pow(4, 2 * random.nextDouble() - 1) : 1;
        this.meanGapNanos = (long) (settings.meanGap().toNanos() * pace);
    }

    /** Begins. It goes on until {@link #end()}. */
    public void begin() {
        active = true;
        simulation.network().connectionsSurviveLoss(settings.gapSurvival());
        next();
    }

    private void next() {
        // An exponential gap, so that faults come in bursts; never nothing at all, nor very long.
        double gaps = Math.min(5, -StrictMath.log(1 - random.nextDouble()));
        later((long) (meanGapNanos * gaps) + 1, () -> {
            FaultKind kind = kinds.get(random.nextInt(kinds.size()));
            if (inflict(kind)) {
                counts.merge(kind, 1, Integer::sum);
            }
            next();
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
     * stay where they have jumped to. Has its effect even if the storm never began.
     */
    public void end() {
        active = false;
        simulation.network().heal();
        for (SimulatedNode node : nodes) {
            node.unpause();
            node.skewClock(1.0);
            node.stallWorkers(0, Duration.ZERO);
            node.storage().endStall();
            startIfDown(node);
        }
    }

    private void startIfDown(SimulatedNode node) {
        if (!node.running()) {
            start.accept(node);
        }
    }

    /** How many faults of each kind have begun; kinds that never did are missing. */
    public Map<FaultKind, Integer> counts() {
        return Collections.unmodifiableMap(counts);
    }

    /** Which kinds this seed uses. */
    public List<FaultKind> kinds() {
        return List.copyOf(kinds);
    }

    /** Begins a fault, unless it is not possible at the moment. */
    private boolean inflict(FaultKind kind) {
        SimulatedNode node = nodes.get(random.nextInt(nodes.size()));
        long length = 1_000_000 + random.nextLong(settings.maxLength().toNanos());
        return switch (kind) {
            case LOSS,
                    DELAY,
                    DUPLICATION,
                    REORDERING,
                    BANDWIDTH,
                    ONE_WAY_CUT,
                    PARTITION,
                    REFUSAL,
                    DATAGRAMS_BLOCKED -> {
                later(length, links.begin(kind));
                yield simulation.nodes().size() > 1;
            }
            case KILL, POWER_LOSS, TORN_WRITES -> takeDown(kind, node, length);
            case ALL_DOWN -> random.nextBoolean() ? allDown(length) : blackout(length);
            case PAUSE -> {
                boolean runs = node.running();
                node.pause(Duration.ofNanos(length));
                yield runs;
            }
            case WORKER_STALL -> {
                stallWorkers(node, length);
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
        long down = nodes.stream().filter(each -> !each.running()).count();
        if (!node.running() || down >= settings.maxDown()) {
            return false;
        }
        switch (kind) {
            case KILL -> node.kill();
            case TORN_WRITES -> node.crash(CrashMode.MIXED);
            default -> node.crash(random.nextBoolean() ? CrashMode.ALL_LOST : CrashMode.ALL_KEPT);
        }
        later(length, () -> startIfDown(node));
        return true;
    }

    private boolean allDown(long length) {
        for (SimulatedNode node : nodes) {
            if (node.running()) {
                switch (random.nextInt(4)) {
                    case 0 -> node.kill();
                    case 1 -> node.crash(CrashMode.ALL_LOST);
                    default -> node.crash(CrashMode.MIXED);
                }
                later(1 + random.nextLong(length), () -> startIfDown(node));
            }
        }
        return true;
    }

    /** All a little, or one of them by much: then the others overtake it. */
    private void stallWorkers(SimulatedNode node, long length) {
        SimulatedRuntime process = node.current();
        List<String> names = process == null ? List.of() : process.workerNames();
        double probability = 0.05 + 0.5 * random.nextDouble();
        if (names.isEmpty() || random.nextBoolean()) {
            node.stallWorkers(probability, Duration.ofNanos(length / 10));
        } else {
            String name = names.get(random.nextInt(names.size()));
            node.stallWorkers(name, Math.min(1, 2 * probability), Duration.ofNanos(length / 2));
        }
    }

    /** The disks force nothing any more, then the power goes; some are back and at work before the others. */
    private boolean blackout(long length) {
        for (SimulatedNode node : nodes) {
            if (random.nextInt(4) > 0) {
                node.storage().stall(Duration.ofNanos(MAX_STALL_BEFORE_BLACKOUT_NANOS));
            }
        }
        later(random.nextLong(MAX_STALL_BEFORE_BLACKOUT_NANOS), () -> {
            CrashMode mode = random.nextBoolean() ? CrashMode.ALL_LOST : CrashMode.MIXED;
            for (SimulatedNode node : nodes) {
                boolean ran = node.running();
                node.crash(mode);
                node.storage().endStall();
                if (ran) {
                    boolean early = random.nextBoolean();
                    later(1 + random.nextLong(early ? EARLY_NANOS : EARLY_NANOS + length), () -> startIfDown(node));
                }
            }
        });
        return true;
    }
}
