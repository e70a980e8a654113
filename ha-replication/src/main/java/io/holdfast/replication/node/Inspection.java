package io.holdfast.replication.node;

import io.holdfast.core.Address;
import io.holdfast.core.Explanation.Finding;
import io.holdfast.core.Explanation.State;
import io.holdfast.core.SafeToStop;
import io.holdfast.core.spi.Inspectable;
import io.holdfast.core.spi.OperatorCommand;
import io.holdfast.replication.LogStatus;
import io.holdfast.replication.log.Voter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** What operators see of a node's log. Safe from any thread. */
final class Inspection implements Inspectable {
    /** A situation is published twice a second at the least; from an older one nobody is told to stop a node. */
    static final long FRESH_NANOS = 1_000_000_000L;

    private final String node;
    private final Map<String, Address> listed;
    private final Supplier<@Nullable Situation> situation;
    private final Supplier<@Nullable Finding> autopilot;
    private final List<OperatorCommand> commands;
    private final LongSupplier nanoTime;

    /**
     * Makes one.
     *
     * @param situation null while there is no cluster yet, or its log is being read
     * @param autopilot what the autopilot has to say; null for nothing
     * @param commands what operators may have the log do
     * @param nanoTime the node's clock
     */
    Inspection(
            String node,
            Map<String, Address> listed,
            Supplier<@Nullable Situation> situation,
            Supplier<@Nullable Finding> autopilot,
            List<OperatorCommand> commands,
            LongSupplier nanoTime) {
        this.node = node;
        this.listed = listed;
        this.situation = situation;
        this.autopilot = autopilot;
        this.commands = commands;
        this.nanoTime = nanoTime;
    }

    @Override
    public Map<String, Object> inspect() {
        Situation s = situation.get();
        Map<String, Object> status = new LinkedHashMap<>();
        status.put("formed", s != null);
        if (s != null) {
            LogStatus log = s.status();
            status.put("role", log.role().name());
            status.put("term", log.term());
            status.put("master", s.master());
            status.put("lastIndex", log.lastIndex());
            status.put("commitIndex", log.commitIndex());
            status.put("appliedIndex", log.appliedIndex());
            status.put("durableIndex", log.durableIndex());
            status.put("matches", new TreeMap<>(log.matches()));
            status.put("voters", nodes(s.configuration().voters()));
            status.put("learners", nodes(s.configuration().learners()));
            status.put("standby", nodes(s.configuration().standby()));
            status.put("wanted", s.configuration().votersWanted());
            status.put("changing", s.configuration().isJoint());
            TreeSet<String> reached = new TreeSet<>();
            s.reached().forEach(id -> reached.add(Voter.nodeOf(id)));
            status.put("connected", reached);
            status.put("doubtful", s.doubtful());
            status.put("level", s.configuration().level());
            status.put("supports", s.supports());
            if (s.isMaster()) {
                status.put("common", UpgradeReport.common(s.configuration(), s.levels()));
            }
        }
        return status;
    }

    private static List<String> nodes(List<Voter> voters) {
        return voters.stream().map(Voter::nodeId).toList();
    }

    @Override
    public List<Finding> explain() {
        Situation s = situation.get();
        if (s == null) {
            return List.of(new Finding(
                    "master",
                    State.WAITING,
                    "the cluster is being formed of " + listed.keySet()
                            + ", or this node still reads its log; what it waits for is said under ready",
                    "start all nodes that are listed in bootstrap"));
        }
        List<Finding> findings = new ArrayList<>(Explainer.explain(s));
        Finding flies = autopilot.get();
        if (flies != null) {
            findings.add(flies);
        }
        return findings;
    }

    @Override
    public SafeToStop safeToStop(String nodeId) {
        Situation s = situation.get();
        if (s == null) {
            return SafeToStop.no(
                    nodeId,
                    node + " does not know the cluster yet: it is being formed, or the log is still being read");
        }
        long age = nanoTime.getAsLong() - s.atNanos();
        if (age > FRESH_NANOS) { // it was suspended, or its loop is stuck: since then it may have been superseded
            return SafeToStop.no(
                    nodeId, "what " + node + " knows is " + age / 1_000_000 + " ms old, so it cannot tell; ask again");
        }
        return StopDecision.decide(s, nodeId);
    }

    @Override
    public Map<String, Address> nodes() {
        Situation s = situation.get();
        if (s == null) {
            return listed;
        }
        Map<String, Address> nodes = new TreeMap<>();
        s.configuration().learners().forEach(voter -> nodes.put(voter.nodeId(), s.addressOf(voter)));
        s.configuration().members().forEach(voter -> nodes.put(voter.nodeId(), s.addressOf(voter)));
        return nodes;
    }

    @Override
    public List<OperatorCommand> operatorCommands() {
        return commands;
    }
}
