package io.holdfast.examples;

import io.holdfast.core.HaCluster;
import io.holdfast.core.Node;
import io.holdfast.replication.LogReplication;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * Three nodes in one JVM, for examples that are about something else. In earnest each node is a process on a host of its
 * own, with the same few lines.
 */
final class ThreeNodes implements AutoCloseable {
    private final List<HaCluster> nodes = new ArrayList<>();

    private ThreeNodes() {}

    /**
     * Starts them and waits until they can serve.
     *
     * @param directory for their logs
     * @param more what is set beside directory and voters; called once a node
     */
    static ThreeNodes start(Path directory, UnaryOperator<LogReplication> more) throws IOException {
        List<Integer> ports = Ports.free(3);
        String[] voters = new String[3];
        for (int i = 0; i < 3; i++) {
            voters[i] = "node-" + (i + 1) + "@127.0.0.1:" + ports.get(i);
        }
        ThreeNodes three = new ThreeNodes();
        try {
            for (int i = 0; i < 3; i++) {
                String id = "node-" + (i + 1);
                LogReplication replication = LogReplication.inDirectory(directory.resolve(id))
                        .bootstrap(voters)
                        .segmentBytes(1 << 20);
                three.nodes.add(HaCluster.builder("example")
                        .node(Node.of(id).bind("127.0.0.1:" + ports.get(i)))
                        .with(more.apply(replication))
                        .start());
            }
            three.nodes.forEach(node -> node.awaitReady(Duration.ofSeconds(30)));
            return three;
        } catch (RuntimeException e) {
            three.close();
            throw e;
        }
    }

    /** The node of this number, from 1. */
    HaCluster node(int number) {
        return nodes.get(number - 1);
    }

    /** The node of this id. */
    HaCluster node(String id) {
        return nodes.stream()
                .filter(node -> node.node().id().equals(id))
                .findFirst()
                .orElseThrow();
    }

    @Override
    public void close() {
        nodes.forEach(HaCluster::close);
    }
}
