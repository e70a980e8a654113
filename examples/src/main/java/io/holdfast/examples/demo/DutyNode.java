package io.holdfast.examples.demo;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.holdfast.core.HaCluster;
import io.holdfast.core.Node;
import io.holdfast.examples.demo.NodeEvent.Kind;
import io.holdfast.replication.LogReplication;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;

/**
 * One node whose master has a duty, a process of its own: {@code DutyNode ID PORT DIRECTORY STORE ID@HOST:PORT...}, where
 * STORE is a file that holds the store's address. It prints a {@link NodeStatus} every 200 ms and {@link NodeEvent}s as
 * they happen. It is told {@code dawdle} and {@code go on} (see {@link DutyWriter}), {@code hand over}, and {@code stop},
 * and dies when its standard input ends.
 */
public final class DutyNode {
    /** How long the callbacks may take after mastership has ended; the next master's wait for it. */
    static final Duration STOP_WITHIN = Duration.ofSeconds(2);
    /** Of the default timing, see docs/mastership.md. */
    static final Duration LEASE = Duration.ofMillis(600);

    static final Duration DRIFT = LEASE.dividedBy(4);

    private static final int SEGMENT_BYTES = 16 << 20;

    private final String id;
    private final ObjectMapper json = new ObjectMapper();
    private final PrintStream out;

    private DutyNode(String id, PrintStream out) {
        this.id = id;
        this.out = out;
    }

    /** Runs the node. */
    public static void main(String[] args) throws InterruptedException, IOException {
        new DutyNode(args[0], System.out).run(args);
    }

    private void run(String[] args) throws InterruptedException, IOException {
        DutyWriter duty = new DutyWriter(id, Files.readString(Path.of(args[3])).strip(), this::happened);
        Orders orders = new Orders();
        try (HaCluster cluster = HaCluster.builder("demo")
                .node(Node.of(id).bind("127.0.0.1:" + args[1]))
                .with(LogReplication.inDirectory(Path.of(args[2]))
                        .bootstrap(Arrays.copyOfRange(args, 4, args.length))
                        .segmentBytes(SEGMENT_BYTES))
                .onMaster(duty::begin)
                .onSlave(duty::end)
                .stopWithin(STOP_WITHIN)
                .build()) {
            orders.listen(order -> obey(order, duty, cluster));
            cluster.start();
            DemoNode.report(cluster, orders, out);
        }
    }

    private void obey(String order, DutyWriter duty, HaCluster cluster) {
        switch (order) {
            case "dawdle" -> duty.dawdle();
            case "go on" -> duty.goOn();
            case "hand over" -> handOver(cluster);
            default -> System.err.println("the order \"" + order + "\" is not known here");
        }
    }

    private void handOver(HaCluster cluster) {
        var unused = cluster.transferMastership("").whenComplete((holder, problem) -> {
            if (problem == null) {
                happened(Kind.HANDED_OVER, holder.token().value(), holder.nodeId());
            } else {
                happened(Kind.HAND_OVER_FAILED, 0, problem.toString());
            }
        });
    }

    private void happened(Kind kind, long token, String text) {
        long now = SharedClock.nanos();
        out.println(NodeEvent.MARK + DemoNode.toJson(json, new NodeEvent(id, kind, now, token, text)));
    }
}
