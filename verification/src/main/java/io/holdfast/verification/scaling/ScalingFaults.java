package io.holdfast.verification.scaling;

import io.holdfast.autoscale.Instance.State;
import io.holdfast.autoscale.ScalingService;
import io.holdfast.core.ReplicaRole;
import io.holdfast.testkit.CrashMode;
import io.holdfast.testkit.FaultKind;
import io.holdfast.testkit.FaultSchedule;
import io.holdfast.testkit.FaultSettings;
import io.holdfast.testkit.SimulatedNode;
import io.holdfast.testkit.Simulation;
import io.holdfast.verification.scaling.SimulatedTarget.Trouble;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * What goes wrong: with processes and clocks, links, the target, the metrics, people who pause scaling; and whatever a master is doing when
 * it begins to do it.
 */
final class ScalingFaults {
    private static final int WATCH_MILLIS = 100;

    /** What is inflicted beside what lies between nodes. */
    enum Kind {
        KILL,
        KILL_MASTER,
        POWER_LOSS,
        DIES_FOR_GOOD,
        PAUSE,
        PAUSE_MASTER,
        ISOLATE,
        ISOLATE_MASTER,
        SLOW_TARGET,
        SLOW_WORKERS,
        DISK_STALL,
        CLOCK_JUMP,
        CLOCK_DRIFT,
        SILENT,
        ALL_SILENT,
        TARGET,
        PAUSED_BY_HAND,
        STRUCK_IN_THE_ACT
    }

    private final Simulation simulation;
    private final ScalingOptions options;
    private final ScaledCluster cluster;
    private final ScalingViolations violations;
    private final SplittableRandom random;
    private final FaultSchedule links;
    private final List<Kind> kinds = new ArrayList<>();
    private final Map<Kind, Integer> counts = new EnumMap<>(Kind.class);
    private String acted = "";
    private boolean active = true;

    ScalingFaults(Simulation simulation, ScalingOptions options, ScaledCluster cluster, ScalingViolations violations) {
        this.simulation = simulation;
        this.options = options;
        this.cluster = cluster;
        this.violations = violations;
        this.random = simulation.random("faults");
        for (Kind kind : Kind.values()) {
            if (random.nextInt(3) > 0) {
                kinds.add(kind);
            }
        }
        kinds.remove(Kind.STRUCK_IN_THE_ACT);
        kinds.add(Kind.TARGET);
        FaultSettings between = FaultSettings.everything()
                .with(FaultKind.DATAGRAMS_BLOCKED)
                .without(
                        FaultKind.KILL,
                        FaultKind.POWER_LOSS,
                        FaultKind.TORN_WRITES,
                        FaultKind.ALL_DOWN,
                        FaultKind.PAUSE,
                        FaultKind.WORKER_STALL,
                        FaultKind.DISK_STALL,
                        FaultKind.CLOCK_JUMP,
                        FaultKind.CLOCK_DRIFT)
                .withPace(options.faultEvery(), Duration.ofSeconds(6));
        List<SimulatedNode> first =
                cluster.nodes().stream().map(ScaledNode::machine).toList();
        this.links = new FaultSchedule(simulation, first, between, machine -> {});
    }

    void begin() {
        links.begin();
        next();
        watch();
    }

    Map<Kind, Integer> counts() {
        return counts;
    }

    /** Nothing is broken any more, and whatever was killed is started. */
    void end() {
        active = false;
        cluster.target().calm();
        links.end();
        for (ScaledNode node : cluster.nodes()) {
            node.machine().unpause();
            node.machine().skewClock(1.0);
            node.machine().stallWorkers(0, Duration.ZERO);
            node.machine().storage().endStall();
            node.silentUntilNanos = 0;
        }
        resume();
    }

    private void later(int millis, Runnable task) {
        simulation.at(Duration.ofMillis(millis), () -> {
            if (active) {
                task.run();
            }
        });
    }

