package io.holdfast.examples.demo;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.holdfast.core.HaCluster;
import io.holdfast.core.Node;
import io.holdfast.replication.LogReplication;
import io.holdfast.replication.ReplicatedLog;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;

/**
 * One node, a process of its own: {@code DemoNode ID PORT DIRECTORY ID@HOST:PORT...}. It prints a {@link NodeStatus} every
 * 200 ms, stops in good order when it reads {@code stop}, and dies when its standard input ends, so that it cannot
 * outlive whoever started it.
 */
public final class DemoNode {
    private static final long STATUS_MILLIS = 200;
    /** Small, so that three nodes begin with little to fill ahead on one disk. */
    private static final int SEGMENT_BYTES = 16 << 20;

    private DemoNode() {}

    /** Runs the node. */
    public static void main(String[] args) throws InterruptedException {
        Orders orders = new Orders();
        orders.listen(order -> {});
        try (HaCluster cluster = HaCluster.builder("demo")
                .node(Node.of(args[0]).bind("127.0.0.1:" + args[1]))
                .with(LogReplication.inDirectory(Path.of(args[2]))
                        .bootstrap(Arrays.copyOfRange(args, 3, args.length))
                        .segmentBytes(SEGMENT_BYTES)
                        .stateMachine(new LineLedger()))
                .start()) {
            report(cluster, orders, System.out);
        }
    }

    /** Prints how the node is, until it is told to stop. */
    static void report(HaCluster cluster, Orders orders, PrintStream out) throws InterruptedException {
        ReplicatedLog log = ReplicatedLog.in(cluster);
        ObjectMapper json = new ObjectMapper();
        do {
            if (cluster.failure().isPresent()) {
                throw new IllegalStateException(
                        cluster.node().id() + " has stopped by itself",
                        cluster.failure().get());
            }
            out.println(toJson(json, NodeStatus.of(log.status())));
        } while (!orders.stopOrdered(STATUS_MILLIS, TimeUnit.MILLISECONDS));
    }

    static String toJson(ObjectMapper json, Object status) {
        try {
            return json.writeValueAsString(status);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a status cannot be written as JSON", e);
        }
    }
}
