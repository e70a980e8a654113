package io.holdfast.verification.scaling;

import io.holdfast.autoscale.Autoscaling;
import io.holdfast.autoscale.Instance;
import io.holdfast.autoscale.Load;
import io.holdfast.autoscale.ScalingStatus;
import io.holdfast.autoscale.TargetTracking;
import io.holdfast.core.HaCluster;
import io.holdfast.core.Node;
import io.holdfast.membership.GossipMembership;
import io.holdfast.replication.LogReplication;
import io.holdfast.replication.node.ReplicationNode;
import io.holdfast.testkit.SimulatedNode;
import io.holdfast.testkit.Simulation;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.TreeMap;

/** Nodes with gossip, the log and scaling in a simulation; a target starts and stops them. */
final class ScaledCluster implements SimulatedTarget.Machines {
    static final int PORT = 7400;
    private static final String NAME = "shop";

    private final Simulation simulation;
    private final ScalingOptions options;
    private final ScalingViolations violations;
    private final Map<String, ScaledNode> nodes = new TreeMap<>();
    private final SplittableRandom random;
    private final Demand demand;
    private final Requests requests;
    private final ScalingChecks checks;
    private final SimulatedTarget target;
    private final boolean datagrams;

    ScaledCluster(Simulation simulation, ScalingOptions options, ScalingViolations violations) {
        this.simulation = simulation;
        this.options = options;
        this.violations = violations;
        this.random = simulation.random("nodes");
        this.demand = new Demand(simulation, options);
        this.requests = new Requests(simulation, options, nodes, violations);
        this.checks = new ScalingChecks(simulation, options, this, violations);
        this.target = new SimulatedTarget(simulation, options, this, checks);
        this.datagrams = random.nextInt(5) > 0;
        simulation.afterEachEvent(this::look);
    }

    /** Starts those that form it. */
    void form() {
        for (int i = 1; i <= ScalingOptions.VOTERS; i++) {
            String id = "node-" + i;
            machine(id);
            if (options.managed()) {
                target.has(id);
            }
        }
        for (int i = 1; i <= ScalingOptions.VOTERS; i++) {
            start("node-" + i, false);
        }
    }

    private ScaledNode machine(String id) {
        return nodes.computeIfAbsent(id, name -> {
            SimulatedNode machine = simulation.node(name);
            if (options.skewed()) {
                machine.jumpWallClock(Duration.ofSeconds(random.nextInt(600) - 300));
            }
            return new ScaledNode(machine);
        });
    }

    @Override
    public void start(String id, boolean fresh) {
        ScaledNode node = machine(id);
        if (node.runs()) {
            return; // who restarts it was faster
        }
        node.renewed |= !isFirst(id) || (fresh && node.known);
        if (fresh && node.known) {
            node.machine().storage().wipe();
        }
        simulation.network().setName(NAME, named(id));
        LogReplication stored = LogReplication.inDirectory(Path.of("data"));
        LogReplication log = (node.renewed ? stored.join(addresses(id)) : stored.bootstrap(firstNodes()))
                .segmentBytes(256 << 10)
                .timeout(Duration.ofSeconds(5))
                .autopilotReplaceAfter(options.replaceAfter());
        GossipMembership gossip = GossipMembership.seeds("dns:" + NAME + ":" + PORT);
        HaCluster process = HaCluster.builder("sim")
                .node(Node.of(id).bind(id + ":" + PORT).zone(id.charAt(id.length() - 1) % 2 == 0 ? "even" : "odd"))
                .with(datagrams ? gossip : gossip.withoutDatagrams())
                .with(log)
                .with(scaling(node))
                .runtime(node.machine().runtime())
                .executor(node.machine().callbacks())
                .start();
        node.started(process);
        violations.note(id + " started" + (fresh ? " fresh" : ""));
    }

    private Autoscaling scaling(ScaledNode node) {
        Autoscaling scaling = Autoscaling.on(target.seenFrom(node.id()))
                .between(options.min(), options.max())
                .policy(TargetTracking.cpu(options.cpu()))
                .limits(options.limits())
                .nodeNames("node-")
                .withoutJvmLoads()
                .load(Load.CPU, () -> isSilent(node) ? Double.NaN : demand.cpu(serving()))
                .every(options.decisions(), options.samples())
                .warmUp(options.warmUp())
                .drain(options.drainAtLeast(), options.drainWithin())
                .startWithin(options.startWithin())
                .awayFor(options.awayFor());
        if (options.scheduled()) {
            scaling = scaling.policy(demand.timetable());
        }
        return options.tellsRequests()
                ? scaling.load(
                        Load.IN_FLIGHT,
                        () -> isSilent(node) && node.silentOnRequests ? Double.NaN : requests.inFlight(node.id()))
                : scaling;
    }

    private boolean isSilent(ScaledNode node) {
        return simulation.nowNanos() < node.silentUntilNanos;
    }

