package io.holdfast.verification.sim;

import io.holdfast.replication.LogStatus;
import io.holdfast.testkit.CrashMode;
import io.holdfast.testkit.SimulatedNode;
import io.holdfast.testkit.Simulation;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * Strikes where it hurts: around elections. Whenever a node's role or term changes, it may take power, process or network
 * from that node or another one within moments, and gives them back soon. What a storm hits by chance once in a thousand
 * seeds, such as figure 8 of the Raft paper, this hits in a few.
 */
final class Adversary {
    private final Simulation simulation;
    private final SimulatedCluster cluster;
    private final SplittableRandom random;
    private final Map<String, Long> lastTerms = new HashMap<>();
    private final Map<String, Boolean> lastMasters = new HashMap<>();
    private final Ambush ambush;
    private final int strikePercent;
    private boolean ended;

    Adversary(Simulation simulation, SimulatedCluster cluster) {
        this.simulation = simulation;
        this.cluster = cluster;
        this.random = simulation.random("adversary");
        this.ambush = Ambush.drawn(simulation, cluster);
        this.strikePercent = cluster.forced() && random.nextBoolean() ? 0 : 10 + random.nextInt(40);
    }

    /** Looks at a node after each event. */
    void look(SimulatedNode machine, LogStatus status, boolean isMaster) {
        Long term = lastTerms.put(machine.id(), status.term());
        Boolean master = lastMasters.put(machine.id(), isMaster);
        boolean changed = term != null && master != null && (term != status.term() || master != isMaster);
        if (changed) {
            ambush.changed(machine, status, isMaster);
        }
        if (changed && !ended && random.nextInt(100) < strikePercent) {
            SimulatedNode victim = random.nextInt(3) > 0
                    ? machine
                    : cluster.machines().get(random.nextInt(cluster.machines().size()));
            long within = random.nextBoolean() ? 600_000L : 8_000_000L;
            simulation.at(Duration.ofNanos(random.nextLong(within)), () -> strike(victim));
        }
    }

    /** Somebody has just been told that a write is safe: sometimes all power goes at that very moment. */
    void acknowledged() {
        if (!ended && strikePercent > 0 && random.nextInt(400) == 0) {
            for (SimulatedNode machine : cluster.machines()) {
                simulation.at(Duration.ofNanos(random.nextLong(100_000L)), () -> {
                    if (!ended && machine.running()) {
                        downAndUp(machine, CrashMode.ALL_LOST);
                    }
                });
            }
        }
    }

    private void strike(SimulatedNode victim) {
        if (ended || !victim.running()) {
            return;
        }
        switch (random.nextInt(5)) {
            case 0 -> downAndUp(victim, null);
            case 1, 2 -> downAndUp(victim, CrashMode.ALL_LOST);
            case 3 -> victim.pause(Duration.ofMillis(random.nextLong(1, 600)));
            default -> {
                for (SimulatedNode other : cluster.machines()) {
                    if (!other.equals(victim) && random.nextInt(3) > 0) {
                        cutForAWhile(victim.id(), other.id());
                    }
                }
            }
        }
    }

    private void cutForAWhile(String one, String other) {
        simulation.network().cut(one, other);
        simulation.network().cut(other, one);
        simulation.at(Duration.ofMillis(random.nextLong(5, 900)), () -> {
            simulation.network().mend(one, other);
            simulation.network().mend(other, one);
        });
    }

    private void downAndUp(SimulatedNode victim, @Nullable CrashMode mode) {
        if (mode == null) {
            victim.kill();
        } else {
            cluster.takePower(victim, mode);
        }
        simulation.at(
                Duration.ofNanos(random.nextLong(1_000_000L, random.nextBoolean() ? 8_000_000L : 800_000_000L)), () -> {
                    if (!victim.running()) {
                        cluster.start(victim);
                    }
                });
    }

    void end() {
        ended = true;
        ambush.end();
    }
}
