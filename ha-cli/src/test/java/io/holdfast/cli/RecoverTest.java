package io.holdfast.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.holdfast.core.FencingToken;
import io.holdfast.core.HaCluster;
import io.holdfast.core.Node;
import io.holdfast.core.NotAvailableException;
import io.holdfast.core.ReplicaRole;
import io.holdfast.replication.Codec;
import io.holdfast.replication.LogReplication;
import io.holdfast.replication.ReplicatedMap;
import io.holdfast.replication.session.LogAccess;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Three real nodes, two of whose disks are lost. */
class RecoverTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();
    private final Map<String, HaCluster> running = new TreeMap<>();
    private String[] bootstrap = {};

    @TempDir
    Path temporary;

    @BeforeEach
    void threeNodesHaveWritten() throws Exception {
        bootstrap = new String[3];
        for (int i = 0; i < 3; i++) {
            try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
                bootstrap[i] = "node-" + (i + 1) + "@127.0.0.1:" + free.getLocalPort();
            }
        }
        for (int i = 1; i <= 3; i++) {
            start("node-" + i);
        }
        running.values().forEach(node -> node.awaitReady(PATIENCE));
        for (int i = 0; i < 50; i++) {
            map("node-1").put("key-" + i, "value-" + i);
        }
        await(() -> running.values().stream()
                        .map(node -> node.feature(LogAccess.class).status().appliedIndex())
                        .distinct()
                        .count()
                == 1);
    }

    @AfterEach
    void stopAll() {
        running.values().forEach(HaCluster::stop);
    }

    private Path directory(String id) {
        return temporary.resolve(id);
    }

    private void start(String id) {
        String address = Stream.of(bootstrap)
                .filter(each -> each.startsWith(id + "@"))
                .findFirst()
                .orElseThrow()
                .substring(id.length() + 1);
        running.put(
                id,
                HaCluster.builder("shop")
                        .node(Node.of(id).bind(address))
                        .with(LogReplication.inDirectory(directory(id))
                                .bootstrap(bootstrap)
                                .segmentBytes(1 << 20)
                                .fast())
                        .start());
    }

    private void stop(String id) {
        running.remove(id).stop();
    }

    private void lose(String id) throws IOException {
        try (Stream<Path> files = Files.walk(directory(id))) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }

    private ReplicatedMap<String, String> map(String id) {
        return ReplicatedMap.in(running.get(id), "orders", Codec.string(), Codec.string());
    }

    private ReplicaRole role(String id) {
        return running.get(id).feature(LogAccess.class).status().role();
    }

    /** For good: what a node writes down is decided. */
    private boolean hasItsVote(String id) {
        try {
            String identity = Files.readString(directory(id).resolve("identity"));
            String disk = identity.lines()
                    .filter(line -> line.startsWith("disk.id="))
                    .findFirst()
                    .orElseThrow()
                    .substring("disk.id=".length());
            return identity.contains("voter." + id + "=" + disk + " ");
        } catch (IOException e) {
            return false;
        }
    }

    private static void await(BooleanSupplier condition) throws InterruptedException {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (!condition.getAsBoolean()) {
            assertTrue(System.nanoTime() < end, "it did not come about");
            Thread.sleep(10);
        }
    }

    private int ha(String... args) {
        out.getBuffer().setLength(0);
        err.getBuffer().setLength(0);
        return Ha.run(new PrintWriter(out), new PrintWriter(err), args);
    }

    @Test
    void anEmptiedDiskComesBackByItself() throws Exception {
        stop("node-2");
        lose("node-2");
        map("node-1").put("meanwhile", "yes");
        start("node-2");
        running.get("node-2").awaitReady(PATIENCE);
        await(() -> hasItsVote("node-2"));
        assertEquals("yes", map("node-2").get("meanwhile"));
        // It counts: without another one the cluster goes on.
        stop("node-3");
        map("node-2").put("later", "yes");
        assertEquals("value-7", map("node-1").get("key-7"));
    }

    @Test
    void twoLostDisksAreToldOfAndThenGivenUp() throws Exception {
        try (HaCluster client = HaCluster.builder("shop")
                .node(Node.client("callers"))
                .with(LogReplication.client(Stream.of(bootstrap)
                        .map(each -> each.substring(each.indexOf('@') + 1))
                        .toArray(String[]::new)))
                .start()) {
            client.awaitReady(PATIENCE);
            twoLostDisksAreToldOfAndThenGivenUp(client);
        }
    }

    private void twoLostDisksAreToldOfAndThenGivenUp(HaCluster client) throws Exception {
        ReplicatedMap<String, String> calls = ReplicatedMap.in(client, "calls", Codec.string(), Codec.string());
        calls.put("before", "yes");
        FencingToken master = running.get("node-1").master().orElseThrow().token();
        assertEquals(
                "yes",
                ReplicatedMap.in(running.get("node-3"), "calls", Codec.string(), Codec.string())
                        .get("before"));
        stop("node-3");
        for (int i = 0; i < 20; i++) {
            calls.put("lost-" + i, "yes"); // the client's session is ahead of what node-3 has
        }
        running.values().forEach(HaCluster::stop);
        running.clear();
        lose("node-1");
        lose("node-2");
        for (int i = 1; i <= 3; i++) {
            start("node-" + i);
        }
        NotAvailableException waiting = assertThrows(
                NotAvailableException.class, () -> running.get("node-3").awaitReady(Duration.ofSeconds(3)));
        assertTrue(waiting.getMessage().contains("no master"), waiting.getMessage());
        assertEquals(ReplicaRole.LEARNER, role("node-1"));
        assertEquals(ExitCodes.NOT_CONFIRMED, ha("recover", directory("node-3").toString(), "--json"));
        JsonNode plan = new ObjectMapper().readTree(out.toString());
        String clusterId = plan.get("clusterId").asText();
        assertEquals(
                ExitCodes.UNREADABLE,
                ha("recover", directory("node-3").toString(), "--confirm", clusterId),
                "while it runs");
        running.values().forEach(HaCluster::stop);
        running.clear();

        assertEquals(3, plan.get("voters").size());
        assertEquals(2, plan.get("majority").asInt());
        assertTrue(plan.get("lastIndex").asLong() >= 50, plan.toString());
        assertTrue(plan.get("lastWallMillis").asLong() > 0);
        assertEquals(ExitCodes.NOT_CONFIRMED, ha("recover", directory("node-3").toString()));
        assertEquals(0, plan.get("epoch").asInt());
        assertTrue(out.toString().contains("epoch     1 is begun, the one after its own"), out.toString());
        assertTrue(out.toString().contains("ha backup list"), out.toString());
        for (String none : List.of("0", "32768")) {
            assertEquals(
                    ExitCodes.USAGE,
                    ha("recover", directory("node-3").toString(), "--epoch", none, "--confirm", clusterId));
            assertTrue(err.toString().contains("the directory is of epoch 0"), err.toString());
        }
        assertEquals(ExitCodes.NOT_CONFIRMED, ha("recover", directory("node-3").toString(), "--epoch", "7"));
        assertTrue(out.toString().contains("--epoch 7 --confirm " + clusterId), out.toString());
        assertTrue(out.toString().contains("--confirm " + clusterId), out.toString());
        assertTrue(out.toString().contains("lost      whatever the other voters"), out.toString());
        assertEquals(
                ExitCodes.NOT_CONFIRMED,
                ha("recover", directory("node-3").toString(), "--confirm", "00000000-0000-0000-0000-000000000000"));
        assertEquals(
                ExitCodes.UNREADABLE,
                ha("recover", directory("node-1").toString(), "--confirm", clusterId),
                "it never caught up");
        assertEquals(
                ExitCodes.WHOLE,
                ha("recover", directory("node-3").toString(), "--epoch", "7", "--confirm", clusterId),
                err.toString());

        // Whoever still has a directory of the old cluster is refused.
        start("node-3");
        running.get("node-3").awaitReady(PATIENCE);
        assertEquals("value-49", map("node-3").get("key-49"));
        map("node-3").put("after", "recovery");
        start("node-1");
        assertThrows(NotAvailableException.class, () -> running.get("node-1").awaitReady(Duration.ofSeconds(2)));
        stop("node-1");

        lose("node-1");
        lose("node-2");
        start("node-1");
        start("node-2");
        running.get("node-1").awaitReady(PATIENCE);
        running.get("node-2").awaitReady(PATIENCE);
        await(() -> hasItsVote("node-1") && hasItsVote("node-2"));
        assertEquals("recovery", map("node-1").get("after"));
        calls.put("after", "yes");
        assertEquals("yes", calls.get("after"), "a client lives through it");
        assertEquals("yes", calls.get("before"));
        assertNull(calls.get("lost-3"));
        FencingToken now = running.get("node-1").master().orElseThrow().token();
        assertEquals(7, now.epoch());
        assertTrue(now.compareTo(master) > 0, now + " after " + master);
        stop("node-3");
        map("node-1").put("without", "node-3");
        assertFalse(running.isEmpty());
        assertEquals(List.of("node-1", "node-2"), List.copyOf(running.keySet()));
    }

    @Test
    void whatIsNoDirectoryIsRefused() {
        assertEquals(
                ExitCodes.UNREADABLE, ha("recover", temporary.resolve("nowhere").toString()));
        assertTrue(err.toString().contains("no node's directory"), err.toString());
    }
}
