package io.holdfast.verification.sim;

import io.holdfast.core.HaCluster;
import io.holdfast.core.HealthCheck;
import io.holdfast.core.Node;
import io.holdfast.core.ReplicaRole;
import io.holdfast.core.RoleCandidacy;
import io.holdfast.core.runtime.NodeRuntime;
import io.holdfast.core.spi.ElectionEngine;
import io.holdfast.replication.LogReplication;
import io.holdfast.replication.LogStatus;
import io.holdfast.replication.OfRelease;
import io.holdfast.replication.node.ReplicationNode;
import io.holdfast.replication.session.LogAccess;
import io.holdfast.testkit.CrashMode;
import io.holdfast.testkit.SimulatedNode;
import io.holdfast.testkit.Simulation;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/** A cluster of real nodes in a simulation, and what all of them together have decided. */
final class SimulatedCluster {
    private static final int PORT = 7400;
    private static final List<String> ROLES = List.of("invoices", "mail", "reports", "sweep");

    private final Simulation simulation;
    private final Decisions decisions = new Decisions();
    private final List<SimulatedNode> machines = new ArrayList<>();
    private final Map<String, HaCluster> processes = new LinkedHashMap<>();
    private final Map<String, LogAccess> accesses = new LinkedHashMap<>();
    private final Map<String, AppliedLog> logs = new LinkedHashMap<>();
    private final Map<String, List<RoleCandidacy>> candidacies = new LinkedHashMap<>();
    private final Grants grants;
    private final List<Runnable> looks = new ArrayList<>();
    private final Operator operator;
    private final boolean roles;
    private final boolean reshaped;
    private final Adversary adversary;
    private final Damage damage;
    private final String[] bootstrap;
    private final boolean fast;
    private final int segmentBytes;
    private final boolean forced;
    private final boolean leases;
    private final Map<String, Duration> stopWithin = new LinkedHashMap<>();
    private final boolean busyCallbacks;
    private final int snapshotBytes;
    private final Duration snapshotAge;
    private final Set<String> gone = new TreeSet<>();
    private final Set<String> renewed = new TreeSet<>();
    private NodeParts parts = NodeParts.NONE;
    private final List<HaCluster> clients = new ArrayList<>();
    private @Nullable SimulatedNode forgetful;
    private long forgottenUpTo;

    SimulatedCluster(Simulation simulation, int size) {
        this(simulation, size, size);
    }

    /**
     * One whose voters change if there are more machines than form it.
     *
     * @param size how many machines form the cluster
     * @param machineCount how many there are: the others join it
     */
    SimulatedCluster(Simulation simulation, int size, int machineCount) {
        this.reshaped = machineCount > size;
        this.simulation = simulation;
        SplittableRandom random = simulation.random("cluster");
        this.fast = random.nextBoolean();
        this.segmentBytes = (64 << 10) << random.nextInt(4);
        // With fewer voters than three no acknowledgement survives what the others are promised to survive.
        this.forced = simulation.random("forced").nextInt(6) > 0 || reshaped;
        this.grants = new Grants(simulation::nowNanos, decisions);
        this.operator = new Operator(simulation, this);
        this.roles = simulation.random("roles").nextInt(3) > 0;
        this.leases = simulation.random("leases").nextBoolean();
        SplittableRandom stops = simulation.random("stopWithin");
        boolean unequal = stops.nextInt(3) == 0;
        this.busyCallbacks = simulation.random("callbacks").nextBoolean();
        SplittableRandom snapshots = simulation.random("snapshots");
        this.snapshotBytes = (64 << 10) << snapshots.nextInt(4);
        this.snapshotAge = Duration.ofMillis(1_000 + snapshots.nextLong(9_000));
        this.bootstrap = new String[size];
        for (int i = 0; i < machineCount; i++) {
            String id = "node-" + (i + 1);
            machines.add(simulation.node(id));
            if (i < size) {
                bootstrap[i] = id + "@" + id + ":" + PORT;
            }
            if (unequal) {
                stopWithin.put(id, Duration.ofMillis(100L << (2 * stops.nextInt(3))));
            }
        }
        this.damage = new Damage(simulation, machines, forced && !reshaped);
        this.adversary = new Adversary(simulation, this);
        simulation.afterEachEvent(this::look);
    }

    List<SimulatedNode> machines() {
        return machines;
    }

