package io.holdfast.verification.sim;

import io.holdfast.core.ReplicaRole;
import io.holdfast.testkit.SimulatedNode;
import io.holdfast.testkit.Simulation;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * What takes longer than a storm's faults: machines die for good, and others of their names take their places; the network falls into
 * two parts for a minute; a process stands still for as long. A voter dies for good only where the others are a majority and nobody is
 * changing who votes: nothing can help a cluster that loses a majority for ever.
 */
final class Attrition {
    private static final Duration ALL_KNOW = Duration.ofSeconds(15);

    private final Simulation simulation;
    private final SimulatedCluster cluster;
    private final Reshaper reshaper;
    private final SplittableRandom random;
    private final int mostGone;
    private boolean ended;
    private int deaths;
    private int splits;
    private int stalls;
    private int renewed;

    Attrition(Simulation simulation, SimulatedCluster cluster, Reshaper reshaper) {
        this.simulation = simulation;
        this.cluster = cluster;
        this.reshaper = reshaper;
        this.random = simulation.random("attrition");
        this.mostGone = 1 + random.nextInt(3);
    }

    void begin() {
        simulation.at(Duration.ofMillis(2_000 + random.nextInt(20_000)), this::act);
    }

    /** Nothing new begins; who is gone stays so. */
    void end() {
        ended = true;
    }

    /** How many machines died for good. */
    int deaths() {
        return deaths;
    }

    /** How often the network fell apart. */
    int splits() {
        return splits;
    }

    /** How often a process stood still. */
    int stalls() {
        return stalls;
    }

    /** How many dead machines were replaced by new ones. */
    int renewed() {
        return renewed;
    }

    private void act() {
        if (ended) {
            return;
        }
        SimulatedNode any = any();
        switch (random.nextInt(6)) {
            case 0 -> split();
            case 1 -> stall(any);
            case 2 -> renew();
            default -> {
                if (mayDie(any)) {
                    die(any);
                }
            }
        }
        begin();
    }

    /** A master or a voter rather than a learner. */
    private SimulatedNode any() {
        SimulatedNode machine =
                cluster.machines().get(random.nextInt(cluster.machines().size()));
        boolean learner = machine.running() && cluster.status(machine.id()).role() == ReplicaRole.LEARNER;
        return learner && random.nextBoolean() ? cluster.master().orElse(machine) : machine;
    }

    private void die(SimulatedNode machine) {
        cluster.dieForGood(machine, random.nextBoolean());
        reshaper.hold(ALL_KNOW);
        deaths++;
    }

    private boolean mayDie(SimulatedNode machine) {
        long gone = cluster.machines().stream()
                .filter(each -> cluster.isGone(each.id()))
                .count();
        return gone < mostGone && reshaper.isIdle() && isSpare(machine);
    }

    /** True if whoever votes, as all who vote say, can do without it for ever. */
    boolean isSpare(SimulatedNode machine) {
        if (!machine.running() || cluster.master().isEmpty()) {
            return false;
        }
        Map<String, Object> known = cluster.inspect(cluster.master().get());
        if (!(known.get("voters") instanceof List<?> voters) || !isSettled(known)) {
            return false;
        }
        List<SimulatedNode> alive = cluster.machines().stream()
                .filter(each -> voters.contains(each.id()) && !cluster.isGone(each.id()))
                .toList();
        boolean agreed = alive.stream().allMatch(each -> {
            Map<String, Object> says = cluster.inspect(each);
            return isSettled(says) && voters.equals(says.get("voters"));
        });
        int majority = voters.size() / 2 + 1;
        return agreed && alive.stream().filter(each -> !each.equals(machine)).count() >= majority;
    }

    private static boolean isSettled(Map<String, Object> known) {
        return Boolean.FALSE.equals(known.get("changing")) && List.of().equals(known.get("learners"));
    }

    private void renew() {
        List<SimulatedNode> replaced = replaceable();
        if (!replaced.isEmpty()) {
            cluster.bringNew(replaced.get(random.nextInt(replaced.size())));
            renewed++;
        }
    }

    /** Machines that are dead for good, and belong to the cluster no longer as far as anybody knows. */
    List<SimulatedNode> replaceable() {
        List<SimulatedNode> all = new ArrayList<>();
        for (SimulatedNode machine : cluster.machines()) {
            boolean belongs = cluster.machines().stream()
                    .map(cluster::inspect)
                    .anyMatch(known -> names(known.get("voters"), machine)
                            || names(known.get("learners"), machine)
                            || Boolean.TRUE.equals(known.get("changing")));
            if (cluster.isGone(machine.id()) && !belongs) {
                all.add(machine);
            }
        }
        return all;
    }

    private static boolean names(@Nullable Object nodes, SimulatedNode machine) {
        return nodes instanceof List<?> list && list.contains(machine.id());
    }

    private void stall(SimulatedNode machine) {
        if (machine.running()) {
            machine.pause(Duration.ofSeconds(8 + random.nextInt(40)));
            stalls++;
        }
    }

    private void split() {
        Set<String> one = new TreeSet<>();
        Set<String> other = new TreeSet<>();
        for (SimulatedNode machine : cluster.machines()) {
            (random.nextInt(3) == 0 ? one : other).add(machine.id());
        }
        simulation.network().partition(one, other);
        splits++;
        simulation.at(Duration.ofSeconds(10 + random.nextInt(50)), () -> {
            for (String from : one) {
                for (String to : other) {
                    simulation.network().mend(from, to);
                    simulation.network().mend(to, from);
                }
            }
        });
    }
}