    private void next() {
        double gaps = Math.min(4, -StrictMath.log(1 - random.nextDouble()));
        later(1 + (int) (options.faultEvery().toMillis() * gaps), () -> {
            inflict(kinds.get(random.nextInt(kinds.size())));
            next();
        });
    }

    /** Strikes when a phase has begun. */
    private void watch() {
        cluster.deciding().ifPresent(status -> {
            if (!status.action().equals(acted)) {
                acted = status.action();
                if (!acted.isEmpty()) {
                    violations.note("in the act: " + acted);
                }
                if (!acted.isEmpty() && random.nextDouble() < options.ambush()) {
                    String act = acted;
                    later(random.nextInt(1 + (random.nextBoolean() ? 30 : 1_500)), () -> strike(act));
                }
            }
        });
        later(WATCH_MILLIS, this::watch);
    }

    private void strike(String act) {
        count(Kind.STRUCK_IN_THE_ACT);
        List<ScaledNode> concerned = cluster.nodes().stream()
                .filter(node -> act.contains(" " + node.id() + " "))
                .toList();
        boolean victim = !concerned.isEmpty() && random.nextInt(3) == 0;
        ScaledNode node = victim ? concerned.get(0) : cluster.master().orElse(null);
        if (node == null) {
            return;
        }
        switch (random.nextInt(4)) {
            case 0 -> isolate(node);
            case 1 -> pause(node);
            default -> kill(node, false);
        }
    }

    private void count(Kind kind) {
        counts.merge(kind, 1, Integer::sum);
    }

    private void inflict(Kind kind) {
        List<ScaledNode> running =
                cluster.nodes().stream().filter(ScaledNode::runs).toList();
        if (running.isEmpty()) {
            return;
        }
        ScaledNode any = running.get(random.nextInt(running.size()));
        ScaledNode master = cluster.master().orElse(any);
        count(kind);
        switch (kind) {
            case KILL -> kill(any, false);
            case KILL_MASTER -> kill(master, false);
            case POWER_LOSS -> lose(any);
            case DIES_FOR_GOOD -> dieForGood(any);
            case PAUSE -> pause(any);
            case PAUSE_MASTER -> pause(master);
            case ISOLATE -> isolate(any);
            case ISOLATE_MASTER -> isolate(master);
            case SLOW_TARGET -> slow(master, "scaling-target", 1.0, 40_000);
            case SLOW_WORKERS -> slow(any, random.nextBoolean() ? "scaling" : "scaling-load", 0.5, 4_000);
            case DISK_STALL -> {
                struck(any, "its disk stalls");
                any.machine().storage().stall(Duration.ofMillis(100 + random.nextInt(4_000)));
            }
            case CLOCK_JUMP -> any.machine().jumpWallClock(Duration.ofSeconds(random.nextInt(2 * 3_600) - 3_600));
            case CLOCK_DRIFT -> {
                any.machine().skewClock(0.9 + 0.2 * random.nextDouble());
                later(5_000 + random.nextInt(30_000), () -> any.machine().skewClock(1.0));
            }
            case SILENT -> silence(any);
            case ALL_SILENT -> running.forEach(this::silence);
            case TARGET -> trouble();
            case PAUSED_BY_HAND -> pausedByHand(any);
            case STRUCK_IN_THE_ACT -> {}
        }
    }

    private void struck(ScaledNode node, String how) {
        violations.note(node.id() + (node.isMaster() ? ", the master, " : " ") + "is struck: " + how);
        node.struckAtNanos = simulation.nowNanos();
    }

    private void kill(ScaledNode node, boolean forGood) {
        if (!node.runs()) {
            return;
        }
        struck(node, forGood ? "killed for good" : "killed");
        node.endedFromOutside = true;
        node.machine().kill();
        comesBack(node, forGood);
    }

    private void lose(ScaledNode node) {
        struck(node, "power");
        node.endedFromOutside = true;
        node.machine().crash(random.nextBoolean() ? CrashMode.ALL_LOST : CrashMode.MIXED);
        comesBack(node, false);
    }

