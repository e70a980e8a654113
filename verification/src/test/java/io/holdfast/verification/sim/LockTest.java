package io.holdfast.verification.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.core.HaCluster;
import io.holdfast.core.Node;
import io.holdfast.replication.FencedLock;
import io.holdfast.replication.LockGrant;
import io.holdfast.replication.LockLostException;
import io.holdfast.replication.LogReplication;
import io.holdfast.replication.Semaphore;
import io.holdfast.replication.session.LogAccess;
import io.holdfast.testkit.SimulatedNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** Locks in a whole cluster, whoever dies or is cut off. Leases are of 3 s. */
class LockTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Duration LONG = Duration.ofMinutes(10);

    private final ScriptedCluster cluster = new ScriptedCluster();
    private final List<LockGrant> grants = new ArrayList<>();
    private final HaCluster a = client("a");
    private final HaCluster b = client("b");

    LockTest() {
        cluster.simulation.afterEachEvent(
                () -> assertTrue(grants.stream().filter(LockGrant::isValid).count() <= 1, () -> grants + " overlap"));
    }

    private HaCluster client(String id) {
        SimulatedNode elsewhere = cluster.simulation.node(id);
        HaCluster client = HaCluster.builder("sim")
                .node(Node.client(id))
                .with(LogReplication.client("node-1:7400", "node-2:7400", "node-3:7400"))
                .runtime(elsewhere.runtime())
                .executor(elsewhere.callbacks())
                .start();
        assertTrue(cluster.simulation.runUntil(client::isReady, PATIENCE));
        return client;
    }

    private static CompletableFuture<Optional<LockGrant>> wanted(HaCluster by) {
        return FencedLock.in(by, "orders").acquireAsync(LONG);
    }

    private LockGrant granted(CompletableFuture<Optional<LockGrant>> wanted) {
        assertTrue(cluster.simulation.runUntil(wanted::isDone, PATIENCE), "it is granted");
        LockGrant grant = wanted.join().orElseThrow();
        if (!grants.isEmpty()) {
            LockGrant before = grants.get(grants.size() - 1);
            assertTrue(grant.token().compareTo(before.token()) > 0, grant + " after " + before);
        }
        grants.add(grant);
        return grant;
    }

    private void run(long millis) {
        cluster.simulation.runFor(Duration.ofMillis(millis));
    }

    private long millis() {
        return cluster.simulation.nowNanos() / 1_000_000;
    }

    private void end() {
        assertEquals(List.of(), cluster.simulation.failures());
    }

    @Test
    void aReleaseWakesTheNextAtOnce() {
        HaCluster node = cluster.processes.get(cluster.machines.get(1).id());
        LockGrant first = granted(wanted(a));
        CompletableFuture<Optional<LockGrant>> second = wanted(b);
        run(500);
        CompletableFuture<Optional<LockGrant>> third = wanted(node);
        run(500); // it has to enlist first
        CompletableFuture<Optional<LockGrant>> fourth = wanted(a);
        run(5_000);
        assertFalse(second.isDone());
        assertTrue(first.isValid());
        long began = millis();
        first.release();
        LockGrant next = granted(second);
        assertTrue(millis() - began < 50, "it took " + (millis() - began) + " ms");
        assertFalse(third.isDone());
        began = millis();
        next.release();
        LockGrant ofNode = granted(third);
        assertTrue(millis() - began < 50, "it took " + (millis() - began) + " ms");
        ofNode.release();
        granted(fourth).release();
        end();
    }

    @Test
    void whatADeadProcessHeldAndWantedGoesToTheOthers() {
        LockGrant first = granted(wanted(a));
        CompletableFuture<Optional<LockGrant>> ofTheDead = wanted(a);
        run(100);
        CompletableFuture<Optional<LockGrant>> second = wanted(b);
        run(10_000);
        cluster.simulation.node("a").kill();
        grants.clear(); // what a dead process believes is of no account
        long began = millis();
        LockGrant next = granted(second);
        long took = millis() - began;
        assertTrue(took >= 3_000 - 750 && took < 5_000, "it took " + took + " ms");
        assertTrue(next.token().compareTo(first.token()) > 0);
        assertFalse(ofTheDead.isDone());
        end();
    }

    /** The one that is cut off knows before the other one has it. */
    @Test
    void whoIsCutOffLosesItBeforeTheNextOneHasIt() {
        LockGrant first = granted(wanted(a));
        List<String> told = new ArrayList<>();
        first.onLost(told::add);
        CompletableFuture<Optional<LockGrant>> waiting = wanted(b);
        CompletableFuture<Optional<LockGrant>> anew = wanted(a);
        run(4_000);
        cluster.simulation.network().isolate("a");
        long began = millis();
        assertTrue(cluster.simulation.runUntil(() -> !first.isValid(), PATIENCE));
        long took = millis() - began;
        assertTrue(took > 2_000 && took <= 3_000, "it was valid for " + took + " ms");
        assertFalse(waiting.isDone());
        LockGrant second = granted(waiting);
        assertTrue(second.isValid());
        assertEquals(1, told.size());
        assertTrue(told.get(0).contains("no renewal"), told.get(0));
        cluster.simulation.network().heal();
        run(2_000);
        assertThrows(LockLostException.class, first::release);
        assertTrue(second.isValid(), "what is released is what was held, and no more");
        second.release();
        granted(anew).release();
        end();
    }

    /** A short cut is nothing: the lease is renewed in time. */
    @Test
    void aShortCutCostsNothing() {
        LockGrant first = granted(wanted(a));
        for (int i = 0; i < 5; i++) {
            cluster.simulation.network().isolate("a");
            run(800);
            cluster.simulation.network().heal();
            run(3_000);
            assertTrue(first.isValid());
        }
        first.release();
        end();
    }

    @Test
    void aPausedHolderFindsOutWhenItWakes() {
        LockGrant first = granted(wanted(a));
        CompletableFuture<Optional<LockGrant>> waiting = wanted(b);
        run(1_000);
        cluster.simulation.node("a").pause(Duration.ofSeconds(20));
        LockGrant second = granted(waiting);
        assertFalse(first.isValid());
        run(30_000);
        assertThrows(LockLostException.class, first::release);
        assertTrue(second.isValid());
        second.release();
        end();
    }

    @Test
    void theMastersDeathIsNoMoreThanAPause() {
        LockGrant first = granted(wanted(a));
        CompletableFuture<Optional<LockGrant>> second = wanted(b);
        run(1_000);
        SimulatedNode master = cluster.master();
        master.kill();
        run(6_000);
        assertTrue(first.isValid());
        assertFalse(second.isDone());
        first.release();
        LockGrant next = granted(second);
        cluster.start(master);
        cluster.await("it is back");
        cluster.master().kill();
        next.release();
        granted(wanted(a)).release();
        end();
    }

    @Test
    void restartsFromSnapshotsForgetNothing() {
        LockGrant first = granted(wanted(a));
        CompletableFuture<Optional<LockGrant>> second = wanted(b);
        run(500);
        CompletableFuture<Optional<LockGrant>> third = wanted(a);
        for (SimulatedNode machine : cluster.machines) {
            cluster.write(40);
            run(2_000);
            machine.kill();
            run(200);
            cluster.start(machine);
            cluster.await(machine.id() + " is back");
        }
        assertTrue(cluster.decisions.restored() > 0, "from a snapshot");
        assertTrue(first.isValid());
        first.release();
        LockGrant next = granted(second);
        assertFalse(third.isDone());
        next.release();
        granted(third).release();
        granted(wanted(b)).release();
        end();
    }

    /** Nobody knows whether it was heard; it is withdrawn, and the lock is free for others soon. */
    @Test
    void aCallThatGotNoAnswerLeavesNothingBehind() {
        granted(wanted(a)).release();
        granted(wanted(b)).release();
        run(100);
        for (SimulatedNode machine : cluster.machines) {
            cluster.simulation.network().cut(machine.id(), "a"); // what it says is heard, and not answered
        }
        CompletableFuture<Optional<LockGrant>> unheard =
                FencedLock.in(a, "orders").acquireAsync(Duration.ofSeconds(1));
        assertTrue(cluster.simulation.runUntil(unheard::isDone, PATIENCE));
        assertEquals(Optional.empty(), unheard.join());
        CompletableFuture<Optional<LockGrant>> other = wanted(b);
        run(300);
        cluster.simulation.network().heal();
        LockGrant grant = granted(other);
        run(6_000);
        assertTrue(grant.isValid());
        grant.release();
        end();
    }

    @Test
    void whoCannotReachTheLogIsToldSo() {
        cluster.simulation.network().isolate("a");
        CompletableFuture<Optional<LockGrant>> wanted = wanted(a);
        long began = millis();
        assertTrue(cluster.simulation.runUntil(wanted::isDone, PATIENCE));
        assertTrue(wanted.isCompletedExceptionally());
        long took = millis() - began;
        assertTrue(took >= 10_000 && took < 12_000, "it took " + took + " ms");
        end();
    }

    @Test
    void anOrderlyStopGivesPlacesBackAtOnce() {
        granted(wanted(a)).release();
        LockGrant first = granted(wanted(b));
        CompletableFuture<Optional<LockGrant>> ofA = wanted(a);
        run(200);
        CompletableFuture<Optional<LockGrant>> second = wanted(b);
        run(200);
        var unused = a.stopAsync();
        run(1_000);
        assertTrue(ofA.isCompletedExceptionally());
        long began = millis();
        first.release();
        granted(second);
        assertTrue(millis() - began < 100);
        end();
    }

    /** Threads may be at work under it still. */
    @Test
    void whoStopsWhileItHoldsKeepsItForTheLease() {
        LockGrant first = granted(wanted(a));
        CompletableFuture<Optional<LockGrant>> second = wanted(b);
        run(4_000);
        var unused = a.stopAsync();
        run(1_000);
        assertFalse(first.isValid());
        assertFalse(second.isDone());
        granted(second).release();
        end();
    }

    @Test
    void whoUsesNoLocksWritesNothing() {
        granted(wanted(a)).release();
        run(15_000);
        long index = lastIndex();
        run(60_000);
        assertEquals(index, lastIndex());
        granted(wanted(a)).release();
        end();
    }

    private long lastIndex() {
        return cluster.processes
                .get(cluster.master().id())
                .feature(LogAccess.class)
                .status()
                .lastIndex();
    }

    @Test
    void permitsOfADeadProcessComeBack() {
        Semaphore ofA = Semaphore.in(a, "pool", 3);
        Semaphore ofB = Semaphore.in(b, "pool", 3);
        CompletableFuture<Optional<LockGrant>> two = ofA.acquireAsync(2, LONG);
        CompletableFuture<Optional<LockGrant>> one = ofB.acquireAsync(1, LONG);
        assertTrue(cluster.simulation.runUntil(() -> two.isDone() && one.isDone(), PATIENCE));
        CompletableFuture<Optional<LockGrant>> more = ofB.acquireAsync(2, LONG);
        run(5_000);
        assertFalse(more.isDone());
        cluster.simulation.node("a").kill();
        assertTrue(cluster.simulation.runUntil(more::isDone, PATIENCE));
        assertTrue(one.join().orElseThrow().isValid());
        assertTrue(more.join().orElseThrow().isValid());
        end();
    }
}
