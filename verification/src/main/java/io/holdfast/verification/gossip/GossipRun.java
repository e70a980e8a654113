package io.holdfast.verification.gossip;

import io.holdfast.core.MemberEvent;
import io.holdfast.testkit.CrashMode;
import io.holdfast.testkit.FaultKind;
import io.holdfast.testkit.FaultSchedule;
import io.holdfast.testkit.FaultSettings;
import io.holdfast.testkit.SimulatedNode;
import io.holdfast.testkit.Simulation;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * One storm over nodes with gossip, by seed, and what must hold after it: all agree in bounded time, on exactly those that run;
 * then a death is known everywhere in bounded time, and so is the return; in the calm nobody is suspected.
 */
public final class GossipRun {
    private static final Duration AGREE = Duration.ofSeconds(90);
    private static final Duration DEATH = Duration.ofSeconds(15);

    private GossipRun() {}

    /** What came of it. */
    public record Result(List<String> problems, Map<FaultKind, Integer> faults, long virtualNanos, long traceHash) {}

    /** Runs a seed. */
    public static Result run(long seed) {
        Simulation simulation = new Simulation(seed);
        SplittableRandom random = simulation.random("gossip");
        int size = 2 + random.nextInt(7);
        boolean datagrams = random.nextInt(5) > 0;
        GossipCluster cluster =
                new GossipCluster(simulation, size, gossip -> datagrams ? gossip : gossip.withoutDatagrams());
        FaultSettings settings = FaultSettings.everything()
                .with(FaultKind.DATAGRAMS_BLOCKED)
                .without(FaultKind.DISK_STALL, FaultKind.TORN_WRITES);
        FaultSchedule faults = new FaultSchedule(simulation, cluster.machines(), settings, cluster::start);
        List<String> problems = new ArrayList<>();
        try {
            cluster.startAll();
            simulation.at(Duration.ofMillis(random.nextLong(3_000)), faults::begin);
            simulation.runUntil(() -> !simulation.failures().isEmpty(), Duration.ofSeconds(5 + random.nextInt(60)));
            faults.end();
            calm(cluster, random, problems);
        } catch (RuntimeException e) {
            problems.add("the simulation itself failed: " + e + " at " + e.getStackTrace()[0]);
        }
        simulation.failures().forEach(failure -> problems.add(failure.toString()));
        return new Result(problems, faults.counts(), simulation.nowNanos(), simulation.traceHash());
    }

    private static void calm(GossipCluster cluster, SplittableRandom random, List<String> problems) {
        Simulation simulation = cluster.simulation();
        if (!simulation.runUntil(cluster::agree, AGREE)) {
            problems.add("no agreement " + AGREE.toSeconds() + " s after the storm: " + cluster.disagreement());
            return;
        }
        simulation.runFor(Duration.ofSeconds(60)); // whatever doubts of itself a node has are over
        int before = suspicions(cluster);
        simulation.runFor(Duration.ofSeconds(60));
        if (suspicions(cluster) != before || !cluster.agree()) {
            problems.add("somebody was suspected in the calm: " + cluster.disagreement());
        }
        SimulatedNode victim =
                cluster.machines().get(random.nextInt(cluster.machines().size()));
        if (random.nextBoolean()) {
            victim.kill();
        } else {
            victim.crash(CrashMode.ALL_LOST);
        }
        if (!simulation.runUntil(() -> cluster.isGone(victim), DEATH)) {
            problems.add(victim.id() + " is dead, and " + DEATH.toSeconds() + " s later not everybody knows");
        }
        cluster.start(victim);
        if (!simulation.runUntil(cluster::agree, DEATH)) {
            problems.add(victim.id() + " came back, and not everybody knows: " + cluster.disagreement());
        }
    }

    private static int suspicions(GossipCluster cluster) {
        return (int) cluster.machines().stream()
                .flatMap(m -> cluster.events(m).stream())
                .filter(e -> e.kind() == MemberEvent.Kind.SUSPECTED)
                .count();
    }
}
