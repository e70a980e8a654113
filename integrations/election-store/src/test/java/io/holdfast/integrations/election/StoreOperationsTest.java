package io.holdfast.integrations.election;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.holdfast.core.Explanation;
import io.holdfast.core.HaCluster;
import io.holdfast.core.Node;
import io.holdfast.core.NotAvailableException;
import io.holdfast.core.OperatorClient;
import io.holdfast.core.RoleHolder;
import io.holdfast.core.SafeToStop;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What operators see and do in a cluster whose master is elected on a store, over real links. */
@Timeout(120)
class StoreOperationsTest {
    private static final Duration LEASE = Duration.ofSeconds(2);
    private static final Duration LIMIT = Duration.ofSeconds(40);

    private final MemoryStore store = new MemoryStore();
    private final Map<String, HaCluster> nodes = new TreeMap<>();
    private final OperatorClient client = OperatorClient.open();
    private final ObjectMapper json = new ObjectMapper();

    private HaCluster.Builder builder(String id) {
        ElectionTiming timing = ElectionTiming.standard().withLease(LEASE).withPoll(Duration.ofMillis(50));
        return HaCluster.builder("shop")
                .node(Node.of(id).bind("127.0.0.1:0").advertise("127.0.0.1:0"))
                .with(new MemoryElection(timing, store, new MemoryElection.Way()));
    }

    private void start(String... ids) {
        for (String id : ids) {
            nodes.put(
                    id, builder(id).onMaster(grant -> {}).onSlave(reason -> {}).start());
        }
        nodes.values().forEach(node -> node.awaitReady(LIMIT));
    }

    @AfterEach
    void stop() {
        client.close();
        nodes.values().forEach(HaCluster::stop);
    }

    private HaCluster node(String id) {
        HaCluster node = nodes.get(id);
        if (node == null) {
            throw new AssertionError("no " + id);
        }
        return node;
    }

    private JsonNode ask(String id, String command, Map<String, String> arguments) throws Exception {
        return json.readTree(
                client.ask(node(id).node().advertisedAddress(), command, arguments, Duration.ofSeconds(20)));
    }

    private static void await(String what, Callable<Boolean> condition) throws Exception {
        CountDownLatch never = new CountDownLatch(1);
        long deadline = System.nanoTime() + LIMIT.toNanos();
        while (!condition.call()) {
            assertTrue(System.nanoTime() - deadline < 0, "in vain for " + what);
            assertFalse(never.await(10, TimeUnit.MILLISECONDS));
        }
    }

    private String master() throws Exception {
        await("a master that all know, and all nodes", () -> {
            long different = nodes.values().stream()
                    .map(node -> node.master().map(RoleHolder::nodeId).orElse(""))
                    .distinct()
                    .count();
            boolean allSeen = true;
            for (String id : nodes.keySet()) {
                allSeen &= feature(ask(id, "status", Map.of()).path("nodes").get(0))
                                .path("nodes")
                                .size()
                        == nodes.size();
            }
            return allSeen
                    && different == 1
                    && node(nodes.keySet().iterator().next()).master().isPresent();
        });
        return nodes.values().iterator().next().master().orElseThrow().nodeId();
    }

    private static JsonNode feature(JsonNode node) {
        return node.path("features").path("memory-election");
    }

    private String other(String than) {
        return nodes.keySet().stream()
                .filter(id -> !id.equals(than))
                .findFirst()
                .orElseThrow();
    }

    private SafeToStop safe(String asked, String node) throws Exception {
        return node(asked).safeToStop(node).get(20, TimeUnit.SECONDS);
    }

    private static Optional<Explanation.Finding> about(HaCluster node, String subject) {
        return node.explain().findings().stream()
                .filter(finding -> finding.subject().equals(subject))
                .findFirst();
    }

    private static boolean is(HaCluster node, String subject, Explanation.State state) {
        return about(node, subject).filter(finding -> finding.state() == state).isPresent();
    }

    @Test
    void anyNodeShowsAll() throws Exception {
        start("node-1", "node-2", "node-3");
        String master = master();
        long token = node(master).master().orElseThrow().token().value();
        for (String asked : nodes.keySet()) {
            JsonNode all = ask(asked, "status", Map.of("all", "true")).path("nodes");
            assertEquals(3, all.size());
            for (JsonNode one : all) {
                assertTrue(one.path("reached").asBoolean(), one.toString());
                JsonNode seen = feature(one);
                assertEquals("memory", seen.path("engine").asText());
                assertTrue(seen.path("storeReached").asBoolean());
                assertEquals("", seen.path("problem").asText());
                assertEquals(List.of("master"), json.convertValue(seen.path("standsFor"), List.class));
                assertEquals(
                        master, seen.path("roles").path("master").path("node").asText());
                assertEquals(
                        token, seen.path("roles").path("master").path("token").asLong());
                assertEquals(3, seen.path("nodes").size());
                for (JsonNode run : seen.path("nodes")) {
                    assertEquals("UP", run.path("health").asText());
                    assertTrue(run.path("renews").asBoolean());
                    assertEquals(
                            node(run.path("node").asText())
                                    .node()
                                    .advertisedAddress()
                                    .toString(),
                            run.path("address").asText());
                }
            }
            for (JsonNode one : ask(asked, "explain", Map.of("all", "true")).path("nodes")) {
                assertTrue(one.path("reached").asBoolean(), one.toString());
                for (JsonNode finding : one.path("findings")) {
                    assertEquals("OK", finding.path("state").asText(), one.toString());
                }
            }
        }
    }

