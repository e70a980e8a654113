package io.holdfast.verification.sim;

import io.holdfast.replication.LogStatus;
import io.holdfast.testkit.CrashMode;
import io.holdfast.testkit.SimulatedNode;
import io.holdfast.testkit.Simulation;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Goes for what a voter acknowledged and forgot: one of an unforced cluster by a loss of power, one of a forced cluster by a
 * bad disk. Fewer than half of the voters are cut off from the
 * master for a moment, so that what is decided then is on the others alone; one of those loses its power, and comes back to
 * the ones that were cut off. Together they are a majority, and must not elect one of themselves by what is left to them.
 */
final class ForgottenTail extends Ambush {
    private static final Duration LIMIT = Duration.ofSeconds(6);

    private boolean laid;

    ForgottenTail(Simulation simulation, SimulatedCluster cluster) {
        super(simulation, cluster);
    }

    @Override
    void changed(SimulatedNode machine, LogStatus status, boolean isMaster) {
        if (isMaster && !laid && !ended() && random.nextInt(4) > 0) {
            laid = true;
            lay(LIMIT);
            after(millis(100, 1_500), () -> cutSomeOff(machine));
        }
    }

    private void cutSomeOff(SimulatedNode master) {
        List<SimulatedNode> behind = new ArrayList<>(others(master));
        while (behind.size() > machines.size() / 2) {
            behind.remove(random.nextInt(behind.size()));
        }
        List<SimulatedNode> friends =
                others(master).stream().filter(each -> !behind.contains(each)).toList();
        SimulatedNode victim = friends.get(random.nextInt(friends.size()));
        for (SimulatedNode one : behind) {
            others(one).stream().filter(other -> !behind.contains(other)).forEach(other -> cut(one, other));
        }
        after(millis(20, 300), () -> {
            down(victim, CrashMode.ALL_LOST);
            damageNewest(victim);
            after(millis(1, 50), () -> startIfDown(victim));
            List<SimulatedNode> majority = new ArrayList<>(behind);
            majority.add(victim);
            onlyTogether(majority);
            after(millis(1_000, 4_000), this::lift);
        });
    }

    @Override
    void forget() {
        laid = false;
    }
}
