package io.holdfast.examples.demo;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.holdfast.core.ChangeRefusedException;
import io.holdfast.core.HaCluster;
import io.holdfast.core.MemberEvent;
import io.holdfast.core.Node;
import io.holdfast.core.NotAvailableException;
import io.holdfast.examples.demo.NodeEvent.Kind;
import io.holdfast.membership.GossipMembership;
import io.holdfast.replication.LogReplication;
import io.holdfast.replication.ReplicatedLog;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * One node of a cluster that grows and shrinks, a process of its own: {@code ShapeNode ID PORT DIRECTORY form|join ID@HOST:PORT...}.
 * The nodes listed form the cluster; one that joins finds it by them. It prints a {@link NodeStatus} every 200 ms and {@link
 * NodeEvent}s as they happen. It is told {@code vote}, which has the cluster give it a vote, {@code leave}, after which it ends, and
 * {@code stop}, and dies when its standard input ends.
 */
public final class ShapeNode {
    static final String FORM = "form";
    static final String JOIN = "join";

    private static final long STATUS_MILLIS = 200;
    private static final int SEGMENT_BYTES = 16 << 20;
    private static final Set<MemberEvent.Kind> TOLD = EnumSet.of(MemberEvent.Kind.JOINED, MemberEvent.Kind.LEFT);

    private final String id;
    private final ObjectMapper json = new ObjectMapper();
    private final PrintStream out = System.out;
    private volatile boolean leaving;

    private ShapeNode(String id) {
        this.id = id;
    }

    /** Runs the node. */
    public static void main(String[] args) throws InterruptedException {
        new ShapeNode(args[0]).run(args);
    }

    private void run(String[] args) throws InterruptedException {
        String[] founders = Arrays.copyOfRange(args, 4, args.length);
        String[] seeds = addresses(founders);
        LogReplication log = LogReplication.inDirectory(Path.of(args[2]))
                .segmentBytes(SEGMENT_BYTES)
                .stateMachine(new LineLedger());
        Orders orders = new Orders();
        try (HaCluster cluster = HaCluster.builder("demo")
                .node(Node.of(id).bind("127.0.0.1:" + args[1]))
                .with(GossipMembership.seeds(seeds))
                .with(args[3].equals(JOIN) ? log.join(seeds) : log.bootstrap(founders))
                .memberListener(this::heard)
                .start()) {
            orders.listen(order -> obey(order, cluster));
            ReplicatedLog replicated = ReplicatedLog.in(cluster);
            while (!orders.stopOrdered(STATUS_MILLIS, TimeUnit.MILLISECONDS)) {
                if (cluster.failure().isPresent()) {
                    throw new IllegalStateException(
                            id + " has stopped by itself", cluster.failure().get());
                }
                out.println(DemoNode.toJson(json, NodeStatus.of(replicated.status())));
                if (leaving && left(cluster)) {
                    return;
                }
            }
        }
    }

    /** Of nodes as a bootstrap list has them, where they listen. */
    static String[] addresses(String[] founders) {
        return Arrays.stream(founders)
                .map(founder -> founder.substring(founder.indexOf('@') + 1))
                .toArray(String[]::new);
    }

    private void heard(MemberEvent event) {
        if (TOLD.contains(event.kind())) {
            happened(Kind.MEMBER, event.member().id() + " " + event.kind());
        }
    }

    private void obey(String order, HaCluster cluster) {
        switch (order) {
            case "vote" -> vote(cluster);
            case "leave" -> leaving = true;
            default -> System.err.println("the order \"" + order + "\" is not known here");
        }
    }

    private void vote(HaCluster cluster) {
        var unused = LogReplication.voters(cluster).addVoter(id).whenComplete((change, problem) -> {
            if (problem == null) {
                happened(Kind.VOTES, String.join(", ", change.voters()) + " vote");
            } else {
                happened(Kind.SHAPE_REFUSED, problem.toString());
            }
        });
    }

    private boolean left(HaCluster cluster) {
        leaving = false;
        try {
            cluster.leave();
        } catch (ChangeRefusedException | NotAvailableException refused) {
            happened(Kind.SHAPE_REFUSED, refused.toString());
            return false;
        }
        happened(Kind.LEFT_CLUSTER, "");
        return true;
    }

    private void happened(Kind kind, String text) {
        out.println(NodeEvent.MARK + DemoNode.toJson(json, new NodeEvent(id, kind, SharedClock.nanos(), 0, text)));
    }
}
