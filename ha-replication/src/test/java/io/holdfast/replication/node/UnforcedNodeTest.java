package io.holdfast.replication.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.core.HaCluster;
import io.holdfast.core.Node;
import io.holdfast.replication.Codec;
import io.holdfast.replication.LogReplication;
import io.holdfast.replication.ReplicatedMap;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** On real files and sockets. */
class UnforcedNodeTest {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    @TempDir
    Path directory;

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private HaCluster start(int node, String[] nodes, boolean forced) {
        LogReplication log = LogReplication.inDirectory(directory.resolve("node-" + node))
                .bootstrap(nodes)
                .segmentBytes(64 << 10);
        return HaCluster.builder("unforced")
                .node(Node.of("node-" + node).bind(nodes[node].substring(nodes[node].indexOf('@') + 1)))
                .with(forced ? log : log.unforced())
                .start();
    }

    private Path mark(int node) {
        return directory.resolve("node-" + node).resolve("unforced");
    }

    private void startAndStopAll(String[] nodes, boolean forced) {
        List<HaCluster> clusters = new ArrayList<>();
        for (int node = 0; node < nodes.length; node++) {
            clusters.add(start(node, nodes, forced));
        }
        clusters.forEach(cluster -> cluster.awaitReady(PATIENCE));
        ReplicatedMap<String, String> map = ReplicatedMap.in(clusters.get(1), "map", Codec.string(), Codec.string());
        for (int i = 0; i < 50; i++) {
            map.put("key-" + i, "x".repeat(3_000));
        }
        clusters.forEach(HaCluster::close);
    }

    /** It was killed, restarted and stopped again before it could learn what it had lost. */
    @Test
    void anOrderlyStopDoesNotEndADoubtThatIsNotSettled() throws Exception {
        String[] nodes = new String[3];
        for (int node = 0; node < nodes.length; node++) {
            nodes[node] = "node-" + node + "@127.0.0.1:" + freePort();
        }
        startAndStopAll(nodes, false);
        assertFalse(Files.exists(mark(1)), "it was stopped in order");
        Files.createFile(mark(1));
        try (HaCluster alone = start(1, nodes, false)) {
            assertFalse(alone.isReady());
        }
        assertTrue(Files.exists(mark(1)), "it has not heard what it may have lost");
        try (HaCluster alone = start(1, nodes, true)) {
            assertFalse(alone.isReady());
        }
        assertTrue(Files.exists(mark(1)));
        startAndStopAll(nodes, true);
        assertFalse(Files.exists(mark(1)), "it has caught up");
    }

    /** Alone and unforced, a write is decided within the call that writes it. */
    @Test
    void aNodeAloneTakesLargeWritesAndManyAtOnce() throws Exception {
        try (HaCluster cluster = HaCluster.singleNode()
                .with(LogReplication.inDirectory(directory.resolve("alone")).unforced())
                .start()) {
            cluster.awaitReady(PATIENCE);
            ReplicatedMap<String, String> map = ReplicatedMap.in(cluster, "map", Codec.string(), Codec.string());
            map.put("large", "y".repeat(700_000));
            List<CompletableFuture<?>> writes = new ArrayList<>();
            for (int i = 0; i < 300; i++) {
                writes.add(map.putAsync("key-" + i, "z".repeat(9_000)));
            }
            CompletableFuture.allOf(writes.toArray(new CompletableFuture<?>[0])).get(30, TimeUnit.SECONDS);
            assertEquals(301, map.size());
        }
    }
}
