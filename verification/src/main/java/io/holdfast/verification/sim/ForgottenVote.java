package io.holdfast.verification.sim;

import io.holdfast.replication.LogStatus;
import io.holdfast.testkit.CrashMode;
import io.holdfast.testkit.SimulatedNode;
import io.holdfast.testkit.Simulation;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Goes for a vote that is told before it is on disk. In a cluster of three, when one node begins to stand in a new term, a
 * second is cut off from it and so does not hear of that term; the third, as soon as it has, loses power before a slow disk
 * could have forced its vote; and if the first is elected all the same, it is cut off, too. Whoever remembers its vote
 * survives this without a second master in that term.
 */
final class ForgottenVote extends Ambush {
    private static final Duration SPAN = Duration.ofSeconds(4);

    private @Nullable SimulatedNode candidate;
    private @Nullable SimulatedNode voter;
    private long term;
    private boolean voterStruck;

    ForgottenVote(Simulation simulation, SimulatedCluster cluster) {
        super(simulation, cluster);
    }

    @Override
    void changed(SimulatedNode machine, LogStatus status, boolean isMaster) {
        if (ended()) {
            return;
        }
        if (candidate == null) {
            if (status.master().isEmpty() && status.term() > term && random.nextInt(3) == 0) {
                layFor(machine, status.term());
            }
        } else if (machine.equals(voter) && status.term() == term && !voterStruck) {
            voterStruck = true;
            after(random.nextLong(300_000L), () -> strikeVoter(machine));
        } else if (machine.equals(candidate) && isMaster && status.term() == term && voter != null) {
            cut(machine, voter);
        }
    }

    private void layFor(SimulatedNode standing, long inTerm) {
        List<SimulatedNode> others = new ArrayList<>(machines);
        others.remove(standing);
        SimulatedNode deaf = others.remove(random.nextInt(2));
        SimulatedNode other = others.get(0);
        candidate = standing;
        voter = other;
        term = inTerm;
        voterStruck = false;
        lay(SPAN);
        other.stallWorkers(1, Duration.ofMillis(3));
        cut(standing, deaf);
    }

    private void strikeVoter(SimulatedNode machine) {
        if (machine.running()) {
            down(machine, CrashMode.ALL_LOST);
            after(millis(1, 20), () -> startIfDown(machine));
        }
    }

    @Override
    void forget() {
        candidate = null;
        voter = null;
    }
}
