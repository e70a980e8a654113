package io.holdfast.testkit;

import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A storm over some nodes, drawn from the simulation's seed: which kinds of faults there are, how often, and each one's
 * course. It runs until {@link #end}, which mends everything and starts whoever is down, for the phase in which the
 * cluster must show that it lives.
 */
public final class FaultSchedule {
    private final Simulation simulation;
    private final List<SimulatedNode> nodes;
    private final Consumer<SimulatedNode> start;
    private final SplittableRandom random;
    private final List<FaultKind> kinds = new ArrayList<>();
    private final Map<FaultKind, Integer> counts = new EnumMap<>(FaultKind.class);
    private final long meanPauseMillis;
    private boolean ended;

    /**
     * Draws a storm.
     *
     * @param start starts a node that is down
     */
    public FaultSchedule(Simulation simulation, List<SimulatedNode> nodes, Consumer<SimulatedNode> start) {
        this.simulation = simulation;
        this.nodes = List.copyOf(nodes);
        this.start = start;
        this.random = simulation.newRandom();
        for (FaultKind kind : FaultKind.values()) {
            if (random.nextInt(100) < 45) {
                kinds.add(kind);
            }
        }
        this.meanPauseMillis = 100 + random.nextLong(1_500);
    }

    /** Begins. */
    public void begin() {
        next();
    }

    private void next() {
        long pause = 1 + (long) (-Math.log(1 - random.nextDouble()) * meanPauseMillis);
        simulation.after(Duration.ofMillis(Math.min(pause, 10_000)), () -> {
            if (!ended && !kinds.isEmpty()) {
                inflict(kinds.get(random.nextInt(kinds.size())));
                next();
            }
        });
    }

    /** How often each kind has been inflicted. */
    public Map<FaultKind, Integer> counts() {
        return new EnumMap<>(counts);
    }

    /** Mends everything: network, disks, clocks; and starts whoever is down. */
    public void end() {
        ended = true;
        simulation.network().heal();
        for (SimulatedNode node : nodes) {
            node.stallWorkers(0, Duration.ZERO);
            node.clock().drift(1);
            if (!node.isRunning()) {
                start.accept(node);
            }
        }
    }

    private SimulatedNode any() {
        return nodes.get(random.nextInt(nodes.size()));
    }

    private Duration upTo(long least, long most) {
        return Duration.ofMillis(least + random.nextLong(most - least));
    }

    private void forAWhile(Runnable undo) {
        simulation.after(upTo(50, 4_000), () -> {
            if (!ended) {
                undo.run();
            }
        });
    }

    private void inflict(FaultKind kind) {
        counts.merge(kind, 1, Integer::sum);
        SimulatedNetwork network = simulation.network();
        switch (kind) {
            case LOSS -> {
                network.loss(random.nextDouble() * 0.3);
                forAWhile(() -> network.loss(0));
            }
            case DELAY -> {
                network.delay(Duration.ofNanos(50_000), upTo(2, 400));
                forAWhile(() -> network.delay(Duration.ofNanos(50_000), Duration.ofNanos(500_000)));
            }
            case DUPLICATION -> {
                network.duplication(random.nextDouble() * 0.3);
                forAWhile(() -> network.duplication(0));
            }
            case REORDERING -> {
                network.reordering(random.nextDouble() * 0.5);
                forAWhile(() -> network.reordering(0));
            }
            case ONE_WAY_CUT -> {
                network.cut(any().name(), any().name());
                forAWhile(this::healCuts);
            }
            case PARTITION -> {
                List<String> some = new ArrayList<>();
                List<String> others = new ArrayList<>();
                for (SimulatedNode node : simulation.nodes()) {
                    (random.nextBoolean() ? some : others).add(node.name());
                }
                network.partition(some, others);
                forAWhile(this::healCuts);
            }
            case REFUSAL -> {
                network.refuse(any().name());
                forAWhile(this::healCuts);
            }
            case KILL -> down(any(), null);
            case POWER_LOSS -> down(any(), fate());
            case POWER_LOSS_OF_ALL -> {
                SimulatedDisk.Fate fate = fate();
                nodes.forEach(node -> down(node, fate));
            }
            case PAUSE -> any().pause(random.nextInt(3) == 0 ? upTo(1, 5_000) : upTo(1, 400));
            case STALL -> {
                SimulatedNode node = any();
                node.stallWorkers(random.nextDouble() * 0.5, upTo(1, 600));
                forAWhile(() -> node.stallWorkers(0, Duration.ZERO));
            }
            case CLOCK_DRIFT -> any().clock().drift(0.9 + random.nextDouble() * 0.2);
            case CLOCK_JUMP -> any().clock().jumpWall(Duration.ofMillis(random.nextLong(-86_400_000L, 86_400_000L)));
        }
    }

    private void healCuts() {
        simulation.network().healCuts();
    }

    private SimulatedDisk.Fate fate() {
        SimulatedDisk.Fate[] fates = SimulatedDisk.Fate.values();
        return fates[random.nextInt(fates.length)];
    }

    private void down(SimulatedNode node, SimulatedDisk.@Nullable Fate fate) {
        if (!node.isRunning()) {
            return;
        }
        if (fate == null) {
            node.kill();
        } else {
            node.losePower(fate);
        }
        simulation.after(upTo(10, random.nextInt(4) == 0 ? 10_000 : 1_500), () -> {
            if (!node.isRunning()) {
                start.accept(node);
            }
        });
    }
}
