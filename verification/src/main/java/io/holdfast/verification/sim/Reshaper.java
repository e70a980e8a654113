package io.holdfast.verification.sim;

import io.holdfast.core.HaCluster;
import io.holdfast.replication.LogReplication;
import io.holdfast.replication.Voters;
import io.holdfast.testkit.SimulatedNode;
import io.holdfast.testkit.Simulation;
import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;

/**
 * Somebody who adds, removes and replaces voters, has nodes leave, and starts those again that left or were removed. Whatever
 * is refused is asked of any node, whether that makes sense or not: what the cluster would not survive is its own to refuse.
 */
final class Reshaper {
    private static final long LOOK_AGAIN_MILLIS = 1_000;

    private final Simulation simulation;
    private final SimulatedCluster cluster;
    private final SplittableRandom random;
    private boolean ended;
    private int changes;
    private int left;

    Reshaper(Simulation simulation, SimulatedCluster cluster) {
        this.simulation = simulation;
        this.cluster = cluster;
        this.random = simulation.random("shape");
    }

    void begin() {
        simulation.at(Duration.ofMillis(200 + random.nextInt(1_500)), this::act);
        simulation.at(Duration.ofMillis(LOOK_AGAIN_MILLIS), this::startAgain);
    }

    /** Nobody asks for anything any more, but whoever was removed is still started again, to be of use as a learner. */
    void end() {
        ended = true;
    }

    /** How many changes were carried out. */
    int changes() {
        return changes;
    }

    /** How many nodes left. */
    int left() {
        return left;
    }

    private SimulatedNode any() {
        return cluster.machines().get(random.nextInt(cluster.machines().size()));
    }

    private void act() {
        if (ended) {
            return;
        }
        SimulatedNode asked = any();
        String one = any().id();
        String other = any().id();
        int what = random.nextInt(8);
        if (asked.running()) {
            HaCluster process = cluster.process(asked.id());
            Voters voters = LogReplication.voters(process).within(Duration.ofMillis(100 + random.nextInt(4_000)));
            if (what < 3) {
                count(voters.addVoter(one));
            } else if (what < 5) {
                count(voters.removeVoter(one));
            } else if (what < 7 && !one.equals(other)) {
                count(voters.replaceVoter(one, other));
            } else {
                leave(process);
            }
        }
        begin();
    }

    @SuppressWarnings("FutureReturnValueIgnored") // it may fail, as the storm wants it
    private void count(CompletableFuture<?> change) {
        change.thenRun(() -> changes++);
    }

    @SuppressWarnings("FutureReturnValueIgnored")
    private void leave(HaCluster process) {
        try {
            process.leaveAsync().thenRun(() -> left++);
        } catch (IllegalStateException notRunning) {
            // it is just stopping
        }
    }

    /** Nodes that left or were removed, now and then; in calm all of them. */
    private void startAgain() {
        for (SimulatedNode machine : List.copyOf(cluster.machines())) {
            if (!machine.running() && cluster.hasStopped(machine)) {
                maybe(() -> cluster.start(machine));
            } else if (machine.running() && cluster.isRemoved(machine)) {
                maybe(() -> {
                    machine.kill();
                    cluster.start(machine);
                });
            }
        }
        simulation.at(Duration.ofMillis(LOOK_AGAIN_MILLIS), this::startAgain);
    }

    private void maybe(Runnable task) {
        if (ended || random.nextInt(3) == 0) {
            task.run();
        }
    }
}
