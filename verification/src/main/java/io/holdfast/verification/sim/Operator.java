package io.holdfast.verification.sim;

import io.holdfast.core.Health;
import io.holdfast.core.ReplicaRole;
import io.holdfast.core.RoleCandidacy;
import io.holdfast.testkit.SimulatedNode;
import io.holdfast.testkit.Simulation;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/** Somebody who hands mastership and roles over now and then, and nodes whose health comes and goes. */
final class Operator {
    private static final List<Health> HEALTHS = List.of(Health.UP, Health.DEGRADED, Health.DOWN);

    private final Simulation simulation;
    private final SimulatedCluster cluster;
    private final SplittableRandom random;
    private final Map<String, Health> health = new HashMap<>();
    private boolean ended;

    Operator(Simulation simulation, SimulatedCluster cluster) {
        this.simulation = simulation;
        this.cluster = cluster;
        this.random = simulation.random("operator");
    }

    void begin() {
        simulation.at(Duration.ofMillis(500 + random.nextInt(3_000)), this::act);
    }

    /** What the node's own check finds. */
    Health healthOf(String id) {
        return health.getOrDefault(id, Health.UP);
    }

    /** From now on all are well and nobody does anything. */
    void end() {
        ended = true;
        health.clear();
    }

    @SuppressWarnings("FutureReturnValueIgnored") // it may fail, as the storm wants it
    private void act() {
        if (ended) {
            return;
        }
        List<SimulatedNode> machines = cluster.machines();
        SimulatedNode any = machines.get(random.nextInt(machines.size()));
        switch (random.nextInt(3)) {
            case 0 -> {
                String to = random.nextBoolean() ? "" : any.id();
                for (SimulatedNode machine : machines) {
                    if (machine.running() && cluster.status(machine.id()).role() == ReplicaRole.MASTER) {
                        cluster.process(machine.id()).transferMastership(to);
                    }
                }
            }
            case 1 -> {
                for (RoleCandidacy candidacy : cluster.candidacies(any.id())) {
                    candidacy.handOver(
                            random.nextBoolean() ? "" : machines.get(0).id());
                }
            }
            default -> health.put(any.id(), HEALTHS.get(random.nextInt(HEALTHS.size())));
        }
        begin();
    }
}
