package io.holdfast.examples.demo;

import io.holdfast.core.HaCluster;
import io.holdfast.core.Node;
import io.holdfast.membership.GossipMembership;
import io.holdfast.replication.LogReplication;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * One node of a service over HTTP, a process of its own: {@code RouteNode ID PORT DIRECTORY ID=HTTP-PORT,... ID@HOST:PORT...}. It tells
 * the others by gossip where it serves. It prints a {@link NodeStatus} every 200 ms, stops in good order when it reads {@code stop}, and
 * dies when its standard input ends.
 */
public final class RouteNode {
    private static final int SEGMENT_BYTES = 16 << 20;
    /** The JDK's server closes what is idle above that: far more than callers have connections. */
    private static final int MOST_IDLE_CONNECTIONS = 10_000;

    private RouteNode() {}

    /** Runs the node. */
    public static void main(String[] args) throws IOException, InterruptedException {
        prepareHttp();
        int port = NodePorts.parse(args[3]).of(args[0]);
        String[] founders = Arrays.copyOfRange(args, 4, args.length);
        Orders orders = new Orders();
        orders.listen(order -> {});
        try (HaCluster cluster = HaCluster.builder("demo")
                .node(Node.of(args[0]).bind("127.0.0.1:" + args[1]).service("http", "http://127.0.0.1:" + port))
                .with(GossipMembership.seeds(ShapeNode.addresses(founders)))
                .with(LogReplication.inDirectory(Path.of(args[2]))
                        .bootstrap(founders)
                        .segmentBytes(SEGMENT_BYTES)
                        .stateMachine(new RouteBook()))
                .start()) {
            RouteServer server = RouteServer.start(cluster, port);
            try {
                DemoNode.report(cluster, orders, System.out);
            } finally {
                server.close();
            }
        }
    }

    /** How the JDK's server is set, which reads it when it is first used. */
    static void prepareHttp() {
        // Without it small answers wait for an acknowledgement.
        System.setProperty("sun.net.httpserver.nodelay", "true");
        System.setProperty("sun.net.httpserver.maxIdleConnections", String.valueOf(MOST_IDLE_CONNECTIONS));
    }
}
