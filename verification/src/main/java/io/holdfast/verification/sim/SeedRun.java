package io.holdfast.verification.sim;

import io.holdfast.testkit.FaultKind;
import io.holdfast.testkit.Simulation;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.LongFunction;

/**
 * One seed: a cluster of three or five nodes under load in a storm of faults, then without faults. First nothing wrong may
 * happen, then something right must.
 */
public final class SeedRun implements LongFunction<String> {
    /**
     * What a seed showed.
     *
     * @param problems what went wrong; empty if nothing did
     * @param virtualNanos how long it took in the simulation
     * @param faults what was inflicted
     * @param decided how many commands were decided
     * @param acknowledged how many of them the writers were told of
     * @param restored how often a node took its state from a snapshot
     * @param told of how many entries those were told who watch maps
     * @param flips how many bits flipped on a disk
     * @param emptyDisks how many disks were emptied
     * @param grants how often a node was granted mastership or a role
     * @param locks how often somebody was granted a lock, or permits of a semaphore
     * @param changes how often voters were added, removed or exchanged
     * @param left how often a node left
     * @param trace identifies the run, event by event
     */
    public record Result(
            List<String> problems,
            long virtualNanos,
            Map<FaultKind, Integer> faults,
            int decided,
            int acknowledged,
            int restored,
            int told,
            int flips,
            int emptyDisks,
            int grants,
            int locks,
            int changes,
            int left,
            long trace) {}

    /** What is wrong with a seed, empty if nothing is. */
    @Override
    public String apply(long seed) {
        List<String> problems = run(seed).problems();
        return problems.isEmpty() ? "" : problems.get(0);
    }

    /** Runs a seed. */
    public static Result run(long seed) {
        Simulation simulation = new Simulation(seed);
        SplittableRandom random = simulation.random("run");
        int size = random.nextInt(4) == 0 ? 5 : 3;
        SimulatedCluster cluster = new SimulatedCluster(simulation, size);
        return new Storm(simulation, random, cluster, null, Storm.faultsFor(simulation, cluster)).run();
    }

    /** Runs a seed in which three of five nodes vote at first, and nodes join, leave and are exchanged in the storm. */
    public static Result runWithChangingVoters(long seed) {
        Simulation simulation = new Simulation(seed);
        SplittableRandom random = simulation.random("run");
        int unused = random.nextInt(4); // as many draws as in a cluster whose voters stay
        SimulatedCluster cluster = new SimulatedCluster(simulation, 3, 5);
        Reshaper reshaper = new Reshaper(simulation, cluster);
        return new Storm(simulation, random, cluster, reshaper, Storm.faultsFor(simulation, cluster)).run();
    }
}
