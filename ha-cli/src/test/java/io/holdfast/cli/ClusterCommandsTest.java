package io.holdfast.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.holdfast.core.HaCluster;
import io.holdfast.core.Node;
import io.holdfast.core.StartFailedException;
import io.holdfast.membership.GossipMembership;
import io.holdfast.replication.Codec;
import io.holdfast.replication.LogReplication;
import io.holdfast.replication.OfRelease;
import io.holdfast.replication.ReplicatedMap;
import io.holdfast.replication.log.FeatureLevel;
import io.holdfast.replication.session.LogAccess;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Against three real nodes, over their own port. */
@Timeout(180)
class ClusterCommandsTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();
    private final Map<String, HaCluster> running = new TreeMap<>();
    private final Map<String, String> addresses = new TreeMap<>();

    @TempDir
    Path temporary;

    @BeforeEach
    void threeNodes() throws Exception {
        List<ServerSocket> held = new ArrayList<>(); // until all ports are known, so that they differ
        for (int i = 1; i <= 3; i++) {
            ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
            held.add(free);
            addresses.put("node-" + i, "127.0.0.1:" + free.getLocalPort());
        }
        for (ServerSocket each : held) {
            each.close();
        }
        addresses.keySet().forEach(this::start);
        running.values().forEach(node -> node.awaitReady(PATIENCE));
        ReplicatedMap<String, String> map =
                ReplicatedMap.in(running.get("node-1"), "orders", Codec.string(), Codec.string());
        for (int i = 0; i < 10; i++) {
            map.put("key-" + i, "value-" + i);
        }
    }

    @AfterEach
    void stopAll() {
        running.values().forEach(HaCluster::stop);
    }

    private void start(String id) {
        start(id, FeatureLevel.SUPPORTED);
    }

    /** As a release that supports the log up to that level. */
    private void start(String id, int level) {
        String[] bootstrap = addresses.entrySet().stream()
                .map(e -> e.getKey() + "@" + e.getValue())
                .toArray(String[]::new);
        running.put(
                id,
                HaCluster.builder("shop")
                        .node(Node.of(id).bind(addresses.get(id)))
                        .with(OfRelease.supporting(
                                level,
                                LogReplication.inDirectory(temporary.resolve(id))
                                        .bootstrap(bootstrap)
                                        .segmentBytes(1 << 20)
                                        .timing(Duration.ofMillis(50), Duration.ofMillis(500))))
                        .start());
    }

    private void join(String id) throws Exception {
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            addresses.put(id, "127.0.0.1:" + free.getLocalPort());
        }
        running.put(
                id,
                HaCluster.builder("shop")
                        .node(Node.of(id).bind(addresses.get(id)))
                        .with(LogReplication.inDirectory(temporary.resolve(id))
                                .join("node-1@" + addresses.get("node-1"))
                                .segmentBytes(1 << 20)
                                .timing(Duration.ofMillis(50), Duration.ofMillis(500)))
                        .start());
    }

    private String master() {
        return running.values().stream()
                .map(node -> node.feature(LogAccess.class).status().master())
                .filter(id -> running.containsKey(id))
                .findFirst()
                .orElse("");
    }

    private int ha(String... args) {
        out.getBuffer().setLength(0);
        err.getBuffer().setLength(0);
        return Ha.run(new PrintWriter(out), new PrintWriter(err), args);
    }

    private int at(String id, String... args) {
        return ha(Stream.concat(Stream.of(args), Stream.of("--node", addresses.get(id)))
                .toArray(String[]::new));
    }

    private void await(BooleanSupplier condition) throws InterruptedException {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!condition.getAsBoolean()) {
            assertTrue(System.nanoTime() < deadline, () -> "in vain; last: " + out + err);
            Thread.sleep(50);
        }
    }

    private JsonNode json() throws Exception {
        return new ObjectMapper().readTree(out.toString());
    }

    /** @return the commit index of that node in the status that was printed last */
    private long commitOf(String id) {
        try {
            for (JsonNode node : json().path("nodes")) {
                if (node.path("node").asText().equals(id)) {
                    return node.path("features")
                            .path("replication")
                            .path("commitIndex")
                            .asLong();
                }
            }
            return 0;
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void aWholeClusterIsShownByAnyOfItsNodes() throws Exception {
        await(() -> at("node-2", "status") == ExitCodes.WHOLE);
        System.out.println(out);
        List<String> lines = out.toString().lines().toList();
        assertEquals("cluster shop, as node-2 sees it; the master is " + master(), lines.get(0));
        assertTrue(lines.get(2).startsWith("NODE    ADDRESS "), lines.get(2));
        for (int i = 1; i <= 3; i++) {
            String line = lines.get(2 + i);
            assertTrue(line.startsWith("node-" + i + "  " + addresses.get("node-" + i)), line);
            assertTrue(
                    line.contains("node-" + i) && line.contains(master().equals("node-" + i) ? "master" : "slave"),
                    line);
            assertTrue(line.contains("UP      yes"), line);
        }
        // a slave hears of a commit with the next frame from its master
        await(() -> at("node-3", "status", "--json") == ExitCodes.WHOLE && commitOf("node-1") > 10);
        JsonNode nodes = json().path("nodes");
        assertEquals(3, nodes.size());
        JsonNode first = nodes.get(0);
        assertEquals("node-1", first.path("node").asText());
        assertEquals("UP", first.path("findings").path("disk").path("health").asText());
        JsonNode log = first.path("features").path("replication");
        assertEquals(List.of("node-1", "node-2", "node-3"), Text.listOf(log.path("voters")));
        assertEquals(ExitCodes.WHOLE, at("node-1", "explain", "--all"));
        System.out.println(out);
        assertTrue(out.toString().contains(master() + " is the master of term")
                || out.toString().contains("this node is the master of term"));
    }

    @Test
    void oneNodeMayBeStoppedAndThenNoOther() throws Exception {
        String master = master();
        String slave = running.keySet().stream()
                .filter(id -> !id.equals(master))
                .findFirst()
                .orElseThrow();
        String other = running.keySet().stream()
                .filter(id -> !id.equals(master) && !id.equals(slave))
                .findFirst()
                .orElseThrow();
        await(() -> at(master, "safe-to-stop", slave) == ExitCodes.WHOLE);
        System.out.println(out);
        assertTrue(out.toString().startsWith(slave + " may be stopped"), out.toString());
        assertEquals(ExitCodes.WHOLE, at(slave, "safe-to-stop", master), "a slave asks the master");
        assertTrue(out.toString().contains("it is the master; another one is elected"), out.toString());
        assertEquals(ExitCodes.NOT_WELL, at(slave, "safe-to-stop", "node-9"));
        assertTrue(out.toString().contains("node-9 is none of this cluster's nodes"), out.toString());
        running.remove(slave).stop();
        await(() -> at(master, "safe-to-stop", other) == ExitCodes.NOT_WELL);
        System.out.println(out);
        assertTrue(
                out.toString().contains("1 of 3 voters would be connected and caught up, and 2 are needed"),
                out.toString());
        assertEquals(ExitCodes.NOT_WELL, at(other, "safe-to-stop", other, "--json"));
        assertFalse(json().path("safe").asBoolean());
        await(() -> at(other, "status") == ExitCodes.NOT_WELL && out.toString().contains("not reached"));
        System.out.println(out);
        assertTrue(out.toString().contains(slave + " is not reached: "), out.toString());
        start(slave);
        await(() -> at(master, "safe-to-stop", other) == ExitCodes.WHOLE);
    }

    @Test
    void votersAreListedAddedReplacedAndRemoved() throws Exception {
        assertEquals(ExitCodes.USAGE, ha("voters"));
        assertEquals(ExitCodes.NOT_REACHED, at("node-1", "voters", "add", "node-4", "--timeout", "3"));
        assertTrue(out.toString().contains("node-4 has not joined the cluster"), out.toString());
        join("node-4");
        await(() -> at("node-2", "voters", "list") == ExitCodes.WHOLE
                && out.toString().contains("node-4"));
        System.out.println(out);
        assertTrue(out.toString().contains("learner"), out.toString());
        assertTrue(out.toString().contains("; voters wanted: 3"), out.toString());
        await(() -> at("node-4", "voters", "add", "node-4", "--dry-run") == ExitCodes.WHOLE);
        assertTrue(out.toString().startsWith("it would be done: the voters would be"), out.toString());
        assertEquals(
                ExitCodes.NOT_WELL,
                at("node-2", "voters", "add", "node-4", "--address", "127.0.0.1:1"),
                out.toString());
        assertEquals(ExitCodes.WHOLE, at("node-2", "voters", "replace", "node-1", "node-4"), out + "" + err);
        System.out.println(out);
        assertEquals(ExitCodes.WHOLE, at("node-2", "voters", "list", "--json"));
        JsonNode members = json().path("members");
        assertEquals(3, members.size());
        members.forEach(member -> assertEquals("VOTER", member.path("state").asText()));
        assertEquals(ExitCodes.WHOLE, at("node-3", "voters", "remove", "node-4", "--json"), out + "" + err);
        assertEquals("DONE", json().path("outcome").asText());
        assertEquals(List.of("node-2", "node-3"), Text.listOf(json().path("voters")));
        assertEquals(ExitCodes.WHOLE, at("node-3", "voters", "list", "--json"));
        assertEquals(2, json().path("wanted").asInt());
        assertEquals(ExitCodes.WHOLE, at("node-3", "voters", "remove", "node-4"));
        assertTrue(out.toString().startsWith("nothing to do"), out.toString());
        running.remove("node-2").stop();
        await(() -> at("node-3", "voters", "remove", "node-3", "--dry-run", "--timeout", "3") != ExitCodes.WHOLE);
    }

    private void restart(String id, int level) {
        running.remove(id).stop();
        start(id, level);
    }

    @Test
    void anUpgradeIsShownFinishedAndNotTakenBack() throws Exception {
        int now = FeatureLevel.SUPPORTED;
        assertEquals(ExitCodes.USAGE, ha("upgrade"));
        await(() -> at("node-1", "upgrade", "finish", "--timeout", "3") == ExitCodes.WHOLE);
        assertTrue(out.toString().startsWith("nothing to do: the log is at level " + now), out.toString());
        restart("node-1", now + 1);
        restart("node-2", now + 1);
        await(() -> at("node-3", "upgrade", "finish", "--timeout", "3") == ExitCodes.NOT_WELL);
        assertTrue(out.toString().contains("refused, and nothing has changed: not all nodes support"), out.toString());
        assertTrue(out.toString().contains("node-3 supports no more than " + now), out.toString());
        await(() -> at("node-2", "upgrade", "status") == ExitCodes.WHOLE
                && out.toString().contains("node-1  " + (now + 1)));
        System.out.println(out);
        assertTrue(out.toString().startsWith("the log is at level " + now + ", as "), out.toString());
        assertTrue(out.toString().contains("the upgrade cannot be finished now"), out.toString());
        restart("node-3", now + 1);
        await(() -> at("node-1", "status") == ExitCodes.WHOLE
                && out.toString().contains("all nodes support level " + (now + 1)));
        assertTrue(out.toString().contains("ha upgrade finish"), out.toString());
        assertEquals(ExitCodes.WHOLE, at("node-1", "upgrade", "finish", "--dry-run"), out.toString());
        assertTrue(out.toString().startsWith("it would be done: all nodes support level"), out.toString());
        await(() -> at(master(), "explain") == ExitCodes.WHOLE && out.toString().contains("ok      upgrade: "));
        await(() -> at("node-2", "upgrade", "finish", "--json") == ExitCodes.WHOLE);
        assertEquals("DONE", json().path("outcome").asText());
        await(() -> at("node-3", "upgrade", "status") == ExitCodes.WHOLE
                && out.toString().contains("there is nothing to finish"));
        assertTrue(out.toString().startsWith("the log is at level " + (now + 1)), out.toString());
        String why = whyItCannotRun("node-3", now);
        assertTrue(why.contains("node-3 supports none above " + now), why);
    }

    /** It is refused as it starts if its own directory knows why, and fails once it hears of it otherwise. */
    private String whyItCannotRun(String id, int level) throws InterruptedException {
        try {
            restart(id, level);
        } catch (StartFailedException e) {
            return e.toString();
        }
        HaCluster late = running.get(id);
        await(() -> late.failure().isPresent());
        return late.failure().map(Throwable::toString).orElse("");
    }

    @Test
    void aLostQuorumIsExplained() throws Exception {
        running.remove("node-1").stop();
        running.remove("node-2").stop();
        await(() -> at("node-3", "explain") == ExitCodes.NOT_WELL
                && out.toString().contains("no master has been heard for"));
        System.out.println(out);
        assertTrue(
                out.toString().contains("Of 3 voters 2 must agree, and this node reaches 1, itself included"),
                out.toString());
        assertTrue(out.toString().contains("not reached: node-1 (connection refused)"), out.toString());
        assertTrue(out.toString().contains("what to do: start 1 of node-1, node-2"), out.toString());
        assertEquals(ExitCodes.NOT_WELL, at("node-3", "safe-to-stop", "node-3"));
        assertTrue(out.toString().contains("no master is known"), out.toString());
        assertEquals(ExitCodes.NOT_WELL, at("node-3", "status"));
        assertTrue(out.toString().contains("no master is known; ha explain says why"), out.toString());
        assertEquals(ExitCodes.NOT_REACHED, at("node-3", "transfer"), err.toString());
    }

    @Test
    void mastershipIsTransferredByWhicheverNodeIsAsked() throws Exception {
        await(() -> at("node-1", "status") == ExitCodes.WHOLE);
        String before = master();
        String to = running.keySet().stream()
                .filter(id -> !id.equals(before))
                .findFirst()
                .orElseThrow();
        String asked = running.keySet().stream()
                .filter(id -> !id.equals(before) && !id.equals(to))
                .findFirst()
                .orElseThrow();
        await(() -> at(asked, "transfer", "--to", to) == ExitCodes.WHOLE);
        System.out.println(out);
        assertEquals(
                to + " is the master, and " + before + " is not any more",
                out.toString().strip());
        await(() -> at(asked, "status") == ExitCodes.WHOLE && out.toString().contains("the master is " + to));
        assertEquals(ExitCodes.NOT_REACHED, at(asked, "transfer", "--to", "node-9"));
        assertTrue(err.toString().contains("node-9"), err.toString());
    }

    @Test
    void aNodeDrainsUntilItIsToldToEndThat() throws Exception {
        await(() -> at("node-1", "status") == ExitCodes.WHOLE);
        assertEquals(ExitCodes.WHOLE, at("node-2", "drain"));
        assertEquals("node-2 gets no new requests", out.toString().strip());
        HaCluster node = running.get("node-2");
        assertTrue(node.isDraining() && !node.isReady());
        assertTrue(node.whyNotReady().contains("it drains"), node.whyNotReady());
        assertEquals(ExitCodes.WHOLE, at("node-2", "drain", "--end", "--json"));
        assertEquals("{\"node\":\"node-2\",\"draining\":false}", out.toString().strip());
        await(node::isReady);
    }

    @Test
    void membersAreListedWhereThereIsGossip() throws Exception {
        assertEquals(ExitCodes.USAGE, at("node-1", "members"));
        assertTrue(err.toString().contains("members"), err.toString());

        HaCluster first = gossiping("web-1", "127.0.0.1:1");
        String address = first.node().advertisedAddress().toString();
        HaCluster second = gossiping("web-2", address);
        await(() -> ha("members", "--node", address) == ExitCodes.WHOLE
                && out.toString().contains("2 known to web-1"));
        System.out.println(out);
        assertTrue(out.toString().contains("alive   web-2"), out.toString());
        assertTrue(out.toString().contains("http http://10.0.0.9:80"), out.toString());
        assertEquals(ExitCodes.WHOLE, ha("members", "--node", address, "--json"));
        assertEquals("ALIVE", json().path("members").path(1).path("state").asText());
        second.stop();
        await(() -> ha("members", "--node", address) == ExitCodes.WHOLE
                && out.toString().contains("left    web-2"));
    }

    private HaCluster gossiping(String id, String seed) {
        HaCluster node = HaCluster.builder("web")
                .node(Node.of(id).bind("127.0.0.1:0").service("http", "http://10.0.0.9:80"))
                .with(GossipMembership.seeds(seed).awaitOthers(Duration.ZERO))
                .start();
        running.put(id, node);
        return node;
    }

    @Test
    void whoIsNotThereOrNotUnderstoodIsSaid() throws Exception {
        String gone = addresses.get("node-1");
        running.remove("node-1").stop();
        assertEquals(ExitCodes.NOT_REACHED, ha("status", "--node", gone, "--timeout", "2"));
        assertTrue(err.toString().contains(gone.substring(gone.indexOf(':'))), err.toString());
        assertEquals(ExitCodes.USAGE, ha("status", "--node", "nowhere"));
        assertTrue(err.toString().contains("host:port"), err.toString());
        assertEquals(ExitCodes.USAGE, ha("status", "--timeout", "0"));
        assertEquals(ExitCodes.USAGE, ha("safe-to-stop"));
    }
}
