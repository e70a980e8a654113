package io.holdfast.verification.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.core.Grant;
import io.holdfast.core.HaCluster;
import io.holdfast.core.Health;
import io.holdfast.core.HealthCheck;
import io.holdfast.core.Node;
import io.holdfast.core.NotAvailableException;
import io.holdfast.core.RoleCandidacy;
import io.holdfast.core.RoleHolder;
import io.holdfast.replication.Codec;
import io.holdfast.replication.LogReplication;
import io.holdfast.replication.ReplicatedMap;
import io.holdfast.testkit.SimulatedNode;
import io.holdfast.testkit.Simulation;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;

/** Mastership and named roles on three nodes, in scenarios that go the same way each time. */
class MastershipTest {
    private static final Duration STOP_WITHIN = Duration.ofSeconds(1);
    private static final Duration LEASE = Duration.ofSeconds(2);
    private static final String[] LIST = {"node-1@node-1:7400", "node-2@node-2:7400", "node-3@node-3:7400"};

    private final Simulation simulation = new Simulation(5);
    private final List<String> events = new ArrayList<>();
    private final Map<String, SimulatedNode> machines = new TreeMap<>();
    private final Map<String, HaCluster> processes = new TreeMap<>();
    private final Map<String, Health> health = new TreeMap<>();
    private final Map<String, Long> masterSince = new TreeMap<>();
    private final Map<String, Grant> masterGrants = new TreeMap<>();
    private final Map<String, Map<String, RoleCandidacy>> candidacies = new TreeMap<>();

    private MastershipTest() {
        for (String text : LIST) {
            String id = text.substring(0, text.indexOf('@'));
            machines.put(id, simulation.node(id));
            start(id);
        }
        await("the cluster forms", () -> machines.keySet().stream()
                .allMatch(id -> process(id).isReady()));
        await("somebody is master", () -> masterGrants.values().stream().anyMatch(Grant::isValid));
    }

    private void start(String id) {
        SimulatedNode machine = machines.get(id);
        processes.put(
                id,
                HaCluster.builder("sim")
                        .node(Node.of(id).bind(id + ":7400"))
                        .with(LogReplication.inDirectory(Path.of("data"))
                                .bootstrap(LIST)
                                .segmentBytes(64 << 10)
                                .roleLease(LEASE))
                        .onMaster(grant -> {
                            events.add(id + " begins");
                            masterGrants.put(id, grant);
                            masterSince.put(id, simulation.nowNanos());
                        })
                        .onSlave(reason -> events.add(id + " ends: " + reason))
                        .stopWithin(STOP_WITHIN)
                        .healthCheck(
                                "sim",
                                HealthCheck.graded(() -> health.getOrDefault(id, Health.UP))
                                        .every(Duration.ofMillis(500)))
                        .runtime(machine.runtime())
                        .executor(machine.callbacks())
                        .start());
        candidacies.put(id, new TreeMap<>());
    }

    private HaCluster process(String id) {
        return processes.get(id);
    }

    private void await(String what, BooleanSupplier condition) {
        assertTrue(
                simulation.runUntil(condition, Duration.ofMinutes(3)),
                () -> what + "; " + events + " " + simulation.failures());
    }

    private String master() {
        return masterGrants.entrySet().stream()
                .filter(entry -> machines.get(entry.getKey()).running()
                        && entry.getValue().isValid())
                .map(Map.Entry::getKey)
                .findFirst()
                .orElse("nobody");
    }

    private String anotherThan(String... ids) {
        return machines.keySet().stream()
                .filter(id -> !List.of(ids).contains(id))
                .findFirst()
                .orElseThrow();
    }

    /** All running nodes stand for these roles. */
    private void stand(String id, int roles) {
        for (int i = 0; i < roles; i++) {
            stand(id, "role-" + i, 0);
        }
    }

    private void stand(String id, String role, int priority) {
        candidacies
                .get(id)
                .put(
                        role,
                        process(id)
                                .role(role)
                                .priority(priority)
                                .stopWithin(STOP_WITHIN)
                                .executor(machines.get(id).callbacks())
                                .hold(grant -> {}, reason -> {}));
    }

    private Map<String, String> holders() {
        Map<String, String> holders = new TreeMap<>();
        candidacies.forEach((id, all) -> all.forEach((role, candidacy) -> {
            if (machines.get(id).running()
                    && candidacy.grant().map(Grant::isValid).orElse(false)) {
                assertEquals(null, holders.put(role, id), role + " is held twice");
            }
        }));
        return holders;
    }

    private Map<String, Integer> loads() {
        Map<String, Integer> loads = new TreeMap<>();
        holders().forEach((role, holder) -> loads.merge(holder, 1, Integer::sum));
        return loads;
    }

    private boolean isEven(int roles, int nodes) {
        Map<String, Integer> loads = loads();
        return loads.size() == nodes
                && loads.values().stream().mapToInt(Integer::intValue).sum() == roles
                && loads.values().stream().allMatch(load -> load >= roles / nodes && load <= roles / nodes + 1);
    }

