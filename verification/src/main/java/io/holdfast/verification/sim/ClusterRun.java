package io.holdfast.verification.sim;

import io.holdfast.testkit.FaultKind;
import io.holdfast.testkit.FaultSettings;
import io.holdfast.testkit.Simulation;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.LongFunction;

/**
 * One seed of whole nodes: gossip, the log, nodes that join and leave, and the autopilot, in a storm, then in a time in which
 * machines die for good, then in a calm.
 */
public final class ClusterRun implements LongFunction<String> {
    /**
     * What a seed showed.
     *
     * @param storm what a storm over a log shows
     * @param replaced how many voters the autopilot replaced
     * @param added how many votes it gave because there were few
     * @param deaths how many machines died for good
     * @param splits how often the network fell into two parts for long
     * @param stalls how often a process stood still for long
     * @param renewed how many machines took the place of dead ones
     */
    public record Result(
            SeedRun.Result storm, int replaced, int added, int deaths, int splits, int stalls, int renewed) {}

    /** What is wrong with a seed, empty if nothing is. */
    @Override
    public String apply(long seed) {
        List<String> problems = run(seed).storm().problems();
        return problems.isEmpty() ? "" : problems.get(0);
    }

    /** Runs a seed. */
    public static Result run(long seed) {
        Simulation simulation = new Simulation(seed);
        SplittableRandom random = simulation.random("run");
        SimulatedCluster cluster = new SimulatedCluster(simulation, 3, 5 + random.nextInt(2));
        Contacts contacts = new Contacts(simulation, cluster);
        AutopilotWatch watch = new AutopilotWatch(simulation, cluster, contacts);
        WholeNodes nodes =
                new WholeNodes(simulation, cluster.addresses(), cluster::isGone, cluster::isKnown, watch::told);
        cluster.with(nodes);
        Reshaper reshaper = new Reshaper(simulation, cluster);
        Attrition attrition = new Attrition(simulation, cluster, reshaper);
        FaultSettings faults = Storm.faultsFor(simulation, cluster).with(FaultKind.DATAGRAMS_BLOCKED);
        WholeStorm storm =
                new WholeStorm(simulation, random, cluster, reshaper, faults, nodes, contacts, watch, attrition);
        SeedRun.Result result = storm.run();
        return new Result(
                result,
                watch.replaced(),
                watch.added(),
                attrition.deaths(),
                attrition.splits(),
                attrition.stalls(),
                attrition.renewed());
    }
}
