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
import io.holdfast.testkit.NodeFailure;
import io.holdfast.testkit.RegisterModel;
import io.holdfast.testkit.SimulatedNode;
import io.holdfast.testkit.Simulation;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * A cluster under load in a storm of faults, then without faults. First nothing wrong may happen, then something right must.
 * What differs from one kind of run to the other is in the methods that may be overridden.
 */
class Storm {
    private static final Duration CALM_LIMIT = Duration.ofMinutes(2);

    private final Simulation simulation;
    private final SplittableRandom random;
    private final SimulatedCluster cluster;
    private final @Nullable Reshaper reshaper;
    private final List<String> problems = new ArrayList<>();
    private final List<Writer> writers = new ArrayList<>();
    private final List<MapUser> users = new ArrayList<>();
    private final History history;
    private final Map<FaultKind, Integer> counts = new EnumMap<>(FaultKind.class);
    private FaultSchedule faults;
    private @Nullable MapWatchers watchers;
    private @Nullable LockGrants locks;

    /**
     * Nothing runs yet.
     *
     * @param random chance for the run itself
     * @param reshaper who changes the voters; null for nobody
     * @param kinds what is inflicted
     */
    Storm(
            Simulation simulation,
            SplittableRandom random,
            SimulatedCluster cluster,
            @Nullable Reshaper reshaper,
            FaultSettings kinds) {
        this.simulation = simulation;
        this.random = random;
        this.cluster = cluster;
        this.reshaper = reshaper;
        this.history = new History(simulation::nowNanos);
        this.faults = new FaultSchedule(simulation, cluster.machines(), kinds, cluster::start);
    }

    /** Runs it all. */
    final SeedRun.Result run() {
        try {
            cluster.startAll();
            begun();
            watchers = new MapWatchers(simulation, cluster);
            locks = new LockGrants(simulation, cluster);
            HaCluster client = addWriters(watchers, locks);
            simulation.at(Duration.ofMillis(random.nextLong(3_000)), faults::begin);
            cluster.operator().begin();
            if (reshaper != null) {
                reshaper.begin();
            }
            Duration storm = Duration.ofSeconds(5 + random.nextInt(25));
            simulation.runUntil(this::isBroken, storm);
            if (!isBroken()) {
                afterStorm();
            }
            users.forEach(MapUser::stop);
            locks.stop();
            if (reshaper != null) {
                reshaper.end();
            }
            if (!isBroken()) {
                calm(client, watchers, locks);
            }
        } catch (RuntimeException e) {
            problems.add("the simulation itself failed: " + e + " at " + e.getStackTrace()[0]);
        }
        count(faults);
        LinearizabilityChecker.Result map = new LinearizabilityChecker<>(new RegisterModel(), 200_000).check(history);
        if (map.verdict() == LinearizabilityChecker.Verdict.VIOLATION) {
            problems.add("the map is not linearizable: " + map.report());
        }
        problems.addAll(0, cluster.decisions().violations());
        simulation.failures().stream()
                .filter(failure -> !isExpected(failure))
                .forEach(failure -> problems.add(failure.toString()));
        return result();
    }

    private SeedRun.Result result() {
        int acknowledged = writers.stream()
                .mapToInt(writer -> writer.acknowledged().size())
                .sum();
        return new SeedRun.Result(
                problems,
                simulation.nowNanos(),
                counts,
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

    private void count(FaultSchedule of) {
        of.counts().forEach((kind, number) -> counts.merge(kind, number, Integer::sum));
    }

    /**
     * One storm in three is a light one, in which what an ambush needs several undisturbed elections for comes about. Power
     * is taken from an unforced cluster by {@link SimulatedCluster#takePower} alone.
     */
    static FaultSettings faultsFor(Simulation simulation, SimulatedCluster cluster) {
        FaultSettings all = FaultSettings.everything();
        if (simulation.random("pace").nextInt(3) == 0) {
            all = all.withPace(Duration.ofSeconds(4), Duration.ofSeconds(2));
        }
        return cluster.forced() ? all : all.without(FaultKind.POWER_LOSS, FaultKind.TORN_WRITES, FaultKind.ALL_DOWN);
    }

    /** All nodes have been started. */
    void begun() {}

    /** After the storm, while there still is load. */
    void afterStorm() {}

    /** When all has been checked in the calm, and nothing was wrong. */
    void afterCalm() {}

    /** True if a node is right to fail so. */
    boolean isExpected(NodeFailure failure) {
        return false;
    }

    /** How long a cluster may take until it works as it should without faults. */
    Duration calmLimit() {
        return CALM_LIMIT;
    }

    final Simulation simulation() {
        return simulation;
    }

    final SimulatedCluster cluster() {
        return cluster;
    }

    final void problem(String what) {
        problems.add(what);
    }

    /** Ends the storm and lets another one blow. */
    final void blow(FaultSettings other) {
        faults.end();
        count(faults);
        faults = new FaultSchedule(simulation, cluster.machines(), other, cluster::start);
        faults.begin();
    }

    /** Whoever writes does so more slowly from now on. */
    final void slowDown(int times) {
        users.forEach(user -> user.slowDown(times));
        if (locks != null) {
            locks.slowDown(times);
        }
        writers.forEach(writer -> writer.slowDown(times));
    }

    final boolean isBroken() {
        return !cluster.decisions().violations().isEmpty()
                || simulation.failures().stream().anyMatch(failure -> !isExpected(failure));
    }

    /** Returns a client. */
    private HaCluster addWriters(MapWatchers told, LockGrants granted) {
        @Nullable HaCluster client = null;
        for (int i = 1; i <= 2; i++) {
            String id = "client-" + i;
            client = cluster.client(id);
            told.addClient(id, client);
            granted.addClient(id, client);
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
    private void calm(HaCluster client, MapWatchers told, LockGrants granted) {
        cluster.adversary().end();
        cluster.operator().end();
        faults.end();
        simulation.runFor(Duration.ofMillis(100));
        writers.forEach(Writer::stop);
        simulation.runFor(Duration.ofSeconds(12));
        int before = cluster.decisions().size();
        int[] wanted = new int[1];
        for (Writer writer : writers) {
            if (writer.inFlight() > 0 && writer.isThere()) {
                problems.add("liveness: a call was neither answered nor ended by its deadline");
            }
            wanted[0] += writer.acknowledged().size();
            if (writer.isThere()) {
                wanted[0]++;
                writer.write(false);
            }
        }
        boolean lives = simulation.runUntil(
                () -> isBroken()
                        || (cluster.hasConverged()
                                && cluster.decisions().size() > before
                                && writers.stream()
                                                .mapToInt(w -> w.acknowledged().size())
                                                .sum()
                                        >= wanted[0]),
                calmLimit());
        if (!lives && !cluster.awaitsOperator()) {
            problems.add("liveness: not converged " + calmLimit().toSeconds() + " s after the last fault:" + writers
                    + cluster.describe());
        }
        if (lives && !simulation.runUntil(() -> isBroken() || cluster.allRolesAreHeld(), CALM_LIMIT)) {
            problems.add("liveness: not all roles are held " + CALM_LIMIT.toSeconds()
                    + " s after the cluster converged:" + cluster.describe());
        }
        if (lives && cluster.isReshaped()) {
            undisturbed();
        }
        if (lives) {
            granted.check(problems);
            told.check(client, problems);
        }
        if (lives && problems.isEmpty()) {
            afterCalm();
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
    private void undisturbed() {
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
