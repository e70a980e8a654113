package io.holdfast.testkit;

import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
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
    private LinkQuality quality = LinkQuality.good();
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
        this.random = simulation.random("faults");
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
        simulation.at(Duration.ofMillis(Math.min(pause, 10_000)), () -> {
            if (!ended && !kinds.isEmpty()) {
                inflict(kinds.get(random.nextInt(kinds.size())));
                simulation.network().setQuality(quality);
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
            node.skewClock(1);
            if (!node.running()) {
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
        simulation.at(upTo(50, 4_000), () -> {
            if (!ended) {
                undo.run();
                simulation.network().setQuality(quality);
            }
        });
    }

    private void inflict(FaultKind kind) {
        counts.merge(kind, 1, Integer::sum);
        SimulatedNetwork network = simulation.network();
        switch (kind) {
            case LOSS -> {
                quality = quality.withLoss(random.nextDouble() * 0.3);
                forAWhile(() -> quality = quality.withLoss(0));
            }
            case DELAY -> {
                quality = quality.withDelay(quality.minDelay(), upTo(2, 400));
                forAWhile(() -> quality =
                        quality.withDelay(quality.minDelay(), LinkQuality.good().maxDelay()));
            }
            case DUPLICATION -> {
                quality = quality.withDuplication(random.nextDouble() * 0.3);
                forAWhile(() -> quality = quality.withDuplication(0));
            }
            case REORDERING -> {
                quality = quality.withReordering(random.nextDouble() * 0.5);
                forAWhile(() -> quality = quality.withReordering(0));
            }
            case ONE_WAY_CUT -> {
                String from = any().id();
                String to = any().id();
                if (!from.equals(to)) {
                    network.cut(from, to);
                    forAWhile(() -> network.mend(from, to));
                }
            }
            case PARTITION -> {
                Set<String> some = new TreeSet<>();
                Set<String> others = new TreeSet<>();
                for (SimulatedNode node : simulation.nodes()) {
                    (random.nextBoolean() ? some : others).add(node.id());
                }
                network.partition(some, others);
                forAWhile(() -> mend(some, others));
            }
            case REFUSAL -> {
                String node = any().id();
                network.refuseDials(node, true);
                forAWhile(() -> network.refuseDials(node, false));
            }
            case KILL -> down(any(), null);
            case POWER_LOSS -> down(any(), fate());
            case POWER_LOSS_OF_ALL -> {
                CrashMode fate = fate();
                nodes.forEach(node -> down(node, fate));
            }
            case PAUSE -> any().pause(random.nextInt(3) == 0 ? upTo(1, 5_000) : upTo(1, 400));
            case STALL -> {
                SimulatedNode node = any();
                node.stallWorkers(random.nextDouble() * 0.5, upTo(1, 600));
                forAWhile(() -> node.stallWorkers(0, Duration.ZERO));
            }
            case CLOCK_DRIFT -> any().skewClock(0.9 + random.nextDouble() * 0.2);
            case CLOCK_JUMP -> any().jumpWallClock(Duration.ofMillis(random.nextLong(-86_400_000L, 86_400_000L)));
        }
    }

    private void mend(Set<String> some, Set<String> others) {
        for (String one : some) {
            for (String other : others) {
                simulation.network().mend(one, other);
                simulation.network().mend(other, one);
            }
        }
    }

    private CrashMode fate() {
        CrashMode[] fates = CrashMode.values();
        return fates[random.nextInt(fates.length)];
    }

    private void down(SimulatedNode node, @Nullable CrashMode fate) {
        if (!node.running()) {
            return;
        }
        if (fate == null) {
            node.kill();
        } else {
            node.crash(fate);
        }
        simulation.at(upTo(10, random.nextInt(4) == 0 ? 10_000 : 1_500), () -> {
            if (!node.running()) {
                start.accept(node);
            }
        });
    }
}
