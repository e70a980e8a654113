package io.holdfast.integrations.election.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.holdfast.core.Explanation;
import io.holdfast.core.FencingToken;
import io.holdfast.core.HaCluster;
import io.holdfast.core.Health;
import io.holdfast.core.HealthCheck;
import io.holdfast.core.NotAvailableException;
import io.holdfast.core.spi.ElectionEngine;
import io.holdfast.integrations.election.contract.ElectionFixture.Power;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * What every {@link io.holdfast.core.spi.ElectionEngine} promises, asked of real nodes in this JVM. All waits are for conditions;
 * that no grant overlaps another, in time or token, is looked at whenever a callback begins, and after each test.
 */
@Timeout(value = 180, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
public abstract class ElectionEngineContract extends MasterContract {
    /** Longer than a test may take only to see that nothing moves too soon. */
    static final Duration LONGEST_CALM = Duration.ofSeconds(5);

    /** For a subclass. */
    protected ElectionEngineContract() {}

    /**
     * A grant is given, known to all, and renewed beyond its first lease. Where everything else is slow it may be lost for that: then it is tried
     * again with another role.
     */
    @Test
    void oneNodeHoldsARoleAndKeepsIt() throws Exception {
        runAll("node-1", "node-2", "node-3");
        for (HaCluster cluster : nodes.values()) {
            cluster.awaitReady(Duration.ofSeconds(40));
        }
        boolean kept = false;
        for (int attempt = 1; attempt <= ATTEMPTS && !kept; attempt++) {
            kept = oneNodeHoldsAndKeeps(fixture.role("invoices-" + attempt));
        }
        assertTrue(kept, "not once in " + ATTEMPTS + " times");
    }

    private boolean oneNodeHoldsAndKeeps(String some) throws Exception {
        for (String node : nodes.keySet()) {
            stand(node, some, 0);
        }
        Journal.Entry first = awaitHolder(some);
        for (HaCluster cluster : nodes.values()) {
            awaitTrue(
                    "the holder's being known to " + cluster,
                    () -> !first.grant.isValid()
                            || cluster.role(some)
                                    .holder()
                                    .filter(h -> h.nodeId().equals(first.node)
                                            && h.token().equals(first.grant.token()))
                                    .isPresent());
        }
        return isKept(first, fixture.lease().multipliedBy(2))
                && journal.of(some).size() == 1;
    }

    /** What is said to whoever asks is by what grants end; an engine may have another lease for the master. */
    @Test
    void guaranteesAreThoseOfTheRole() {
        ElectionEngine engine = run("node-1").feature(ElectionEngine.class);
        ElectionEngine.Guarantees ofRole = engine.guarantees(role);
        assertEquals(fixture.lease(), ofRole.lease());
        assertEquals(fixture.clockDrift(), ofRole.clockDrift());
        assertFalse(ofRole.description().isBlank());
        assertEquals(fixture.isApart(), engine.guarantees(ElectionEngine.MASTER).equals(ofRole));
    }

    /** Orderly: the old callback has returned before the new one runs, which the journal looks at; and no lease is waited for. */
    @Test
    void aRoleIsHandedToTheNodeThatIsNamed() throws Exception {
        runAll("node-1", "node-2", "node-3");
        for (String node : nodes.keySet()) {
            stand(node, role, 0);
        }
        for (String to : List.of("node-1", "node-2", "node-3")) {
            Optional<HandOver> done = handOver(to);
            if (done.isPresent()) {
                Journal.Entry before = done.get().before();
                assertTrue(done.get().after().token().compareTo(before.grant.token()) > 0);
                // Another node's, if this one has lost it at once.
                Journal.Entry next = awaitNext(role, before.grant.token());
                assertTrue(next.beganNanos - before.endedNanos >= 0);
            }
        }
        HandOver toWhomever = handOver("").orElseThrow();
        assertNotEquals(toWhomever.before().node, toWhomever.after().nodeId());
    }

    @Test
    void aRoleIsNotHandedToOneThatDoesNotStand() throws Exception {
        runAll("node-1", "node-2");
        stand("node-1", role, 0);
        Journal.Entry first = awaitHolder(role);
        ExecutionException refused = assertThrows(
                ExecutionException.class, () -> within(candidacy("node-1", role).handOver("node-2")));
        assertTrue(refused.getCause() instanceof NotAvailableException, refused.toString());
        assertTrue(first.grant.isValid(), "nothing has changed");
        assertFalse(first.ended);
    }

    @Test
    void withdrawingGivesARoleToAnother() throws Exception {
        runAll("node-1", "node-2");
        stand("node-1", role, 0);
        Journal.Entry first = awaitHolder(role);
        stand("node-2", role, 0);
        candidacy("node-1", role).close();
        Journal.Entry second = awaitHolder(role, "node-2");
        assertTrue(second.grant.token().compareTo(first.grant.token()) > 0);
        candidacy("node-2", role).close();
        journal.await(role, LIMIT_NANOS, "the end", e -> e.ended);
        stand("node-1", role, 0);
        awaitNext(role, second.grant.token());
    }

    @Test
    void stoppingANodeGivesItsRolesToAnother() throws Exception {
        runAll("node-1", "node-2");
        stand("node-1", role, 0);
        Journal.Entry first = awaitHolder(role);
        stand("node-2", role, 0);
        nodes.remove("node-1").stop();
        assertTrue(first.ended);
        Journal.Entry second = awaitHolder(role, "node-2");
        run("node-1");
        stand("node-1", role, 0);
        nodes.remove("node-2").stop();
        assertTrue(awaitHolder(role, "node-1").grant.token().compareTo(second.grant.token()) > 0);
    }

    /** A task that returns gives its role up for a pause: another one that stands has it before. */
    @Test
    void theOneThatGaveUpDoesNotHaveItAgainWhileAnotherStands() throws Exception {
        runAll("node-1", "node-2");
        AtomicReference<CountDownLatch> end = new AtomicReference<>(new CountDownLatch(1));
        node("node-1").role(role).stopWithin(STOP_WITHIN).run(grant -> {
            CountDownLatch mine = end.get();
            Journal.Entry entry = journal.begin("node-1", grant);
            try {
                mine.await();
            } finally {
                journal.end(entry);
            }
        });
        Journal.Entry held = awaitHolder(role, "node-1");
        stand("node-2", role, 0);
        // Until node-1 has heard that node-2 stands, it may have it again.
        for (int i = 0; i < 5 && held.node.equals("node-1"); i++) {
            end.getAndSet(new CountDownLatch(1)).countDown();
            held = awaitNext(role, held.grant.token());
        }
        assertEquals("node-2", held.node);
    }

    @Test
    void rolesAreIndependent() throws Exception {
        runAll("node-1", "node-2");
        for (String node : List.of("node-1", "node-2")) {
            stand(node, role, 0);
            stand(node, otherRole, 0);
        }
        boolean kept = false;
        for (int attempt = 0; attempt < ATTEMPTS && !kept; attempt++) {
            Journal.Entry other = awaitHolder(otherRole);
            moveTo(other(awaitHolder(role).node, "node-1", "node-2"));
            kept = other.grant.isValid() && !other.ended;
        }
        assertTrue(kept, "not once in " + ATTEMPTS + " times"); // a slow machine may lose it meanwhile
    }

    @Test
    void theHigherPriorityHasIt() throws Exception {
        assumeTrue(fixture.calm().compareTo(LONGEST_CALM) <= 0, "a role stays with its holder for " + fixture.calm());
        runAll("node-1", "node-2");
        stand("node-1", role, 0);
        Journal.Entry first = awaitHolder(role, "node-1");
        stand("node-2", role, 10);
        Journal.Entry second = awaitHolder(role, "node-2");
        assertTrue(second.grant.token().compareTo(first.grant.token()) > 0);
        awaitKept(role, "node-2", fixture.calm().multipliedBy(2));
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
        stand("node-1", role, 0);
        awaitHolder(role, "node-1");
        run("node-2");
        stand("node-2", role, 0);
        awaitTrue("node-2 to know the holder", () -> knows("node-1", "node-2"));
        health.set(Health.DOWN);
        Journal.Entry second = awaitHolder(role, "node-2");
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
        stand("node-1", role, 0);
        awaitKept(role, "node-1", fixture.lease());
    }

    /** The engine's servers come back with what they had confirmed, and so tokens go on rising. */
    @Test
    void tokensRiseAcrossRestartsOfTheEngineAndOfAllNodes() throws Exception {
        needs(Power.RESTART);
        FencingToken last = FencingToken.of(0, 0);
        for (int round = 0; round < 2; round++) {
            runAll("node-1", "node-2");
            stand("node-1", role, 0);
            stand("node-2", role, 0);
            Journal.Entry first = awaitNext(role, last);
            fixture.stopEngine();
            journal.await(role, LIMIT_NANOS, "the end of " + first, e -> e.ended);
            fixture.startEngine();
            Journal.Entry second = awaitNext(role, first.grant.token());
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
        stand("node-1", role, 0);
        Journal.Entry holds = awaitHolder(role);
        boolean outlived = outlivesAnAbsence(holds);
        for (int attempt = 1; attempt < ATTEMPTS && !outlived; attempt++) {
            holds = awaitNext(role, holds.grant.token());
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
        stand("node-1", role, 0);
        assertThrows(NotAvailableException.class, () -> cluster.awaitReady(Duration.ofMillis(500)));
        assertFalse(cluster.whyNotReady().isEmpty());
        assertTrue(cluster.isLive());
        assertEquals(List.of(), journal.of(role));
        fixture.startEngine();
        cluster.awaitReady(Duration.ofSeconds(40));
        awaitHolder(role, "node-1");
    }

    /** No grant before the write that makes it is confirmed. */
    @Test
    void nothingIsGrantedWhileNobodyConfirms() throws Exception {
        needs(Power.CUT);
        fixture.cut("node-1");
        HaCluster cluster = run("node-1");
        stand("node-1", role, 0);
        long later = System.nanoTime() + fixture.lease().toNanos() * 3 / 2;
        awaitTrue("more than a lease to pass", () -> System.nanoTime() - later > 0);
        assertEquals(List.of(), journal.of(role));
        assertFalse(cluster.isReady());
        fixture.heal("node-1");
        awaitHolder(role, "node-1");
    }

    /**
     * What nobody confirms in time is not told, even if the engine has carried it out; and it does not become a grant later, when
     * somebody else has the role.
     */
    @Test
    void aGrantThatIsConfirmedTooLateIsNone() throws Exception {
        needs(Power.DELAY);
        assumeTrue(fixture.isApart(), "here a node that answers late is a voter that answers late");
        runAll("node-1", "node-2");
        node("node-1").awaitReady(Duration.ofSeconds(40));
        fixture.delay("node-1", fixture.lease().multipliedBy(2));
        stand("node-1", role, 0);
        long later = System.nanoTime() + fixture.lease().toNanos();
        awaitTrue("a lease to pass", () -> System.nanoTime() - later > 0);
        assertEquals(List.of(), journal.of(role));
        stand("node-2", role, 0);
        Journal.Entry second = awaitHolder(role, "node-2");
        assertEquals(List.of(second), journal.of(role));
        fixture.heal("node-1");
        awaitTrue("node-1 to know the holder", () -> knows("node-2", "node-1"));
        assertTrue(second.grant.isValid());
        candidacy("node-2", role).close();
        assertTrue(awaitHolder(role, "node-1").grant.token().compareTo(second.grant.token()) > 0);
    }

    /** A holder that cannot renew: its grant ends by its own clock before another one's begins. */
    @Test
    void aHolderThatIsCutOffHasLostItBeforeAnotherHasIt() throws Exception {
        needs(Power.CUT);
        runAll("node-1", "node-2");
        stand("node-1", role, 0);
        Journal.Entry first = awaitHolder(role, "node-1");
        stand("node-2", role, 0);
        awaitTrue("node-2 to know the holder", () -> knows("node-1", "node-2"));
        fixture.cut("node-1");
        Journal.Entry second = awaitHolder(role, "node-2");
        assertFalse(first.grant.isValid());
        assertTrue(first.ended);
        awaitTrue("node-1 to say that it is without it", () -> node("node-1").explain().findings().stream()
                .anyMatch(f -> f.subject().equals("role " + role) && f.state() != Explanation.State.OK));
        if (fixture.isApart()) {
            awaitTrue(
                    "node-1 to say that it is not well",
                    () -> node("node-1").health().health() != Health.UP);
        }
        fixture.heal("node-1");
        awaitTrue("node-1 to know the holder", () -> node("node-1")
                .role(role)
                .holder()
                .filter(h -> h.nodeId().equals("node-2"))
                .isPresent());
        awaitTrue("node-1 to be well", () -> node("node-1").health().health() == Health.UP);
        candidacy("node-2", role).close();
        assertTrue(awaitHolder(role, "node-1").grant.token().compareTo(second.grant.token()) > 0);
    }

    /** All are cut off: the grant lapses, and after the healing there is one holder again. */
    @Test
    void aGrantLapsesWhereTheEngineIsGone() throws Exception {
        needs(Power.RESTART);
        runAll("node-1", "node-2");
        stand("node-1", role, 0);
        stand("node-2", role, 0);
        Journal.Entry first = awaitHolder(role);
        fixture.stopEngine();
        awaitTrue("the grant to lapse", () -> !first.grant.isValid());
        awaitTrue("the callback to end", () -> first.ended);
        fixture.startEngine();
        awaitNext(role, first.grant.token());
    }

    /** Answers that take long, but not longer than a request may, cost nothing but time. */
    @Test
    void slowAnswersDoNoHarm() throws Exception {
        needs(Power.DELAY);
        Duration slow = fixture.lease().dividedBy(20);
        fixture.delay("node-1", slow);
        fixture.delay("node-2", slow);
        runAll("node-1", "node-2");
        stand("node-1", role, 0);
        stand("node-2", role, 0);
        Journal.Entry first = awaitKept(role, "", fixture.lease().multipliedBy(2));
        moveTo(other(first.node, "node-1", "node-2"));
    }

    /**
     * Stopped with all its threads for longer than its lease: meanwhile another has the role, and when it goes on, the first look
     * at the grant tells. Until then only the token keeps the two apart, so that the journal asks for nothing else.
     */
    @Test
    void aHolderThatStoodStillForLongerThanItsLeaseHasLostItWhenItWakes() throws Exception {
        needs(Power.PAUSE);
        runAll("node-1", "node-2");
        stand("node-1", role, 0);
        Journal.Entry first = awaitHolder(role, "node-1");
        stand("node-2", role, 0);
        awaitTrue("node-2 to know the holder", () -> knows("node-1", "node-2"));
        pause("node-1");
        Journal.Entry second = awaitHolder(role, "node-2");
        assertFalse(first.ended, "it does stand still");
        resume("node-1");
        awaitTrue("the end of what it did", () -> {
            assertFalse(first.grant.isValid(), "it is not valid for an instant");
            return first.ended;
        });
        journal.standsStill("node-1", false);
        awaitTrue("node-1 to know the holder", () -> knows("node-2", "node-1"));
        candidacy("node-2", role).close();
        assertTrue(awaitHolder(role, "node-1").grant.token().compareTo(second.grant.token()) > 0);
    }

    /** What the engine keeps of a node's connection is gone, time and again: the node goes on with another one. */
    @Test
    void aNodeThatLosesItsSessionGoesOn() throws Exception {
        needs(Power.SESSION);
        runAll("node-1", "node-2");
        stand("node-1", role, 0);
        awaitHolder(role, "node-1");
        stand("node-2", role, 0);
        awaitTrue("node-2 to know the holder", () -> knows("node-1", "node-2"));
        for (int i = 0; i < 3; i++) {
            fixture.loseSession("node-1");
            long later = System.nanoTime() + fixture.lease().toNanos() / 4;
            awaitTrue("a while to pass", () -> System.nanoTime() - later > 0);
        }
        for (String to : List.of("node-2", "node-1")) {
            moveTo(to); // wherever it is by now: a slow machine may have lost it meanwhile
        }
        boolean renewed = false;
        for (int attempt = 0; attempt < ATTEMPTS && !renewed; attempt++) {
            moveTo("node-1");
            Journal.Entry last = journal.last(role);
            renewed = last.node.equals("node-1")
                    && isKept(last, fixture.lease().multipliedBy(5).dividedBy(4));
        }
        assertTrue(renewed, "not once in " + ATTEMPTS + " times");
    }
}
