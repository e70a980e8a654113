package io.holdfast.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.core.runtime.NodeRuntime;
import io.holdfast.core.testing.Await;
import io.holdfast.core.testing.MemoryWorld;
import io.holdfast.core.testing.ThreadRuntime;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What comes of a hand-over that was asked for, and that something always does. */
@Timeout(60)
class HandOverTest {
    private final FakeElection election = new FakeElection();
    private final List<String> ended = new CopyOnWriteArrayList<>();
    private final CountDownLatch granted = new CountDownLatch(1);

    private HaCluster.Builder node(NodeRuntime runtime) {
        return HaCluster.builder("shop")
                .node(Node.of("node-1"))
                .with(election)
                .onMaster(grant -> granted.countDown())
                .onSlave(ended::add)
                .runtime(runtime);
    }

    private HaCluster master() throws InterruptedException {
        HaCluster cluster = node(new ThreadRuntime()).start();
        assertTrue(granted.await(20, TimeUnit.SECONDS));
        return cluster;
    }

    private static Throwable failure(CompletableFuture<RoleHolder> handOver) {
        return assertThrows(ExecutionException.class, () -> handOver.get(20, TimeUnit.SECONDS))
                .getCause();
    }

    private void awaitRelease() {
        Await.until(
                () -> election.events.stream().anyMatch(event -> event.startsWith("release")),
                election.events::toString);
    }

    @Test
    void whoeverTakesItIsTold() throws Exception {
        election.successor = "node-2";
        try (HaCluster cluster = master()) {
            RoleHolder holder = cluster.transferMastership("node-2").get(20, TimeUnit.SECONDS);
            assertEquals("node-2", holder.nodeId());
            assertEquals(List.of("it is handed over to node-2"), ended);
            assertInstanceOf(NotAvailableException.class, failure(cluster.transferMastership("")), "it is no master");
        }
    }

    @Test
    void whatCannotBeHandedOverStays() throws Exception {
        try (HaCluster cluster = master()) {
            Throwable refused = failure(cluster.transferMastership("nobody"));
            assertInstanceOf(NotAvailableException.class, refused);
            assertTrue(String.valueOf(refused.getMessage()).contains("nobody is no node"), refused.toString());
            assertEquals(List.of(), ended);
            assertEquals(List.of(), election.events);
        }
    }

    @Test
    void whereNobodyElseTakesItThisNodeHasItAnew() throws Exception {
        election.successor = "node-1";
        try (HaCluster cluster = master()) {
            long before = cluster.master().orElseThrow().token().value();
            Throwable refused = failure(cluster.transferMastership(""));
            assertInstanceOf(NotAvailableException.class, refused);
            assertTrue(
                    String.valueOf(refused.getMessage()).contains("holds it again, by a new grant"), refused::toString);
            assertEquals(List.of("it is handed over"), ended, "which is not as if nothing had happened");
            assertTrue(cluster.master().orElseThrow().token().value() > before);
        }
    }

    @Test
    void oneThatIsUnderWayEndsWithTheNode() throws Exception {
        HaCluster cluster = master();
        CompletableFuture<RoleHolder> handOver = cluster.transferMastership("");
        awaitRelease();
        assertFalse(handOver.isDone(), "nobody has taken it");
        cluster.stop();
        Throwable unknown = failure(handOver);
        assertInstanceOf(OutcomeUnknownException.class, unknown);
        assertTrue(String.valueOf(unknown.getMessage()).contains("which has stopped since"), unknown.toString());
    }

    @Test
    void soDoesOneWhoseCallbacksStillRunThen() throws Exception {
        CountDownLatch release = new CountDownLatch(1);
        CountDownLatch inside = new CountDownLatch(1);
        HaCluster cluster = node(new ThreadRuntime())
                .onSlave(reason -> {
                    inside.countDown();
                    awaitQuietly(release);
                })
                .start();
        assertTrue(granted.await(20, TimeUnit.SECONDS));
        CompletableFuture<RoleHolder> handOver = cluster.transferMastership("");
        assertTrue(inside.await(20, TimeUnit.SECONDS));
        CompletableFuture<Void> stopped = cluster.stopAsync();
        release.countDown();
        stopped.get(20, TimeUnit.SECONDS);
        assertInstanceOf(OutcomeUnknownException.class, failure(handOver));
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            assertTrue(latch.await(20, TimeUnit.SECONDS));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void oneWhoseLoopHasFailedEndsToo() throws Exception {
        ThreadRuntime runtime = new ThreadRuntime();
        HaCluster cluster = node(runtime).start();
        assertTrue(granted.await(20, TimeUnit.SECONDS));
        CompletableFuture<RoleHolder> handOver = cluster.transferMastership("");
        awaitRelease();
        runtime.execute(() -> {
            throw new IllegalStateException("broken invariant");
        });
        assertInstanceOf(OutcomeUnknownException.class, failure(handOver));
        cluster.stop();
    }

    @Test
    void afterTheStopNothingIsHandedOver() throws Exception {
        HaCluster cluster = master();
        RoleCandidacy candidacy = cluster.role("invoices").hold(grant -> {}, reason -> {});
        cluster.stop();
        for (CompletableFuture<RoleHolder> late : List.of(cluster.transferMastership(""), candidacy.handOver(""))) {
            assertTrue(late.isDone(), "there is nothing to wait for");
            Throwable refused = failure(late);
            assertInstanceOf(NotAvailableException.class, refused);
            assertTrue(String.valueOf(refused.getMessage()).contains("node-1 has stopped"), refused.toString());
        }
    }

    @Test
    void whereTheLoopIsTheCallersThreadItEndsAsWell() {
        MemoryWorld world = new MemoryWorld();
        HaCluster cluster = node(world.runtime("host-1")).start();
        world.runFor(Duration.ofMillis(10));
        CompletableFuture<RoleHolder> underWay = cluster.transferMastership("");
        world.runFor(Duration.ofMillis(100));
        assertFalse(underWay.isDone());
        CompletableFuture<RoleHolder> notBegun = cluster.transferMastership("");
        cluster.stop();
        world.runFor(Duration.ofSeconds(20));
        assertInstanceOf(OutcomeUnknownException.class, failure(underWay));
        assertInstanceOf(NotAvailableException.class, failure(notBegun));
    }

    @Test
    void whoNeverStandsOrHasNotStartedIsRefusedAtOnce() {
        HaCluster cluster = node(new ThreadRuntime()).build();
        assertThrows(IllegalStateException.class, () -> cluster.transferMastership(""));
        cluster.stop();
        HaCluster electsNothing = HaCluster.builder("shop")
                .node(Node.of("node-2"))
                .runtime(new ThreadRuntime())
                .start();
        assertThrows(IllegalStateException.class, () -> electsNothing.transferMastership(""));
        electsNothing.stop();
    }
}