    Decisions decisions() {
        return decisions;
    }

    /** What the nodes have beside the log, from now on. */
    void with(NodeParts nodeParts) {
        parts = nodeParts;
    }

    void startAll() {
        machines.forEach(this::start);
    }

    Grants grants() {
        return grants;
    }

    Operator operator() {
        return operator;
    }

    /** What a machine's present process, or its last one, stands for. */
    List<RoleCandidacy> candidacies(String id) {
        return candidacies.getOrDefault(id, List.of());
    }

    /** True if somebody is master by its callbacks, and each role is held. */
    boolean allRolesAreHeld() {
        return grants.isHeld(ElectionEngine.MASTER)
                && (!hasRoles() || ROLES.stream().allMatch(grants::isHeld));
    }

    private boolean hasRoles() {
        return roles && !parts.areQuiet();
    }

    /** Of its master's callbacks: in some clusters a change of it is being rolled out. */
    private Duration stopWithin(String id) {
        return stopWithin.getOrDefault(id, Grants.STOP_WITHIN);
    }

    /** In one cluster of two callbacks take their time, as long as {@code stopWithin} allows. */
    private Executor callbacks(SimulatedNode machine) {
        return busyCallbacks ? machine.callbacks(stopWithin(machine.id()).dividedBy(2)) : machine.callbacks();
    }

    private void stand(SimulatedNode machine, int number, HaCluster process) {
        if (!hasRoles()) {
            return;
        }
        List<RoleCandidacy> stands = new ArrayList<>();
        for (String role : ROLES) {
            stands.add(process.role(role)
                    .stopWithin(Grants.STOP_WITHIN)
                    .executor(callbacks(machine))
                    .hold(
                            grant -> grants.begin(machine, number, grant, Grants.STOP_WITHIN),
                            reason -> grants.end(machine, number, role)));
        }
        candidacies.put(machine.id(), stands);
    }

    /** Starts a process on a machine that has none; on one that is dead for good nothing happens. */
    void start(SimulatedNode machine) {
        String id = machine.id();
        if (gone.contains(id)) {
            return;
        }
        damage.beforeStart(machine);
        NodeRuntime runtime = machine.runtime();
        AppliedLog log = new AppliedLog(id, decisions, parts.level(id));
        boolean forms = machines.indexOf(machine) < bootstrap.length && !renewed.contains(id);
        LogReplication stored = LogReplication.inDirectory(Path.of("data"));
        LogReplication replication = (forms ? stored.bootstrap(bootstrap) : stored.join(addresses()))
                .segmentBytes(segmentBytes)
                .timeout(Duration.ofSeconds(5))
                .roleLease(Duration.ofMillis(800))
                .snapshots(snapshotBytes, snapshotAge)
                .stateMachine(log);
        replication = forced ? replication : replication.unforced();
        replication = OfRelease.supporting(parts.level(id), parts.log(leases ? replication.leaseReads() : replication));
        logs.put(id, log);
        int number = grants.started(machine);
        candidacies.remove(id);
        HaCluster.Builder builder = HaCluster.builder("sim")
                .node(Node.of(id).bind(id + ":" + PORT))
                .with(
                        fast && !parts.areQuiet()
                                ? replication.timing(Duration.ofMillis(25), Duration.ofMillis(250))
                                : replication)
                .onMaster(grant -> grants.begin(machine, number, grant, stopWithin(id)))
                .onSlave(reason -> grants.end(machine, number, ElectionEngine.MASTER))
                .stopWithin(stopWithin(id))
                .healthCheck(
                        "sim", HealthCheck.graded(() -> operator.healthOf(id)).every(Duration.ofMillis(500)))
                .runtime(runtime)
                .executor(callbacks(machine));
        HaCluster process = parts.node(machine, builder).start();
        processes.put(id, process);
        accesses.put(id, process.feature(LogAccess.class));
        stand(machine, number, process(id));
    }

    /** From now on nothing starts on that machine any more; what runs there dies. */
    void dieForGood(SimulatedNode machine, boolean withPower) {
        gone.add(machine.id());
        if (withPower) {
            takePower(machine, CrashMode.ALL_LOST);
        } else {
            machine.kill();
        }
    }

    /** True if nothing ever starts there any more. */
    boolean isGone(String id) {
        return gone.contains(id);
    }