    private void comesBack(ScaledNode node, boolean forGood) {
        if (cluster.target().knows(node.id())) {
            cluster.target().died(node.id(), forGood);
        } else {
            // Also when the faults are over: somebody cares for it.
            int millis = random.nextInt(5) > 0 ? 300 + random.nextInt(8_000) : 300 + random.nextInt(60_000);
            simulation.at(Duration.ofMillis(millis), () -> cluster.start(node.id(), false));
        }
    }

    /** Only who has no vote, or whose vote the others can do without: nobody could order anything else. */
    private void dieForGood(ScaledNode node) {
        List<String> voters = cluster.voters();
        boolean others = voters.stream()
                .filter(id -> !id.equals(node.id()))
                .allMatch(id -> cluster.runs(id) && !cluster.target().hasLost(id));
        boolean spare = !voters.isEmpty()
                && others
                && (voters.contains(node.id()) || node.status().role() == ReplicaRole.LEARNER);
        if (spare && cluster.target().has(node.id(), State.RUNNING)) {
            kill(node, true);
        }
    }

    private void pause(ScaledNode node) {
        if (node.runs()) {
            int millis = random.nextInt(4) > 0 ? 500 + random.nextInt(6_000) : 5_000 + random.nextInt(40_000);
            struck(node, "stands still for " + millis + " ms");
            node.machine().pause(Duration.ofMillis(millis));
        }
    }

    private void isolate(ScaledNode node) {
        int millis = random.nextInt(3) > 0 ? 500 + random.nextInt(8_000) : 8_000 + random.nextInt(50_000);
        struck(node, "cut off for " + millis + " ms");
        List<String> others = cluster.nodes().stream()
                .map(ScaledNode::id)
                .filter(id -> !id.equals(node.id()))
                .toList();
        for (String other : others) {
            simulation.network().cut(node.id(), other);
            simulation.network().cut(other, node.id());
        }
        later(millis, () -> {
            node.struckAtNanos = simulation.nowNanos();
            for (String other : others) {
                simulation.network().mend(node.id(), other);
                simulation.network().mend(other, node.id());
            }
        });
    }

    private void slow(ScaledNode node, String worker, double probability, int millis) {
        node.machine().stallWorkers(worker, probability, Duration.ofMillis(1 + random.nextInt(millis)));
        later(2_000 + random.nextInt(20_000), () -> node.machine().stallWorkers(0, Duration.ZERO));
    }

    private void silence(ScaledNode node) {
        node.silentUntilNanos = simulation.nowNanos() + 1_000_000_000L * (3 + random.nextInt(40));
        node.silentOnRequests = random.nextBoolean();
    }

    private void trouble() {
        Trouble[] all = Trouble.values();
        Trouble next = all[random.nextInt(all.length)];
        if (next == Trouble.REFUSES && random.nextInt(3) > 0) {
            return; // it makes a node wait for minutes
        }
        violations.note("the target " + next);
        cluster.target().trouble(next);
        later(1_000 + random.nextInt(next == Trouble.HIDES ? 6_000 : 15_000), () -> cluster.target()
                .trouble(null));
    }

    private void pausedByHand(ScaledNode node) {
        ScalingService service = node.scaling();
        if (service == null) {
            return;
        }
        violations.note(node.id() + " is told to pause scaling");
        try {
            var unused = service.pause("a person");
        } catch (RuntimeException stopping) {
            violations.note(node.id() + " does not pause scaling: " + stopping);
        }
        later(5_000 + random.nextInt(20_000), this::resume);
    }

    /** Whoever asks goes on asking until it is so. */
    void resume() {
        for (ScaledNode node : cluster.nodes()) {
            ScalingService service = node.scaling();
            if (service != null && node.deciding().isPresent()) {
                try {
                    var unused = service.resume();
                } catch (RuntimeException stopping) {
                    violations.note(node.id() + " does not resume scaling: " + stopping);
                }
            }
        }
    }
}