    /** A role for which one node stands alone keeps it from being stopped, whoever is asked. */
    @Test
    void whatOnlyOneNodeStandsForIsSaid() throws Exception {
        start("node-1", "node-2");
        assertFalse(master().isEmpty());
        node("node-2").role("invoices").hold(grant -> {}, reason -> {});
        await("its being known", () -> nodes.values().stream()
                .allMatch(node -> node.role("invoices").holder().isPresent()));
        for (String asked : nodes.keySet()) {
            await("the answer of " + asked, () -> safe(asked, "node-2")
                    .reasons()
                    .contains("it holds role invoices, and no other node could take it: none stands for it"));
            assertFalse(safe(asked, "node-2").safe());
            await("its having seen node-2 renew", () -> safe(asked, "node-1").safe());
        }
        assertTrue(is(node("node-2"), "role invoices", Explanation.State.OK), "as the cluster says");
    }

    @Test
    void nodesAreStoppedOneByOne() throws Exception {
        start("node-1", "node-2");
        String master = master();
        String slave = other(master);
        for (String asked : nodes.keySet()) {
            await("its having seen the other renew", () -> safe(asked, master).safe());
            await("the same of the spare", () -> safe(asked, slave).safe());
            assertEquals(
                    List.of("it holds master; others take that when it stops"),
                    safe(asked, master).reasons());
            SafeToStop spare = safe(asked, slave);
            assertTrue(spare.safe(), spare.toString());
        }
        nodes.remove(master).stop();
        await(slave + " to be alone", () -> !safe(slave, slave).safe());
        assertEquals(
                List.of("it is the only node that lives: stopping it stops the service"),
                safe(slave, slave).reasons());
        assertFalse(safe(slave, master).safe(), "it is no node of the cluster any more");
        start(master);
        await(slave + " to have a successor", () -> safe(slave, slave).safe());
    }

    @Test
    void aStoreThatIsAwayIsSeen() throws Exception {
        start("node-1", "node-2");
        String master = master();
        String slave = other(master);
        store.away(true);
        await("the master to lose it", () -> is(node(master), "master", Explanation.State.WAITING));
        await("the other to say so", () -> is(node(slave), "election store", Explanation.State.BROKEN));
        String why = about(node(slave), "master").orElseThrow().reason();
        assertTrue(why.startsWith("memory at here does not answer, and nobody is given anything without it"), why);
        SafeToStop answer = safe(slave, master);
        assertFalse(answer.safe());
        assertTrue(answer.reasons().toString().contains("the store is away"), answer.toString());
        for (JsonNode one : ask(slave, "status", Map.of("all", "true")).path("nodes")) {
            assertTrue(one.path("reached").asBoolean(), "the nodes reach each other: " + one);
            JsonNode seen = feature(one);
            assertFalse(seen.path("storeReached").asBoolean());
            assertTrue(seen.path("silentMillis").asLong() > 0);
            assertTrue(seen.path("failedRequests").asLong() > 0);
            assertEquals("IOException: the store is away", seen.path("problem").asText());
        }
        store.away(false);
        await("all to be well", () -> node(slave).explain().worst() == Explanation.State.OK);
        assertTrue(safe(slave, slave).safe());
    }

    @Test
    void mastershipIsTransferredByAnOperator() throws Exception {
        start("node-1", "node-2");
        String master = master();
        String other = other(master);
        long before = node(master).master().orElseThrow().token().value();
        JsonNode done = ask(master, "transfer-mastership", Map.of("to", other));
        assertEquals(master, done.path("from").asText());
        assertEquals(other, done.path("master").asText());
        assertTrue(done.path("token").asLong() > before, done.toString());
        String refusal = "";
        try {
            ask(other, "transfer-mastership", Map.of("to", "node-9"));
        } catch (NotAvailableException refused) {
            refusal = String.valueOf(refused.getMessage());
        }
        assertTrue(refusal.contains("node-9 does not stand for it"), refusal);
    }
}