    /** True if any running node's membership knows of it. */
    boolean isKnown(String id) {
        return machines.stream()
                .anyMatch(machine -> machine.running()
                        && process(machine.id()).members().find(id).isPresent());
    }

    /** A new machine of that name takes the place of one that is dead for good; its disk is empty, and it joins. */
    void bringNew(SimulatedNode machine) {
        gone.remove(machine.id());
        renewed.add(machine.id());
        machine.storage().wipe();
        start(machine);
    }

    /** The machine itself is mended, with what was on its disk. */
    void mendMachine(SimulatedNode machine) {
        gone.remove(machine.id());
        start(machine);
    }

    /** Whether what is acknowledged has been forced. */
    boolean forced() {
        return forced;
    }

    /**
     * Takes the power from a machine. What an unforced cluster acknowledges is promised to survive this for fewer than a
     * majority at once: so there only one machine at a time, until it has again what it may have forgotten; any other is
     * killed.
     */
    void takePower(SimulatedNode machine, CrashMode mode) {
        if (forced) {
            machine.crash(mode);
        } else if (forgetful == null || remembers(forgetful)) {
            forgetful = machine;
            // What a node says of itself may be some milliseconds old.
            forgottenUpTo = 100
                    + machines.stream()
                            .mapToLong(each -> status(each.id()).lastIndex())
                            .max()
                            .orElse(0);
            machine.crash(mode);
        } else {
            machine.kill();
        }
    }

    private boolean remembers(SimulatedNode machine) {
        return machine.running() && status(machine.id()).appliedIndex() >= forgottenUpTo;
    }

    /** Where the nodes are. */
    String[] addresses() {
        return machines.stream().map(machine -> machine.id() + ":" + PORT).toArray(String[]::new);
    }

    /** A client on a machine of its own. */
    HaCluster client(String id) {
        NodeRuntime runtime = simulation.node(id).runtime();
        HaCluster.Builder builder = HaCluster.builder("sim")
                .node(Node.client(id))
                .with(LogReplication.client(addresses())
                        .timeout(Duration.ofSeconds(5))
                        .roleLease(Duration.ofMillis(800)))
                .runtime(runtime)
                .executor(simulation.node(id).callbacks());
        HaCluster client = parts.client(builder).start();
        clients.add(client);
        return client;
    }

    /** Those that were started; they run until the end. */
    List<HaCluster> clients() {
        return clients;
    }

    /** How many bits have flipped on a disk. */
    int flips() {
        return damage.flips();
    }

    /** How many disks were emptied. */
    int emptyDisks() {
        return damage.emptyDisks();
    }

    Damage damage() {
        return damage;
    }

    Adversary adversary() {
        return adversary;
    }

    /** Runs something after each event, beside what the cluster looks at itself: a simulation has one such task. */
    void alsoLook(Runnable task) {
        looks.add(task);
    }

    private void look() {
        grants.look();
        looks.forEach(Runnable::run);
        for (SimulatedNode machine : machines) {
            if (machine.running()) {
                LogStatus status = status(machine.id());
                boolean master = status.role() == ReplicaRole.MASTER;
                if (master) {
                    decisions.master(machine.id(), status.term());
                }
                adversary.look(machine, status, master);
            }
        }
    }

    LogStatus status(String id) {
        LogAccess access = accesses.get(id);
        return access == null ? LogStatus.unknown(ReplicaRole.SLAVE) : access.status();
    }

    LogAccess access(String id) {
        LogAccess access = accesses.get(id);
        if (access == null) {
            throw new IllegalStateException(id + " has never been started");
        }
        return access;
    }

    /** Its process ended by itself, in good order. */
    boolean hasStopped(SimulatedNode machine) {
        HaCluster process = processes.get(machine.id());
        return process != null && process.failure().isEmpty() && !process.isLive();
    }

    /** Its node has been told that it belongs to the cluster no longer. */
    boolean isRemoved(SimulatedNode machine) {
        return process(machine.id()).whyNotReady().contains("was removed");
    }

    /** True if it is a cluster whose voters change. */
    boolean isReshaped() {
        return reshaped;
    }

    /** Whoever is master by the highest term that anybody calls himself that. */
    Optional<SimulatedNode> master() {
        return machines.stream()
                .filter(machine -> machine.running() && status(machine.id()).role() == ReplicaRole.MASTER)
                .max(Comparator.comparing(machine -> status(machine.id()).term()));
    }

