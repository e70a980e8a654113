package io.holdfast.replication.node;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.core.HaCluster;
import io.holdfast.core.Node;
import io.holdfast.replication.Codec;
import io.holdfast.replication.LogReplication;
import io.holdfast.replication.OfflineLog;
import io.holdfast.replication.ReplicatedLog;
import io.holdfast.replication.ReplicatedMap;
import io.holdfast.replication.StateMachine;
import io.holdfast.replication.StateSnapshot;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** On real files and sockets. */
class SnapshotNodeTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final int SNAPSHOT_BYTES = 256 << 10;

    @TempDir
    Path directory;

    /** Adds up what it is given. */
    private static final class Sum implements StateMachine {
        private long sum;

        @Override
        public byte[] apply(Entry entry) {
            sum += entry.command().getLong();
            return bytes(sum);
        }

        @Override
        public byte[] query(ByteBuffer request) {
            return bytes(sum);
        }

        @Override
        public StateSnapshot snapshot() {
            byte[] now = bytes(sum);
            return new StateSnapshot() {
                @Override
                public int version() {
                    return 3;
                }

                @Override
                public void writeTo(OutputStream out) throws IOException {
                    out.write(now);
                }
            };
        }

        @Override
        public void restore(int version, InputStream in) throws IOException {
            assertEquals(3, version);
            sum = new DataInputStream(in).readLong();
            assertEquals(-1, in.read());
        }

        private static byte[] bytes(long number) {
            return ByteBuffer.allocate(Long.BYTES).putLong(number).array();
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private static String[] nodes() throws IOException {
        String[] nodes = new String[3];
        for (int node = 0; node < nodes.length; node++) {
            nodes[node] = "node-" + node + "@127.0.0.1:" + freePort();
        }
        return nodes;
    }

    private HaCluster start(int node, String[] nodes) {
        return HaCluster.builder("snapshots")
                .node(Node.of("node-" + node).bind(nodes[node].substring(nodes[node].indexOf('@') + 1)))
                .with(LogReplication.inDirectory(directory.resolve("node-" + node))
                        .bootstrap(nodes)
                        .segmentBytes(64 << 10)
                        .snapshots(SNAPSHOT_BYTES, Duration.ofHours(1))
                        .stateMachine(new Sum()))
                .start();
    }

    /** Looks again after each of some writes that change nothing. */
    private static void await(HaCluster cluster, BooleanSupplier condition, String what) {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (!condition.getAsBoolean()) {
            assertTrue(System.nanoTime() < end, what + ": not within " + PATIENCE);
            ReplicatedLog.in(cluster).submit(Sum.bytes(0));
        }
    }

    private List<Path> files(int node, String kind, String ending) {
        try (Stream<Path> files = Files.list(directory.resolve("node-" + node).resolve(kind))) {
            return files.filter(path -> path.toString().endsWith(ending))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private boolean isShortened(int node) {
        return files(node, "snapshots", ".snap").size() == 1
                && !Files.exists(
                        directory.resolve("node-" + node).resolve("log").resolve("0000000001.seg"));
    }

    private static void write(HaCluster cluster, int round) throws Exception {
        ReplicatedMap<String, String> map = ReplicatedMap.in(cluster, "map", Codec.string(), Codec.string());
        ReplicatedLog log = ReplicatedLog.in(cluster);
        List<CompletableFuture<?>> writes = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            writes.add(map.putAsync("key-" + i % 50, round + "-" + i + "x".repeat(9_000)));
            writes.add(log.submitAsync(Sum.bytes(i)));
        }
        CompletableFuture.allOf(writes.toArray(new CompletableFuture<?>[0])).get(60, TimeUnit.SECONDS);
    }

    private static void assertHolds(HaCluster cluster, int rounds) {
        ReplicatedMap<String, String> map = ReplicatedMap.in(cluster, "map", Codec.string(), Codec.string());
        assertEquals(50, map.size());
        for (int i = 150; i < 200; i++) {
            assertEquals(rounds + "-" + i + "x".repeat(9_000), map.get("key-" + i % 50));
        }
        assertArrayEquals(Sum.bytes(rounds * 19_900L), ReplicatedLog.in(cluster).query(new byte[0]));
    }

    @Test
    void theLogIsShortenedAndWhoMissedItFetchesTheSnapshotAndARestartBeginsWithIt() throws Exception {
        String[] nodes = nodes();
        List<HaCluster> clusters = new ArrayList<>();
        try {
            for (int node = 0; node < nodes.length; node++) {
                clusters.add(start(node, nodes));
            }
            clusters.forEach(cluster -> cluster.awaitReady(PATIENCE));
            clusters.get(2).close();
            write(clusters.get(0), 1);
            await(clusters.get(0), () -> isShortened(0) && isShortened(1), "a snapshot, and a shorter log");
            write(clusters.get(0), 2);
            assertHolds(clusters.get(1), 2);

            clusters.set(2, start(2, nodes));
            clusters.get(2).awaitReady(PATIENCE);
            assertHolds(clusters.get(2), 2);
            assertTrue(isShortened(2), "it took its state from a snapshot: " + files(2, "log", ".seg"));
            write(clusters.get(2), 3);
            assertHolds(clusters.get(2), 3);

            for (int node = 0; node < nodes.length; node++) {
                clusters.get(node).close();
                clusters.set(node, start(node, nodes));
                clusters.get(node).awaitReady(PATIENCE);
                assertHolds(clusters.get(node), 3);
            }
        } finally {
            clusters.forEach(HaCluster::close);
        }
        for (int node = 0; node < nodes.length; node++) {
            Sum sum = new Sum();
            OfflineLog.Report report = OfflineLog.replay(directory.resolve("node-" + node), sum);
            assertEquals(3 * 19_900L, sum.sum);
            assertTrue(report.snapshotIndex() > 0);
        }
    }
}
