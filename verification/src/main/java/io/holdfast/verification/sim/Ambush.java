package io.holdfast.verification.sim;

import io.holdfast.replication.LogStatus;
import io.holdfast.testkit.CrashMode;
import io.holdfast.testkit.SimulatedNode;
import io.holdfast.testkit.Simulation;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Goes for a vote that is told before it is on disk. In a cluster of three, when one node begins to stand in a new term, a
 * second is cut off from it and so does not hear of that term; the third, as soon as it has, loses power before a slow disk
 * could have forced its vote; and if the first is elected all the same, it is cut off, too. Whoever remembers its vote
 * survives this without a second master in that term.
 */
final class Ambush {
    private static final Duration SPAN = Duration.ofSeconds(4);

    private final Simulation simulation;
    private final List<SimulatedNode> machines;
    private final Consumer<SimulatedNode> start;
    private final SplittableRandom random;
    private final boolean wanted;
    private @Nullable SimulatedNode candidate;
    private @Nullable SimulatedNode voter;
    private long term;
    private boolean voterStruck;
    private boolean ended;

    Ambush(Simulation simulation, List<SimulatedNode> machines, Consumer<SimulatedNode> start) {
        this.simulation = simulation;
        this.machines = machines;
        this.start = start;
        this.random = simulation.random("ambush");
        this.wanted = machines.size() == 3 && random.nextInt(3) == 0;
    }

    /** A node's term or role has changed. */
    void changed(SimulatedNode machine, LogStatus status, boolean isMaster) {
        if (!wanted || ended) {
            return;
        }
        if (candidate == null) {
            if (status.master().isEmpty() && status.term() > term && random.nextInt(3) == 0) {
                layFor(machine, status.term());
            }
        } else if (machine.equals(voter) && status.term() == term && !voterStruck) {
            voterStruck = true;
            simulation.at(Duration.ofNanos(random.nextLong(300_000L)), () -> strikeVoter(machine));
        } else if (machine.equals(candidate) && isMaster && status.term() == term && voter != null) {
            cut(machine, voter);
        }
    }

    private void layFor(SimulatedNode standing, long inTerm) {
        List<SimulatedNode> others = new ArrayList<>(machines);
        others.remove(standing);
        SimulatedNode deaf = others.remove(random.nextInt(2));
        candidate = standing;
        voter = others.get(0);
        term = inTerm;
        voterStruck = false;
        others.get(0).stallWorkers(1, Duration.ofMillis(3));
        cut(standing, deaf);
        simulation.at(SPAN, () -> {
            candidate = null;
            voter = null;
            others.get(0).stallWorkers(0, Duration.ZERO);
            for (SimulatedNode one : machines) {
                for (SimulatedNode other : machines) {
                    if (!one.equals(other)) {
                        simulation.network().mend(one.id(), other.id());
                    }
                }
            }
        });
    }

    private void strikeVoter(SimulatedNode machine) {
        if (!ended && machine.running()) {
            machine.crash(CrashMode.ALL_LOST);
            simulation.at(Duration.ofMillis(random.nextLong(1, 20)), () -> {
                if (!machine.running()) {
                    start.accept(machine);
                }
            });
        }
    }

    private void cut(SimulatedNode one, SimulatedNode other) {
        simulation.network().cut(one.id(), other.id());
        simulation.network().cut(other.id(), one.id());
    }

    void end() {
        ended = true;
    }
}