    /** What a running node says of its log; empty if it has none yet. */
    Map<String, Object> inspect(SimulatedNode machine) {
        return machine.running()
                ? process(machine.id())
                        .feature(ReplicationNode.class)
                        .inspectable()
                        .inspect()
                : Map.of();
    }

    /**
     * True if there is a master that knows nothing of a change that is under way, and all who vote by its word do as they should, save
     * for those that are dead for good.
     */
    private boolean hasSettled() {
        Optional<SimulatedNode> master = master();
        if (master.isEmpty()) {
            return false;
        }
        Map<String, Object> known = inspect(master.get());
        return Boolean.FALSE.equals(known.get("changing"))
                && List.of().equals(known.get("learners"))
                && known.get("voters") instanceof List<?> voters
                && known.get("standby") instanceof List<?> standby
                && machines.stream()
                        .filter(machine -> voters.contains(machine.id()) || standby.contains(machine.id()))
                        .filter(machine -> !isGone(machine.id()))
                        .allMatch(machine -> isUpToDate(machine)
                                && (status(machine.id()).role() != ReplicaRole.LEARNER)
                                        == voters.contains(machine.id()))
                && known.get("wanted") instanceof Integer wanted
                && parts.isDone(voters, standby, wanted);
    }

    private boolean isUpToDate(SimulatedNode machine) {
        return machine.running()
                && process(machine.id()).isReady()
                && log(machine.id()).applied().size() == decisions.size();
    }

    /** The highest term that a running node knows. */
    long term() {
        return machines.stream()
                .filter(SimulatedNode::running)
                .mapToLong(machine -> status(machine.id()).term())
                .max()
                .orElse(0);
    }

    /** True if every node is ready, has a vote, and has applied as much as all have decided. */
    boolean hasConverged() {
        return reshaped
                ? hasSettled()
                : machines.stream()
                        .allMatch(machine ->
                                isUpToDate(machine) && status(machine.id()).role() != ReplicaRole.LEARNER);
    }

    /** The present process on a machine, or its last one. */
    HaCluster process(String id) {
        HaCluster process = processes.get(id);
        if (process == null) {
            throw new IllegalStateException(id + " has never been started");
        }
        return process;
    }

    AppliedLog log(String id) {
        AppliedLog log = logs.get(id);
        if (log == null) {
            throw new IllegalStateException(id + " has never been started");
        }
        return log;
    }

    /**
     * True if a disk was emptied while another node cannot trust its own: together they are a majority, or may have been
     * one. A cluster that stops then, until somebody decides what is to be believed, is right.
     */
    boolean awaitsOperator() {
        boolean masterless =
                machines.stream().noneMatch(machine -> status(machine.id()).role() == ReplicaRole.MASTER);
        boolean emptied = damage.awaitsItsVote()
                || machines.stream().anyMatch(machine -> status(machine.id()).role() == ReplicaRole.LEARNER);
        boolean doubted = machines.stream()
                .anyMatch(machine ->
                        machine.running() && process(machine.id()).whyNotReady().contains("does not vote until"));
        return !reshaped && masterless && emptied && doubted; // no disk is emptied where voters change
    }

    /** What each node says of itself, for a failure's report. */
    String describe() {
        StringBuilder text = new StringBuilder();
        for (SimulatedNode machine : machines) {
            text.append("\n  ").append(machine.id()).append(machine.running() ? " " : " (down) ");
            if (processes.containsKey(machine.id())) {
                text.append(status(machine.id()))
                        .append(" applied ")
                        .append(log(machine.id()).applied().size());
                process(machine.id()).failure().ifPresent(cause -> text.append(" FAILED: ")
                        .append(cause));
                text.append(
                        process(machine.id()).isReady()
                                ? " ready"
                                : " not ready: " + process(machine.id()).whyNotReady());
            }
        }
        master().ifPresent(machine -> {
            text.append("\n  voters ")
                    .append(inspect(machine).get("voters"))
                    .append(" standby ")
                    .append(inspect(machine).get("standby"))
                    .append("\n  ")
                    .append(parts.describe(process(machine.id())));
        });
        text.append("\n  ").append(grants.describe(ElectionEngine.MASTER));
        ROLES.forEach(role -> text.append("\n  ").append(grants.describe(role)));
        return text.append("\n  decided ").append(decisions.size()).toString();
    }
}
