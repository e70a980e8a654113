package io.holdfast.verification.sim;

import io.holdfast.core.HaCluster;
import io.holdfast.replication.Codec;
import io.holdfast.replication.ReplicatedMap;
import io.holdfast.replication.session.LogAccess;
import io.holdfast.testkit.FaultKind;
import io.holdfast.testkit.FaultSchedule;
import io.holdfast.testkit.FaultSettings;
import io.holdfast.testkit.History;
import io.holdfast.testkit.LinearizabilityChecker;
import io.holdfast.testkit.RegisterModel;
import io.holdfast.testkit.SimulatedNode;
import io.holdfast.testkit.Simulation;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;

/**
 * One seed: a cluster of three or five nodes under load in a storm of faults, then without faults. First nothing wrong may
 * happen, then something right must.
 */
public final class SeedRun implements LongFunction<String> {
    private static final Duration CALM_LIMIT = Duration.ofMinutes(2);

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
        return run(seed, false);
    }

    /** Runs a seed in which three of five nodes vote at first, and nodes join, leave and are exchanged in the storm. */
    public static Result runWithChangingVoters(long seed) {
        return run(seed, true);
    }

    private static Result run(long seed, boolean reshaped) {
        Simulation simulation = new Simulation(seed);
        SplittableRandom random = simulation.random("run");
        int size = random.nextInt(4) == 0 ? 5 : 3;
        SimulatedCluster cluster =
                reshaped ? new SimulatedCluster(simulation, 3, 5) : new SimulatedCluster(simulation, size);
        @Nullable Reshaper reshaper = reshaped ? new Reshaper(simulation, cluster) : null;
        List<String> problems = new ArrayList<>();
        List<Writer> writers = new ArrayList<>();
        List<MapUser> users = new ArrayList<>();
        @Nullable MapWatchers watchers = null;
        @Nullable LockGrants locks = null;
        History history = new History(simulation::nowNanos);
        FaultSchedule faults =
                new FaultSchedule(simulation, cluster.machines(), faultsFor(simulation, cluster), cluster::start);
        try {
            cluster.startAll();
            watchers = new MapWatchers(simulation, cluster);
            locks = new LockGrants(simulation, cluster);
            HaCluster client = addWriters(simulation, cluster, writers, users, watchers, locks, history);
            simulation.at(Duration.ofMillis(random.nextLong(3_000)), faults::begin);
            cluster.operator().begin();
            if (reshaper != null) {
                reshaper.begin();
            }
            Duration storm = Duration.ofSeconds(5 + random.nextInt(25));
            simulation.runUntil(() -> isBroken(simulation, cluster), storm);
            users.forEach(MapUser::stop);
            locks.stop();
            if (reshaper != null) {
                reshaper.end();
            }
            if (!isBroken(simulation, cluster)) {
                calm(simulation, cluster, writers, watchers, locks, client, faults, problems);
            }
        } catch (RuntimeException e) {
            problems.add("the simulation itself failed: " + e + " at " + e.getStackTrace()[0]);
        }
        LinearizabilityChecker.Result map = new LinearizabilityChecker<>(new RegisterModel(), 200_000).check(history);
        if (map.verdict() == LinearizabilityChecker.Verdict.VIOLATION) {
            problems.add("the map is not linearizable: " + map.report());
        }
        problems.addAll(0, cluster.decisions().violations());
        simulation.failures().forEach(failure -> problems.add(failure.toString()));
        int acknowledged = writers.stream()
                .mapToInt(writer -> writer.acknowledged().size())
                .sum();
        return new Result(
                problems,
                simulation.nowNanos(),
                faults.counts(),
                cluster.decisions().size(),
                acknowledged,
                cluster.decisions().restored(),
                watchers == null ? 0 : watchers.told(),
                cluster.flips(),
                cluster.emptyDisks(),
                cluster.grants().count(),
                locks == null ? 0 : locks.count(),
                reshaper == null ? 0 : reshaper.changes(),
                reshaper == null ? 0 : reshaper.left(),
                simulation.traceHash());
    }

    /**
     * One storm in three is a light one, in which what an ambush needs several undisturbed elections for comes about. Power
     * is taken from an unforced cluster by {@link SimulatedCluster#takePower} alone.
     */
    private static FaultSettings faultsFor(Simulation simulation, SimulatedCluster cluster) {
        FaultSettings all = FaultSettings.everything();
        if (simulation.random("pace").nextInt(3) == 0) {
            all = all.withPace(Duration.ofSeconds(4), Duration.ofSeconds(2));
        }
        return cluster.forced() ? all : all.without(FaultKind.POWER_LOSS, FaultKind.TORN_WRITES, FaultKind.ALL_DOWN);
    }

    private static boolean isBroken(Simulation simulation, SimulatedCluster cluster) {
        return !cluster.decisions().violations().isEmpty()
                || !simulation.failures().isEmpty();
    }

    /** Returns a client. */
    private static HaCluster addWriters(
            Simulation simulation,
            SimulatedCluster cluster,
            List<Writer> writers,
            List<MapUser> users,
            MapWatchers watchers,
            LockGrants locks,
            History history) {
        @Nullable HaCluster client = null;
        for (int i = 1; i <= 2; i++) {
            String id = "client-" + i;
            client = cluster.client(id);
            watchers.addClient(id, client);
            locks.addClient(id, client);
            LogAccess access = client.feature(LogAccess.class);
            MapUser user = new MapUser(
                    i,
                    simulation,
                    ReplicatedMap.in(client, MapUser.MAP, Codec.string(), Codec.string()),
                    ReplicatedMap.in(client, MapUser.PASSING, Codec.string(), Codec.string()),
                    history);
            users.add(user);
            user.start();
            writers.add(new Writer(
                    id, simulation, () -> access, () -> true, cluster.decisions(), cluster.adversary()::acknowledged));
        }
        SimulatedNode machine = cluster.machines().get(0);
        writers.add(new Writer(
                machine.id(),
                simulation,
                () -> cluster.access(machine.id()),
                machine::running,
                cluster.decisions(),
                cluster.adversary()::acknowledged));
        writers.forEach(Writer::start);
        return Objects.requireNonNull(client);
    }

    /** Faults are over: everything that was acknowledged is there, every node gets it all, and writes succeed again. */
    private static void calm(
            Simulation simulation,
            SimulatedCluster cluster,
            List<Writer> writers,
            MapWatchers watchers,
            LockGrants locks,
            HaCluster client,
            FaultSchedule faults,
            List<String> problems) {
        cluster.adversary().end();
        cluster.operator().end();
        faults.end();
        simulation.runFor(Duration.ofMillis(100));
        writers.forEach(Writer::stop);
        simulation.runFor(Duration.ofSeconds(12));
        int before = cluster.decisions().size();
        int[] wanted = new int[1];
        for (Writer writer : writers) {
            if (writer.inFlight() > 0) {
                problems.add("liveness: a call was neither answered nor ended by its deadline");
            }
            wanted[0] += writer.acknowledged().size() + 1;
            writer.write(false);
        }
        boolean lives = simulation.runUntil(
                () -> isBroken(simulation, cluster)
                        || (cluster.hasConverged()
                                && cluster.decisions().size() > before
                                && writers.stream()
                                                .mapToInt(w -> w.acknowledged().size())
                                                .sum()
                                        >= wanted[0]),
                CALM_LIMIT);
        if (!lives && !cluster.awaitsOperator()) {
            problems.add("liveness: not converged " + CALM_LIMIT.toSeconds() + " s after the last fault:" + writers
                    + cluster.describe());
        }
        if (lives
                && !simulation.runUntil(() -> isBroken(simulation, cluster) || cluster.allRolesAreHeld(), CALM_LIMIT)) {
            problems.add("liveness: not all roles are held " + CALM_LIMIT.toSeconds()
                    + " s after the cluster converged:" + cluster.describe());
        }
        if (lives && cluster.isReshaped()) {
            undisturbed(simulation, cluster, problems);
        }
        if (lives) {
            locks.check(problems);
            watchers.check(client, problems);
        }
        for (Writer writer : writers) {
            for (String command : writer.acknowledged()) {
                if (cluster.decisions().placeOf(command) == 0) {
                    problems.add("acknowledged and lost: '" + command + "'");
                }
            }
        }
    }

    /**
     * Without faults nobody stands against a master: neither who was removed nor who has no vote yet. Once or twice mastership may
     * move in good order, to a node that is healthier: what a disk did in the storm is remembered for a while.
     */
    private static void undisturbed(Simulation simulation, SimulatedCluster cluster, List<String> problems) {
        long first = cluster.term();
        for (int i = 0; i < 3; i++) {
            long term = cluster.term();
            simulation.runFor(Duration.ofSeconds(10));
            if (cluster.term() == term) {
                return;
            }
        }
        problems.add("masters are deposed without any fault, again and again: the term rose from " + first + " to "
                + cluster.term() + cluster.describe());
    }
}
