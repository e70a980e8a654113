package io.holdfast.verification.sim;

import io.holdfast.replication.LogStatus;
import io.holdfast.testkit.CrashMode;
import io.holdfast.testkit.SimulatedNode;
import io.holdfast.testkit.Simulation;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Figure 8 of the Raft paper (3.7 of the thesis), with five voters. The first master and one other have entries that nobody
 * else has. Of the other three a second master is elected, and cut off with nothing but the first entry of its own term. One
 * of the first two leads again and brings the old entries to a majority; and before an entry of its own term is there,
 * too, it dies, and with it the one that it brought them to. The second master returns, whose log ends in a later term than
 * those entries, and what it overwrites must not have been taken for decided.
 */
final class FigureEight extends Ambush {
    private static final Duration LIMIT = Duration.ofSeconds(12);

    private enum Stage {
        NONE,
        OLD_ENTRIES_SPREAD,
        SECOND_LEADS,
        OLD_ENTRIES_RETURN
    }

    private Stage stage = Stage.NONE;
    private long term;
    private final List<SimulatedNode> first = new ArrayList<>();
    private final List<SimulatedNode> others = new ArrayList<>();
    private @Nullable SimulatedNode second;

    FigureEight(Simulation simulation, SimulatedCluster cluster) {
        super(simulation, cluster);
    }

    @Override
    void changed(SimulatedNode machine, LogStatus status, boolean isMaster) {
        if (!isMaster || ended() || (stage != Stage.NONE && status.term() <= term)) {
            return;
        }
        switch (stage) {
            case NONE -> {
                if (random.nextInt(4) > 0) {
                    begin(machine, status.term());
                }
            }
            case OLD_ENTRIES_SPREAD -> {
                if (others.remove(machine)) {
                    secondLeads(machine, status.term());
                }
            }
            case SECOND_LEADS -> {
                if (first.remove(machine)) {
                    oldEntriesReturn(machine, first.remove(0));
                }
            }
            case OLD_ENTRIES_RETURN -> {}
        }
    }

    private void begin(SimulatedNode master, long inTerm) {
        forget();
        others.addAll(machines);
        others.remove(master);
        shuffle(others);
        first.add(master);
        first.add(others.remove(0));
        lay(LIMIT);
        after(millis(50, 500), () -> {
            if (stage == Stage.NONE) {
                stage = Stage.OLD_ENTRIES_SPREAD;
                term = inTerm;
                first.forEach(one -> others.forEach(other -> cut(one, other)));
            }
        });
    }

    private void shuffle(List<SimulatedNode> nodes) {
        for (int i = nodes.size(); i > 1; i--) {
            Collections.swap(nodes, i - 1, random.nextInt(i));
        }
    }

    private void secondLeads(SimulatedNode master, long inTerm) {
        stage = Stage.SECOND_LEADS;
        term = inTerm;
        second = master;
        isolate(master);
        List<SimulatedNode> three = List.of(first.get(0), first.get(1), others.get(0));
        SimulatedNode left = others.get(1);
        after(millis(5, 40), () -> {
            if (stage == Stage.SECOND_LEADS) { // the storm may have made one of the first two master meanwhile
                isolate(left);
                join(three);
            }
        });
    }

    /** The other one of the first two has the old entries on its disk, and that takes nothing more for some moments. */
    private void oldEntriesReturn(SimulatedNode master, SimulatedNode friend) {
        stage = Stage.OLD_ENTRIES_RETURN;
        friend.storage().stall(Duration.ofMillis(500));
        after(millis(1, 25), () -> {
            SimulatedNode receiver = others.get(0);
            for (SimulatedNode gone : List.of(master, receiver)) {
                down(gone, CrashMode.ALL_LOST);
                after(millis(1_500, 4_000), () -> startIfDown(gone));
            }
            down(friend, CrashMode.ALL_LOST);
            after(millis(1, 10), () -> startIfDown(friend));
            SimulatedNode returning = second;
            if (returning != null) {
                onlyTogether(List.of(returning, friend, others.get(1)));
            }
            after(millis(5_000, 6_000), this::lift);
        });
    }

    @Override
    void forget() {
        stage = Stage.NONE;
        first.clear();
        others.clear();
        second = null;
    }
}
