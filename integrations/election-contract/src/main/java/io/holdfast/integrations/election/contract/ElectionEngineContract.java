package io.holdfast.integrations.election.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.holdfast.core.FencingToken;
import io.holdfast.core.HaCluster;
import io.holdfast.core.Health;
import io.holdfast.core.HealthCheck;
import io.holdfast.core.NotAvailableException;
import io.holdfast.core.RoleCandidacy;
import io.holdfast.core.RoleHolder;
import io.holdfast.integrations.election.contract.ElectionFixture.Power;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * What every {@link io.holdfast.core.spi.ElectionEngine} promises, asked of real nodes in this JVM. All waits are for conditions;
 * that no grant overlaps another, in time or token, is looked at whenever a callback begins, and after each test.
 */
@Timeout(value = 180, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
public abstract class ElectionEngineContract {
    private static final String ROLE = "invoices";
    private static final String OTHER_ROLE = "mails";
    private static final Duration STOP_WITHIN = Duration.ofMillis(300);
    private static final int ATTEMPTS = 5;
    private static final long LIMIT_NANOS = Duration.ofSeconds(40).toNanos();

    private final Journal journal = new Journal();
    private final Map<String, HaCluster> nodes = new ConcurrentHashMap<>();
    private final Map<String, RoleCandidacy> candidacies = new ConcurrentHashMap<>();
    private ElectionFixture fixture;

    /** For a subclass. */
    protected ElectionEngineContract() {}

    /** A new engine, with servers of its own and no memory; abort by an assumption where it cannot run. */
    protected abstract ElectionFixture newFixture() throws Exception;

    @BeforeEach
    void start() throws Exception {
        fixture = newFixture();
    }

    @AfterEach
    void stop() throws Exception {
        if (fixture == null) {
            return;
        }
        try {
            List<CompletableFuture<Void>> stops =
                    nodes.values().stream().map(HaCluster::stopAsync).toList();
            stops.forEach(CompletableFuture::join);
        } finally {
            fixture.close();
        }
        assertEquals(List.of(), journal.overlaps());
    }

    private void needs(Power power) {
        assumeTrue(fixture.powers().contains(power), "this engine's fixture cannot " + power);
    }

    private HaCluster run(String node) {
        HaCluster cluster = fixture.node(node).start();
        nodes.put(node, cluster);
        return cluster;
    }

    private HaCluster node(String id) {
        return Objects.requireNonNull(nodes.get(id));
    }

    private void runAll(String... ids) {
        for (String id : ids) {
            run(id);
        }
    }

    private void stand(String node, String role, int priority) {
        candidacies.put(
                node + "/" + role,
                node(node).role(role).priority(priority).stopWithin(STOP_WITHIN).run(grant -> {
                    Journal.Entry entry = journal.begin(node, grant);
                    try {
                        new CountDownLatch(1).await(); // until it is interrupted
                    } finally {
                        journal.end(entry);
                    }
                }));
    }

    private RoleCandidacy candidacy(String node, String role) {
        return Objects.requireNonNull(candidacies.get(node + "/" + role));
    }

    private Journal.Entry awaitHolder(String role) throws InterruptedException {
        return journal.await(role, LIMIT_NANOS, "a holder", e -> !e.ended && e.grant.isValid());
    }

    private Journal.Entry awaitHolder(String role, String node) throws InterruptedException {
        return journal.await(
                role,
                LIMIT_NANOS,
                "its being held by " + node,
                e -> e.node.equals(node) && !e.ended && e.grant.isValid());
    }

    private Journal.Entry awaitNext(String role, FencingToken after) throws InterruptedException {
        return journal.await(
                role,
                LIMIT_NANOS,
                "a grant after " + after,
                e -> e.grant.token().compareTo(after) > 0 && !e.ended && e.grant.isValid());
    }

    private static void awaitTrue(String what, BooleanSupplier condition) throws InterruptedException {
        Journal waiting = new Journal();
        long deadline = System.nanoTime() + LIMIT_NANOS;
        while (!condition.getAsBoolean()) {
            assertTrue(System.nanoTime() - deadline < 0, "in vain for " + what);
            synchronized (waiting) {
                waiting.wait(10);
            }
        }
    }

    private static RoleHolder within(Future<RoleHolder> future) throws Exception {
        return future.get(LIMIT_NANOS, TimeUnit.NANOSECONDS);
    }

    private String other(String node, String... ids) {
        for (String id : ids) {
            if (!id.equals(node)) {
                return id;
            }
        }
        throw new AssertionError("no other than " + node);
    }

    /** A grant is given, known to all, and renewed beyond its first lease. */
    @Test
    void oneNodeHoldsARoleAndKeepsIt() throws Exception {
        runAll("node-1", "node-2", "node-3");
        for (String node : List.of("node-1", "node-2", "node-3")) {
            node(node).awaitReady(Duration.ofSeconds(40));
            stand(node, ROLE, 0);
        }
        Journal.Entry first = awaitHolder(ROLE);
        for (HaCluster cluster : nodes.values()) {
            awaitTrue("the holder's being known to " + cluster, () -> cluster.role(ROLE)
                    .holder()
                    .filter(h -> h.nodeId().equals(first.node) && h.token().equals(first.grant.token()))
                    .isPresent());
        }
        long later = first.beganNanos + fixture.lease().toNanos() * 2;
        awaitTrue("two leases to pass", () -> System.nanoTime() - later > 0);
        assertTrue(first.grant.isValid(), "it has been renewed");
        assertEquals(1, journal.of(ROLE).size());
    }

    /** Orderly: the old callback has returned before the new one runs, which the journal looks at; and no lease is waited for. */
    @Test
    void aRoleIsHandedToTheNodeThatIsNamed() throws Exception {
        runAll("node-1", "node-2", "node-3");
        for (String node : nodes.keySet()) {
            stand(node, ROLE, 0);
        }
        for (String to : List.of("node-1", "node-2", "node-3")) {
            Journal.Entry now = awaitHolder(ROLE);
            if (!to.equals(now.node)) {
                RoleHolder holder = handOver(now.node, to);
                assertEquals(to, holder.nodeId());
                assertTrue(holder.token().compareTo(now.grant.token()) > 0);
                assertTrue(awaitHolder(ROLE, to).beganNanos - now.endedNanos >= 0);
            }
        }
        String last = awaitHolder(ROLE).node;
        RoleHolder whoever = handOver(last, "");
        assertNotEquals(last, whoever.nodeId());
    }

    /** That node has read who holds the role, so it has long been reading. */
    private boolean knows(String holder, String other) {
        return node(other)
                .role(ROLE)
                .holder()
                .filter(h -> h.nodeId().equals(holder))
                .isPresent();
    }

    /** Hands the role over as soon as the holder knows of the other, which it may not yet. */
    private RoleHolder handOver(String from, String to) throws Exception {
        long deadline = System.nanoTime() + LIMIT_NANOS;
        while (true) {
            try {
                return within(candidacy(from, ROLE).handOver(to));
            } catch (ExecutionException e) {
                if (!(e.getCause() instanceof NotAvailableException) || System.nanoTime() - deadline > 0) {
                    throw e;
                }
            }
        }
    }

    @Test
    void aRoleIsNotHandedToOneThatDoesNotStand() throws Exception {
        runAll("node-1", "node-2");
        stand("node-1", ROLE, 0);
        Journal.Entry first = awaitHolder(ROLE);
        ExecutionException refused = assertThrows(
                ExecutionException.class, () -> within(candidacy("node-1", ROLE).handOver("node-2")));
        assertTrue(refused.getCause() instanceof NotAvailableException, refused.toString());
        assertTrue(first.grant.isValid(), "nothing has changed");
        assertFalse(first.ended);
    }

    @Test
    void withdrawingGivesARoleToAnother() throws Exception {
        runAll("node-1", "node-2");
        stand("node-1", ROLE, 0);
        Journal.Entry first = awaitHolder(ROLE);
        stand("node-2", ROLE, 0);
        candidacy("node-1", ROLE).close();
        Journal.Entry second = awaitHolder(ROLE, "node-2");
        assertTrue(second.grant.token().compareTo(first.grant.token()) > 0);
        candidacy("node-2", ROLE).close();
        journal.await(ROLE, LIMIT_NANOS, "the end", e -> e.ended);
        stand("node-1", ROLE, 0);
        awaitNext(ROLE, second.grant.token());
    }

    @Test
    void stoppingANodeGivesItsRolesToAnother() throws Exception {
        runAll("node-1", "node-2");
        stand("node-1", ROLE, 0);
        Journal.Entry first = awaitHolder(ROLE);
        stand("node-2", ROLE, 0);
        nodes.remove("node-1").stop();
        assertTrue(first.ended);
        Journal.Entry second = awaitHolder(ROLE, "node-2");
        run("node-1");
        stand("node-1", ROLE, 0);
        nodes.remove("node-2").stop();
        assertTrue(awaitHolder(ROLE, "node-1").grant.token().compareTo(second.grant.token()) > 0);
    }

    /** A task that returns gives its role up for a pause: another one that stands has it before. */
    @Test
    void theOneThatGaveUpDoesNotHaveItAgainWhileAnotherStands() throws Exception {
        runAll("node-1", "node-2");
        AtomicReference<CountDownLatch> end = new AtomicReference<>(new CountDownLatch(1));
        node("node-1").role(ROLE).stopWithin(STOP_WITHIN).run(grant -> {
            CountDownLatch mine = end.get();
            Journal.Entry entry = journal.begin("node-1", grant);
            try {
                mine.await();
            } finally {
                journal.end(entry);
            }
        });
        Journal.Entry held = awaitHolder(ROLE, "node-1");
        stand("node-2", ROLE, 0);
        // Until node-1 has heard that node-2 stands, it may have it again.
        for (int i = 0; i < 5 && held.node.equals("node-1"); i++) {
            end.getAndSet(new CountDownLatch(1)).countDown();
            held = awaitNext(ROLE, held.grant.token());
        }
        assertEquals("node-2", held.node);
    }

    @Test
    void rolesAreIndependent() throws Exception {
        runAll("node-1", "node-2");
        for (String node : List.of("node-1", "node-2")) {
            stand(node, ROLE, 0);
            stand(node, OTHER_ROLE, 0);
        }
        Journal.Entry one = awaitHolder(ROLE);
        Journal.Entry other = awaitHolder(OTHER_ROLE);
        String to = other(one.node, "node-1", "node-2");
        assertEquals(to, handOver(one.node, to).nodeId());
        assertTrue(other.grant.isValid());
        assertFalse(other.ended);
    }

    @Test
    void theHigherPriorityHasIt() throws Exception {
        runAll("node-1", "node-2");
        stand("node-1", ROLE, 0);
        Journal.Entry first = awaitHolder(ROLE, "node-1");
        stand("node-2", ROLE, 10);
        Journal.Entry second = awaitHolder(ROLE, "node-2");
        assertTrue(second.grant.token().compareTo(first.grant.token()) > 0);
        long later = System.nanoTime() + fixture.calm().toNanos() * 2;
        awaitTrue("some time to pass", () -> System.nanoTime() - later > 0);
        assertTrue(second.grant.isValid(), "it does not go back");
    }

    @Test
    void aHolderThatIsDownGivesItToAHealthierNode() throws Exception {
        AtomicReference<Health> health = new AtomicReference<>(Health.UP);
        HaCluster sick = fixture.node("node-1")
                .healthCheck(
                        "app",
                        HealthCheck.graded(health::get)
                                .every(Duration.ofMillis(100))
                                .fall(1)
                                .rise(1))
                .start();
        nodes.put("node-1", sick);
        stand("node-1", ROLE, 0);
        awaitHolder(ROLE, "node-1");
        run("node-2");
        stand("node-2", ROLE, 0);
        awaitTrue("node-2 to know the holder", () -> knows("node-1", "node-2"));
        health.set(Health.DOWN);
        Journal.Entry second = awaitHolder(ROLE, "node-2");
        health.set(Health.UP);
        awaitTrue("node-1 to be well", () -> sick.health().health() == Health.UP);
        assertTrue(second.grant.isValid(), "it stays where it is");
    }

    @Test
    void aHolderThatIsDownKeepsItWhereNobodyIsHealthier() throws Exception {
        HaCluster sick = fixture.node("node-1")
                .healthCheck(
                        "app",
                        HealthCheck.of(() -> false)
                                .every(Duration.ofMillis(100))
                                .fall(1))
                .start();
        nodes.put("node-1", sick);
        stand("node-1", ROLE, 0);
        Journal.Entry first = awaitHolder(ROLE, "node-1");
        long later = first.beganNanos + fixture.lease().toNanos();
        awaitTrue("some time to pass", () -> System.nanoTime() - later > 0);
        assertTrue(first.grant.isValid());
    }

    /** The engine's servers come back with what they had confirmed, and so tokens go on rising. */
    @Test
    void tokensRiseAcrossRestartsOfTheEngineAndOfAllNodes() throws Exception {
        needs(Power.RESTART);
        FencingToken last = FencingToken.of(0, 0);
        for (int round = 0; round < 2; round++) {
            runAll("node-1", "node-2");
            stand("node-1", ROLE, 0);
            stand("node-2", ROLE, 0);
            Journal.Entry first = awaitNext(ROLE, last);
            fixture.stopEngine();
            journal.await(ROLE, LIMIT_NANOS, "the end of " + first, e -> e.ended);
            fixture.startEngine();
            Journal.Entry second = awaitNext(ROLE, first.grant.token());
            last = second.grant.token();
            List<HaCluster> all = new ArrayList<>(nodes.values());
            nodes.clear();
            all.forEach(HaCluster::stop);
            fixture.stopEngine();
            fixture.startEngine();
        }
    }

    /**
     * A short absence of the engine's is not noticed. Where everything else is slow, it may be noticed for that: then it is tried
     * again, since an engine that notices each one does so each time.
     */
    @Test
    void aGrantOutlivesAnAbsenceThatIsShorterThanTheLease() throws Exception {
        needs(Power.CUT);
        run("node-1");
        stand("node-1", ROLE, 0);
        Journal.Entry holds = awaitHolder(ROLE);
        boolean outlived = outlivesAnAbsence(holds);
        for (int attempt = 1; attempt < ATTEMPTS && !outlived; attempt++) {
            holds = awaitNext(ROLE, holds.grant.token());
            outlived = outlivesAnAbsence(holds);
        }
        assertTrue(outlived, "not once in " + ATTEMPTS + " times");
    }

    private boolean outlivesAnAbsence(Journal.Entry holds) throws Exception {
        fixture.cut("node-1");
        long brief = System.nanoTime() + fixture.lease().toNanos() / 4;
        awaitTrue("a while to pass", () -> System.nanoTime() - brief > 0);
        fixture.heal("node-1");
        long later = System.nanoTime() + fixture.lease().toNanos() * 2;
        awaitTrue("two leases to pass", () -> System.nanoTime() - later > 0);
        return holds.grant.isValid() && !holds.ended;
    }

    /** Started while the engine is away: it is not ready, says why, holds nothing, and gets what it stands for later. */
    @Test
    void aNodeStartsWithoutTheEngineAndIsNotReady() throws Exception {
        needs(Power.RESTART);
        fixture.stopEngine();
        HaCluster cluster = run("node-1");
        stand("node-1", ROLE, 0);
        assertThrows(NotAvailableException.class, () -> cluster.awaitReady(Duration.ofMillis(500)));
        assertFalse(cluster.whyNotReady().isEmpty());
        assertTrue(cluster.isLive());
        assertEquals(List.of(), journal.of(ROLE));
        fixture.startEngine();
        cluster.awaitReady(Duration.ofSeconds(40));
        awaitHolder(ROLE, "node-1");
    }

    /** No grant before the write that makes it is confirmed. */
    @Test
    void nothingIsGrantedWhileNobodyConfirms() throws Exception {
        needs(Power.CUT);
        fixture.cut("node-1");
        HaCluster cluster = run("node-1");
        stand("node-1", ROLE, 0);
        long later = System.nanoTime() + fixture.lease().toNanos() * 3 / 2;
        awaitTrue("more than a lease to pass", () -> System.nanoTime() - later > 0);
        assertEquals(List.of(), journal.of(ROLE));
        assertFalse(cluster.isReady());
        fixture.heal("node-1");
        awaitHolder(ROLE, "node-1");
    }

    /** A holder that cannot renew: its grant ends by its own clock before another one's begins. */
    @Test
    void aHolderThatIsCutOffHasLostItBeforeAnotherHasIt() throws Exception {
        needs(Power.CUT);
        runAll("node-1", "node-2");
        stand("node-1", ROLE, 0);
        Journal.Entry first = awaitHolder(ROLE, "node-1");
        stand("node-2", ROLE, 0);
        awaitTrue("node-2 to know the holder", () -> knows("node-1", "node-2"));
        fixture.cut("node-1");
        Journal.Entry second = awaitHolder(ROLE, "node-2");
        assertFalse(first.grant.isValid());
        assertTrue(first.ended);
        awaitTrue(
                "node-1 to say that it is not well",
                () -> node("node-1").health().health() != Health.UP);
        fixture.heal("node-1");
        awaitTrue("node-1 to know the holder", () -> node("node-1")
                .role(ROLE)
                .holder()
                .filter(h -> h.nodeId().equals("node-2"))
                .isPresent());
        awaitTrue("node-1 to be well", () -> node("node-1").health().health() == Health.UP);
        candidacy("node-2", ROLE).close();
        assertTrue(awaitHolder(ROLE, "node-1").grant.token().compareTo(second.grant.token()) > 0);
    }

    /** All are cut off: the grant lapses, and after the healing there is one holder again. */
    @Test
    void aGrantLapsesWhereTheEngineIsGone() throws Exception {
        needs(Power.RESTART);
        runAll("node-1", "node-2");
        stand("node-1", ROLE, 0);
        stand("node-2", ROLE, 0);
        Journal.Entry first = awaitHolder(ROLE);
        fixture.stopEngine();
        awaitTrue("the grant to lapse", () -> !first.grant.isValid());
        awaitTrue("the callback to end", () -> first.ended);
        fixture.startEngine();
        awaitNext(ROLE, first.grant.token());
    }

    /** Answers that take long, but not longer than a request may, cost nothing but time. */
    @Test
    void slowAnswersDoNoHarm() throws Exception {
        needs(Power.DELAY);
        Duration slow = fixture.lease().dividedBy(20);
        fixture.delay("node-1", slow);
        fixture.delay("node-2", slow);
        runAll("node-1", "node-2");
        stand("node-1", ROLE, 0);
        stand("node-2", ROLE, 0);
        Journal.Entry first = awaitHolder(ROLE);
        long later = System.nanoTime() + fixture.lease().toNanos() * 2;
        awaitTrue("two leases to pass", () -> System.nanoTime() - later > 0);
        assertTrue(first.grant.isValid());
        String to = other(first.node, "node-1", "node-2");
        assertEquals(to, handOver(first.node, to).nodeId());
    }
}
