package io.holdfast.verification.sim;

import io.holdfast.core.HaCluster;
import io.holdfast.core.ReplicaRole;
import io.holdfast.replication.LogReplication;
import io.holdfast.replication.Voters;
import io.holdfast.replication.node.ReplicationNode;
import io.holdfast.testkit.SimulatedNode;
import io.holdfast.testkit.Simulation;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Somebody who adds, removes and replaces voters, has nodes leave, and starts those again that left or were removed. Whatever
 * is refused is asked of any node, whether that makes sense or not: what the cluster would not survive is its own to refuse.
 */
final class Reshaper {
    private static final long LOOK_AGAIN_MILLIS = 1_000;
    private static final Duration LONGEST_CHANGE = Duration.ofSeconds(6);
    private static final Duration LONGEST_LEAVE = Duration.ofSeconds(66);

    private final Simulation simulation;
    private final SimulatedCluster cluster;
    private final SplittableRandom random;
    private boolean gently;
    private boolean ended;
    private long busyUntilNanos;
    private long heldUntilNanos;
    private int changes;
    private int left;

    Reshaper(Simulation simulation, SimulatedCluster cluster) {
        this.simulation = simulation;
        this.cluster = cluster;
        this.random = simulation.random("shape");
    }

    void begin() {
        next();
        simulation.at(Duration.ofMillis(LOOK_AGAIN_MILLIS), this::startAgain);
    }

    private void next() {
        simulation.at(
                Duration.ofMillis(gently ? 10_000 + random.nextInt(60_000) : 200 + random.nextInt(1_500)), this::act);
    }

    /** From now on it asks seldom, and cuts nobody off. */
    void gently() {
        gently = true;
    }

    /** True if nothing that it asked for may still happen. */
    boolean isIdle() {
        return simulation.nowNanos() >= busyUntilNanos;
    }

    /** For so long it asks for nothing. */
    void hold(Duration time) {
        heldUntilNanos = simulation.nowNanos() + time.toNanos();
    }

    private void busyFor(Duration time) {
        busyUntilNanos = Math.max(busyUntilNanos, simulation.nowNanos() + time.toNanos());
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
        if (!gently && random.nextInt(4) == 0) {
            strike();
        }
        SimulatedNode asked = any();
        String one = any().id();
        String other = any().id();
        int what = random.nextInt(8);
        if (asked.running() && simulation.nowNanos() >= heldUntilNanos) {
            busyFor(what < 7 ? LONGEST_CHANGE : LONGEST_LEAVE);
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

    /**
     * A master that has just lost its fellow voters, and does not know it yet, is asked to replace all of them at once by those
     * that it still reaches: what it does then must not be decided without the others, who elect another one.
     */
    private void strike() {
        for (SimulatedNode machine : cluster.machines()) {
            if (machine.running() && cluster.status(machine.id()).role() == ReplicaRole.MASTER) {
                Map<String, Object> known = cluster.process(machine.id())
                        .feature(ReplicationNode.class)
                        .inspectable()
                        .inspect();
                List<SimulatedNode> voters = named(known.get("voters"), machine);
                List<SimulatedNode> learners = named(known.get("standby"), machine);
                if (voters.size() == 2 && learners.size() == 2) {
                    strike(machine, voters, learners);
                    return;
                }
            }
        }
    }

    private List<SimulatedNode> named(@Nullable Object ids, SimulatedNode except) {
        return cluster.machines().stream()
                .filter(machine ->
                        ids instanceof List<?> list && list.contains(machine.id()) && !machine.equals(except))
                .toList();
    }

    private void strike(SimulatedNode master, List<SimulatedNode> voters, List<SimulatedNode> learners) {
        Set<String> with = new TreeSet<>(Set.of(master.id()));
        learners.forEach(learner -> with.add(learner.id()));
        Set<String> without = new TreeSet<>();
        voters.forEach(voter -> without.add(voter.id()));
        cutOrMend(with, without, true);
        simulation.at(Duration.ofNanos(random.nextLong(20_000_000L)), () -> {
            if (master.running() && !ended) {
                Voters asked =
                        LogReplication.voters(cluster.process(master.id())).within(Duration.ofSeconds(2));
                for (int i = 0; i < voters.size(); i++) {
                    count(asked.replaceVoter(voters.get(i).id(), learners.get(i).id()));
                }
            }
        });
        simulation.at(Duration.ofMillis(500 + random.nextInt(3_000)), () -> cutOrMend(with, without, false));
    }

    private void cutOrMend(Set<String> some, Set<String> others, boolean cut) {
        for (String one : some) {
            for (String other : others) {
                if (cut) {
                    simulation.network().cut(one, other);
                    simulation.network().cut(other, one);
                } else {
                    simulation.network().mend(one, other);
                    simulation.network().mend(other, one);
                }
            }
        }
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