    @Test
    void anOrderlyHandOverEndsBeforeTheNextBeginsAndIsQuick() {
        String old = master();
        String next = anotherThan(old);
        events.clear();
        long began = simulation.nowNanos();
        CompletableFuture<RoleHolder> done = process(old).transferMastership(next);
        await("it is handed over", () -> master().equals(next));
        assertEquals(List.of(old + " ends: it is handed over to " + next, next + " begins"), events);
        assertTrue(simulation.nowNanos() - began < 500_000_000L, "no lease was waited for");
        await("and told", done::isDone);
        assertEquals(next, done.join().nodeId());
        assertEquals(masterGrants.get(next).token(), done.join().token());
        assertTrue(
                masterGrants.get(next).token().compareTo(masterGrants.get(old).token()) > 0);
    }

    @Test
    void whoIsNoVoterOrNotTheMasterCannotHandOver() {
        String old = master();
        for (CompletableFuture<RoleHolder> refused : List.of(
                process(old).transferMastership("node-9"),
                process(old).transferMastership(old),
                process(anotherThan(old)).transferMastership(""))) {
            await("it is refused", refused::isDone);
            CompletionException told =
                    org.junit.jupiter.api.Assertions.assertThrows(CompletionException.class, refused::join);
            assertInstanceOf(NotAvailableException.class, told.getCause());
        }
        assertEquals(old, master());
    }

    @Test
    void afterADeathTheNextTakesWritesAtOnceAndBeginsWhenTheOldOneMustHaveEnded() {
        String old = master();
        String writer = anotherThan(old);
        ReplicatedMap<String, String> map = ReplicatedMap.in(process(writer), "m", Codec.string(), Codec.string());
        machines.get(old).kill();
        long died = simulation.nowNanos();
        CompletableFuture<?> write = map.putAsync("k", "v");
        await("a write is answered", write::isDone);
        assertFalse(write.isCompletedExceptionally());
        assertTrue(simulation.nowNanos() - died < 500_000_000L, "by evidence");
        assertEquals("nobody", master(), "the lease and stopWithin have to pass");
        await("there is another", () -> !master().equals("nobody"));
        assertTrue(masterSince.get(master()) - died >= STOP_WITHIN.toNanos());
    }

    @Test
    void aMasterThatIsCutOffEndsBeforeTheNextBegins() {
        String old = master();
        Grant grant = masterGrants.get(old);
        events.clear();
        simulation.network().isolate(old);
        await("it ends", () -> !grant.isValid());
        assertEquals("nobody", master());
        await("there is another", () -> !master().equals("nobody"));
        assertTrue(events.get(0).startsWith(old + " ends"), events.toString());
    }

    @Test
    void aNodeThatStopsHandsOverFirst() {
        String old = master();
        events.clear();
        long began = simulation.nowNanos();
        process(old).stop();
        await("there is another", () -> !master().equals("nobody") && !master().equals(old));
        assertEquals(old + " ends: the node stops", events.get(0));
        assertTrue(simulation.nowNanos() - began < 500_000_000L, "no lease was waited for");
    }

    @Test
    void anUnhealthyMasterGivesWayToAHealthierNode() {
        String old = master();
        health.put(old, Health.DOWN);
        String sick = anotherThan(old);
        health.put(sick, Health.DEGRADED);
        String well = anotherThan(old, sick);
        await("the healthy one is master", () -> master().equals(well));
    }

    @Test
    void nobodyGivesWayWhereAllAreUnwell() {
        String old = master();
        machines.keySet().forEach(id -> health.put(id, Health.DOWN));
        events.clear();
        simulation.runFor(Duration.ofMinutes(3));
        assertEquals(old, master());
        assertEquals(List.of(), events);
    }

    @Test
    void twoHundredRolesAreSpreadAndADeathMovesTheDeadOnesOnly() {
        machines.keySet().forEach(id -> stand(id, 200));
        await("they are spread", () -> isEven(200, 3));
        Map<String, String> before = holders();
        String dead = anotherThan(master());
        machines.get(dead).kill();
        await("all are held again", () -> isEven(200, 2));
        Map<String, String> after = holders();
        before.forEach((role, holder) -> {
            if (!holder.equals(dead)) {
                assertEquals(holder, after.get(role), role + " should have stayed");
            }
        });
        start(dead);
        stand(dead, 200);
        await("it gets its share back", () -> isEven(200, 3));
    }

    @Test
    void aProcessThatIsStartedAnewFreesItsRolesAtOnce() {
        machines.keySet().forEach(id -> stand(id, 3));
        await("they are spread", () -> isEven(3, 3));
        String dead = anotherThan(master());
        machines.get(dead).kill();
        long died = simulation.nowNanos();
        start(dead);
        stand(dead, 3);
        await("all are held again", () -> holders().size() == 3);
        assertTrue(
                simulation.nowNanos() - died < LEASE.toNanos(),
                "the lock of its directory proves that the old one is dead");
    }

