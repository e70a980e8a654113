package io.holdfast.verification.scaling;

import io.holdfast.autoscale.ScalingStatus;
import io.holdfast.autoscale.StartOrder;
import io.holdfast.autoscale.StopOrder;
import io.holdfast.core.HaCluster;
import io.holdfast.core.Member;
import io.holdfast.core.MemberState;
import io.holdfast.testkit.Simulation;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/** What may never happen, looked at whenever a node comes or goes. */
final class ScalingChecks implements OrderChecks {
    /** For so long after a fault a node may be unable to serve for it, or be taken for dead. */
    private static final long AFTERMATH_NANOS = 120_000_000_000L;

    private static final long HIDDEN_NANOS = 60_000_000_000L;

    private final Simulation simulation;
    private final ScalingOptions options;
    private final ScaledCluster cluster;
    private final ScalingViolations violations;
    private final Map<String, String> actions = new TreeMap<>();
    /** Whom the node that had it stopped took for dead. */
    private final Map<String, Integer> takenForDead = new TreeMap<>();

    private long hiddenAtNanos = Long.MIN_VALUE / 2;
    private int left;

    ScalingChecks(Simulation simulation, ScalingOptions options, ScaledCluster cluster, ScalingViolations violations) {
        this.simulation = simulation;
        this.options = options;
        this.cluster = cluster;
        this.violations = violations;
    }

    /** How many nodes left by themselves. */
    int left() {
        return left;
    }

    private boolean isStruck(ScaledNode node) {
        return simulation.nowNanos() - node.struckAtNanos < AFTERMATH_NANOS;
    }

    private void once(String action, String what) {
        String before = actions.putIfAbsent(action, what);
        if (before != null && !before.equals(what)) {
            violations.add("action " + action + " was " + before + ", and is " + what);
        }
    }

    @Override
    public void startOrdered(String caller, StartOrder order) {
        violations.note(caller + " has the target start: " + order);
        once(order.action(), "start " + order.nodes() + " of " + order.size());
    }

    @Override
    public void created(String node, boolean runs) {
        if (runs) {
            violations.add(node + " runs, and was started a second time");
        }
    }

    @Override
    public void started() {
        long others = options.managed()
                ? 0
                : cluster.nodes().stream()
                        .filter(node -> !cluster.target().knows(node.id()))
                        .filter(node -> node.runs() && !isStruck(node))
                        .count();
        List<String> present = cluster.target().present();
        if (present.size() + others > options.max()) {
            violations.add("there are or will be " + present + (others == 0 ? "" : " and " + others + " others")
                    + ", and " + options.max() + " nodes are the most");
        }
    }

    @Override
    public void stopOrdered(String caller, StopOrder order, long remaining) {
        violations.note(caller + " has the target stop: " + order);
        once(order.action(), "stop " + order.node());
        if (order.size() < remaining && simulation.nowNanos() - hiddenAtNanos > HIDDEN_NANOS) {
            violations.add(order + " although there are " + remaining + " beside it");
        }
        ScaledNode node = cluster.node(order.node()).orElse(null);
        if (node == null) {
            return; // it never ran
        }
        quorumStays(node.id());
        if (isTakenForDead(caller, node)) {
            takenForDead.put(node.id(), node.life);
            return;
        }
        if (node.runs() && node.isMaster()) {
            violations.add(node.id() + " is the master, and is stopped");
        } else if (node.runs() && node.served && node.drainsSinceNanos < 0) {
            violations.add(node.id() + " serves, does not drain, and is stopped");
        }
        if (node.runs() && node.served) {
            enoughServe(node);
        }
    }

    private boolean isTakenForDead(String caller, ScaledNode node) {
        return cluster.node(caller)
                .map(ScaledNode::process)
                .map(HaCluster::members)
                .flatMap(members -> members.find(node.id()))
                .map(Member::state)
                .filter(state -> state != MemberState.DEAD)
                .isEmpty();
    }

    /** Whoever could serve before, or was struck just now, counts: what happens when it was decided already is no fault of scaling. */
    private void enoughServe(ScaledNode without) {
        long serving = 0;
        for (ScaledNode node : cluster.nodes()) {
            boolean is = (node.runs() && node.served && !node.drains()) || (isStruck(node) && node.life > 0);
            serving += is && !node.equals(without) ? 1 : 0;
        }
        if (serving < options.min()) {
            violations.add("without " + without.id() + " " + serving + " nodes serve, and " + options.min()
                    + " are the least:" + cluster.describe());
        }
    }

    /** Of those that vote so many are there, or come back, that they are a majority. */
    private void quorumStays(String without) {
        List<String> voters = cluster.voters();
        long stay = voters.stream()
                .filter(voter -> !voter.equals(without))
                .filter(voter -> cluster.target().knows(voter) || (!options.managed() && ScaledCluster.isFirst(voter)))
                .count();
        if (!voters.isEmpty() && stay <= voters.size() / 2) {
            violations.add("without " + without + " there are " + stay + " of the voters " + voters);
        }
    }

    /** The target ends a node's process. */
    void stopped(ScaledNode node) {
        boolean dead = Objects.equals(takenForDead.get(node.id()), node.life);
        cluster.requests().ended(node, dead ? "it was taken for dead" : "");
    }

    /** A process has ended in some way. */
    void ended(ScaledNode node) {
        if (node.endedFromOutside) {
            cluster.requests().ended(node, "it was struck, or its requests have been counted");
            return;
        }
        HaCluster process = node.process();
        if (process != null && process.failure().isPresent()) {
            cluster.requests().ended(node, "it failed");
            return; // which is a problem of its own
        }
        left++;
        violations.note(node.id() + " has left");
        cluster.requests().ended(node, "");
        if (node.served) {
            enoughServe(node);
        }
        quorumStays(node.id());
    }

    @Override
    public void hidden() {
        hiddenAtNanos = simulation.nowNanos();
    }

    @Override
    public void strikes(String id) {
        cluster.node(id).ifPresent(node -> {
            node.struckAtNanos = simulation.nowNanos();
            node.endedFromOutside = true;
        });
    }

    /** Why the cluster is not as it should be in the calm; empty if it is. */
    String unsettled() {
        ScalingStatus status = cluster.deciding().orElse(null);
        if (status == null) {
            return "nobody decides";
        }
        long drains = cluster.nodes().stream().filter(ScaledNode::drains).count();
        long ready = status.nodes().values().stream().filter("READY"::equals).count();
        int serving = cluster.serving();
        if (!status.action().isEmpty() || !status.pausedBy().isEmpty() || drains > 0) {
            return "something is going on: " + status + "; " + drains + " nodes drain";
        }
        // Where the target has none but the master, nobody goes until another is master.
        boolean spared = status.waitsFor().endsWith(" is the master") && status.wanted() < ready;
        if ((status.wanted() != ready && !spared) || ready != serving) {
            return status.wanted() + " are wanted, " + ready + " are ready as is known, " + serving + " serve";
        }
        if (status.wanted() < options.min() || status.wanted() > options.max()) {
            return status.wanted() + " are wanted, which is out of bounds";
        }
        double work = Math.max(cluster.demand().nodes(), 0);
        int wanted = status.wanted();
        boolean few = wanted < options.max() && wanted < work * 0.85 - 0.01;
        boolean many = wanted > options.min()
                && wanted - 1 > work * 1.35
                && wanted > cluster.demand().floor();
        boolean early = wanted < Math.min(options.max(), cluster.demand().floor());
        if (few || many || early) {
            return wanted + " are wanted where there is work for " + work + ", and the timetable wants "
                    + cluster.demand().floor();
        }
        return "";
    }
}