    /** True for those that form it. */
    static boolean isFirst(String id) {
        return List.of(firstIds()).contains(id);
    }

    private static String[] firstIds() {
        String[] ids = new String[ScalingOptions.VOTERS];
        for (int i = 0; i < ids.length; i++) {
            ids[i] = "node-" + (i + 1);
        }
        return ids;
    }

    private static String[] firstNodes() {
        String[] all = firstIds();
        for (int i = 0; i < all.length; i++) {
            all[i] = all[i] + "@" + all[i] + ":" + PORT;
        }
        return all;
    }

    /** Who runs, and who is about to. */
    private String[] named(String starting) {
        return nodes.values().stream()
                .filter(node -> node.runs() || node.id().equals(starting) || (!node.renewed && isFirst(node.id())))
                .map(ScaledNode::id)
                .toArray(String[]::new);
    }

    private String[] addresses(String starting) {
        return Arrays.stream(named(starting)).map(id -> id + ":" + PORT).toArray(String[]::new);
    }

    @Override
    public void stop(String id) {
        ScaledNode node = nodes.get(id);
        if (node != null && node.runs()) {
            boolean struck = node.endedFromOutside;
            node.endedFromOutside = true;
            if (!struck) {
                checks.stopped(node);
            }
            node.machine().kill();
        }
    }

    @Override
    public boolean runs(String id) {
        ScaledNode node = nodes.get(id);
        return node != null && node.runs();
    }

    /** A client on a machine of its own; it sends requests, and its map can be written. */
    HaCluster client(String id) {
        SimulatedNode machine = simulation.node(id);
        HaCluster client = HaCluster.builder("sim")
                .node(Node.client(id))
                .with(GossipMembership.seeds("dns:" + NAME + ":" + PORT))
                .with(LogReplication.client(addresses("")).timeout(Duration.ofSeconds(5)))
                .runtime(machine.runtime())
                .executor(machine.callbacks())
                .start();
        requests.add(client, id);
        return client;
    }

    private void look() {
        long now = simulation.nowNanos();
        for (ScaledNode node : nodes.values()) {
            if (node.hasEnded()) {
                checks.ended(node);
                if (!node.endedFromOutside) {
                    target.exited(node.id());
                }
                simulation.network().setName(NAME, named(""));
            } else {
                node.look(now);
            }
        }
    }

    /** Whoever runs nodes starts those anew that were removed: their votes were given to others while they were silent. */
    void startRemovedAnew() {
        for (ScaledNode node : nodes.values()) {
            if (node.isRemoved()) {
                violations.note(node.id() + " was removed, and is started anew");
                node.struckAtNanos = simulation.nowNanos();
                node.endedFromOutside = true;
                node.machine().kill();
                boolean targets = target.knows(node.id());
                simulation.at(Duration.ofSeconds(1), () -> {
                    if (!targets || target.has(node.id(), Instance.State.RUNNING)) { // if it has not been stopped since
                        start(node.id(), false);
                    }
                });
            }
        }
    }

    Collection<ScaledNode> nodes() {
        return nodes.values();
    }

    Optional<ScaledNode> node(String id) {
        return Optional.ofNullable(nodes.get(id));
    }

    SimulatedTarget target() {
        return target;
    }

    Demand demand() {
        return demand;
    }

    Requests requests() {
        return requests;
    }

    ScalingChecks checks() {
        return checks;
    }

    /** How many nodes would answer a request. */
    int serving() {
        return (int) nodes.values().stream().filter(ScaledNode::serves).count();
    }

    /** Whoever is master by the highest term that anybody calls himself that. */
    Optional<ScaledNode> master() {
        return nodes.values().stream().filter(ScaledNode::isMaster).max(Comparator.comparing(node -> node.status()
                .term()));
    }

    /** Who decides, and how scaling stands there. */
    Optional<ScalingStatus> deciding() {
        return master().flatMap(ScaledNode::deciding);
    }

    /** Who votes, as the master knows; nobody if there is none, or a change is not decided. */
    List<String> voters() {
        return master().map(ScaledNode::process)
                .map(process ->
                        process.feature(ReplicationNode.class).inspectable().inspect())
                .filter(known -> Boolean.FALSE.equals(known.get("changing")))
                .map(known -> known.get("voters") instanceof List<?> list
                        ? list.stream().map(String::valueOf).toList()
                        : List.<String>of())
                .orElse(List.of());
    }

    String describe() {
        StringBuilder text = new StringBuilder();
        nodes.values().forEach(node -> text.append("\n    ").append(node));
        text.append("\n    voters ").append(voters());
        text.append("\n    ").append(target);
        deciding().ifPresent(status -> text.append("\n    ").append(status));
        master().map(ScaledNode::process)
                .ifPresent(process -> process.explain().findings().forEach(finding -> text.append("\n    ")
                        .append(finding)));
        text.append("\n    there is work for ")
                .append(demand.nodes())
                .append(" nodes; ")
                .append(options);
        return text.toString();
    }
}