    @Test
    void aHolderThatIsCutOffEndsBeforeTheNextBegins() {
        machines.keySet().forEach(id -> stand(id, 3));
        await("they are spread", () -> isEven(3, 3));
        String cut = anotherThan(master());
        String role = holders().entrySet().stream()
                .filter(entry -> entry.getValue().equals(cut))
                .findFirst()
                .orElseThrow()
                .getKey();
        simulation.network().isolate(cut);
        await("it ends", () -> candidacies.get(cut).get(role).grant().isEmpty());
        long ended = simulation.nowNanos();
        await("another has it", () -> holders().containsKey(role));
        assertTrue(simulation.nowNanos() - ended >= STOP_WITHIN.toNanos() - 1_000_000L);
        simulation.network().heal();
        await("it gets a share again", () -> isEven(3, 3));
    }

    @Test
    void aRoleIsHandedOverByName() {
        machines.keySet().forEach(id -> stand(id, 1));
        await("it is held", () -> holders().size() == 1);
        simulation.runFor(Duration.ofSeconds(2)); // the others stand for it as well
        String old = holders().get("role-0");
        String next = anotherThan(old);
        CompletableFuture<RoleHolder> done = candidacies.get(old).get("role-0").handOver(next);
        await("it is handed over", () -> next.equals(holders().get("role-0")));
        await("and told", done::isDone);
        assertEquals(next, done.join().nodeId());
        assertEquals(next, process(old).role("role-0").holder().orElseThrow().nodeId());
    }

    @Test
    void theHigherPriorityHasItWhenItHasStayedForHalfAMinute() {
        stand("node-1", "role-0", 0);
        await("it is held", () -> "node-1".equals(holders().get("role-0")));
        long held = simulation.nowNanos();
        stand("node-2", "role-0", 10);
        await("it goes to the higher one", () -> "node-2".equals(holders().get("role-0")));
        assertTrue(simulation.nowNanos() - held >= Duration.ofSeconds(29).toNanos(), "it stays for a while");
        stand("node-3", "role-0", 0);
        simulation.runFor(Duration.ofMinutes(2));
        assertEquals("node-2", holders().get("role-0"), "it does not go back");
    }

    @Test
    void rolesAreInSnapshotsAndOutliveARestartOfAll() {
        machines.keySet().forEach(id -> stand(id, 3));
        await("they are spread", () -> isEven(3, 3));
        long largest = candidacies.values().stream()
                .flatMap(all -> all.values().stream())
                .flatMap(candidacy -> candidacy.grant().stream())
                .mapToLong(grant -> grant.token().value())
                .max()
                .orElseThrow();
        machines.values().forEach(SimulatedNode::kill);
        masterGrants.clear();
        machines.keySet().forEach(this::start);
        machines.keySet().forEach(id -> stand(id, 3));
        await("they are held again", () -> isEven(3, 3));
        candidacies.values().forEach(all -> all.values().forEach(candidacy -> candidacy
                .grant()
                .ifPresent(grant -> assertTrue(grant.token().value() > largest, "tokens rise"))));
    }

    /** What this node has applied may be older than the word of its giving the role up. */
    @Test
    @SuppressWarnings("FutureReturnValueIgnored") // what comes of it is waited for
    void aCandidacyThatIsClosedAndBegunAgainIsNotGrantedWhatTheOneBeforeHeld() {
        machines.keySet().forEach(id -> stand(id, 3));
        await("they are spread", () -> isEven(3, 3));
        simulation.runFor(Duration.ofSeconds(2));
        String slave = anotherThan(master());
        String role = holders().entrySet().stream()
                .filter(entry -> entry.getValue().equals(slave))
                .findFirst()
                .orElseThrow()
                .getKey();
        List<Long> tokens = new ArrayList<>();
        tokens.add(
                candidacies.get(slave).get(role).grant().orElseThrow().token().value());
        simulation.afterEachEvent(this::holders); // which fails if one is held twice
        for (int i = 0; i < 5; i++) {
            candidacies.get(slave).get(role).close();
            await("it has ended", () -> candidacies.get(slave).get(role).grant().isEmpty());
            simulation.runFor(Duration.ofMillis(1));
            candidacies
                    .get(slave)
                    .put(
                            role,
                            process(slave)
                                    .role(role)
                                    .stopWithin(STOP_WITHIN)
                                    .executor(machines.get(slave).callbacks())
                                    .hold(grant -> tokens.add(grant.token().value()), reason -> {}));
            await("somebody has it", () -> holders().containsKey(role));
            String holder = holders().get(role);
            if (!holder.equals(slave)) {
                simulation.runFor(Duration.ofSeconds(2)); // this one stands again
                CompletableFuture<RoleHolder> done =
                        candidacies.get(holder).get(role).handOver(slave);
                await("it is handed over", done::isDone);
                assertEquals(slave, done.join().nodeId());
            }
            await("it has it again", () -> slave.equals(holders().get(role)));
        }
        assertEquals(tokens.stream().sorted().distinct().toList(), tokens, "each token once, and rising");
        assertEquals(List.of(), simulation.failures());
    }
}
