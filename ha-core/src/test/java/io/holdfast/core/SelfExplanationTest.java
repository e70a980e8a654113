package io.holdfast.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.core.Explanation.Finding;
import io.holdfast.core.testing.Await;
import io.holdfast.core.testing.ThreadRuntime;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a node says of itself while something is the matter, word by word. */
@Timeout(60)
class SelfExplanationTest {
    private final ThreadRuntime runtime = new ThreadRuntime();
    private final FakeElection election = new FakeElection();
    private final FakeFeature feature = new FakeFeature("serving");

    private HaCluster.Builder node() {
        return HaCluster.builder("shop")
                .node(Node.of("node-1"))
                .with(feature)
                .with(election)
                .runtime(runtime);
    }

    private static Finding finding(HaCluster cluster, String subject) {
        return cluster.explain().findings().stream()
                .filter(each -> each.subject().equals(subject))
                .findFirst()
                .orElseThrow(() -> new AssertionError(subject + " is not in " + cluster.explain()));
    }

    private static void assertFinding(Finding finding, Explanation.State state, String reason) {
        assertEquals(state + ": " + reason, finding.state() + ": " + finding.reason());
    }

    @Test
    void oneThatRunsSaysSo() {
        HaCluster cluster = node().build();
        assertThrows(IllegalStateException.class, cluster::explain);
        cluster.start();
        assertFinding(finding(cluster, "node"), Explanation.State.OK, "it runs");
        assertFinding(finding(cluster, "ready"), Explanation.State.OK, "every feature can serve");
        assertTrue(cluster.explain().findings().stream()
                .noneMatch(each -> each.subject().startsWith("health")));
        cluster.stop();
    }

    @Test
    void oneWhoseCallbacksEndSlowlyIsStoppingAndLive() throws Exception {
        CountDownLatch granted = new CountDownLatch(1);
        CountDownLatch ending = new CountDownLatch(1);
        CountDownLatch release = new CountDownLatch(1);
        HaCluster cluster = node().onMaster(grant -> granted.countDown())
                .onSlave(reason -> {
                    ending.countDown();
                    awaitQuietly(release);
                })
                .stopWithin(Duration.ofMinutes(10))
                .start();
        assertTrue(granted.await(20, TimeUnit.SECONDS));
        CompletableFuture<Void> stopped = cluster.stopAsync();
        assertTrue(ending.await(20, TimeUnit.SECONDS));

        assertTrue(cluster.isLive(), "or a probe would have it killed in the middle");
        Finding stopping = finding(cluster, "node");
        assertFinding(
                stopping,
                Explanation.State.WAITING,
                "it is stopping, and the callbacks of [master] still run, which may take 600000 ms");
        assertFinding(finding(cluster, "ready"), Explanation.State.WAITING, "the node is stopping");
        assertEquals(Explanation.State.WAITING, cluster.explain().worst(), () -> cluster.explain()
                .toString());
        assertEquals("the node is stopping", cluster.whyNotReady());
        runtime.jump(Duration.ofSeconds(11));
        Await.until(cluster::isLive, () -> "its loop moves, and it is not live");

        release.countDown();
        stopped.get(20, TimeUnit.SECONDS);
        assertFalse(cluster.isLive());
        assertEquals(
                List.of(new Finding(
                        "node",
                        Explanation.State.BROKEN,
                        "it has stopped, as it was told to",
                        "start it again if it should run")),
                cluster.explain().findings());
        assertEquals("the node has stopped", cluster.whyNotReady());
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            assertTrue(latch.await(30, TimeUnit.SECONDS));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void aLoopThatStandsStillWhileItStopsIsTold() throws Exception {
        CountDownLatch blocked = new CountDownLatch(1);
        CountDownLatch release = new CountDownLatch(1);
        HaCluster cluster = node().start();
        runtime.execute(() -> {
            blocked.countDown();
            awaitQuietly(release);
        });
        assertTrue(blocked.await(20, TimeUnit.SECONDS));
        runtime.jump(Duration.ofSeconds(11));
        assertFinding(finding(cluster, "node"), Explanation.State.BROKEN, "its loop has not moved for ten seconds");
        CompletableFuture<Void> stopped = cluster.stopAsync();
        assertFalse(cluster.isLive());
        assertFinding(
                finding(cluster, "node"),
                Explanation.State.BROKEN,
                "its loop has not moved for ten seconds, and it is stopping");
        assertTrue(finding(cluster, "node").whatToDo().contains("thread dump"));
        release.countDown();
        stopped.get(20, TimeUnit.SECONDS);
    }

    @Test
    void whatIsNotWellIsNamed() {
        HaCluster cluster = node().start();
        feature.context().health("disk", Health.DEGRADED, "writes take 300 ms");
        feature.context().health("db", Health.DOWN, "no pool");
        assertFinding(finding(cluster, "health disk"), Explanation.State.WAITING, "DEGRADED: writes take 300 ms");
        assertFinding(finding(cluster, "health db"), Explanation.State.BROKEN, "DOWN: no pool");
        feature.context().health("db", Health.UP, "");
        assertTrue(cluster.explain().findings().stream()
                .noneMatch(each -> each.subject().equals("health db")));
        cluster.stop();
    }

    @Test
    void oneThatHasFailedSaysWhy() throws Exception {
        HaCluster cluster = node().start();
        feature.context().fail(new IllegalStateException("bad disk"));
        cluster.stopAsync().get(20, TimeUnit.SECONDS);
        Finding failed = finding(cluster, "node");
        assertFinding(failed, Explanation.State.BROKEN, "it has failed: bad disk");
        assertEquals("put right what failed, and start it again", failed.whatToDo());
        assertFinding(finding(cluster, "ready"), Explanation.State.WAITING, "the node has failed");
        assertFalse(cluster.isLive());
    }

    @Test
    void whoHoldsARoleIsNamedAndWhoHadItLast() throws Exception {
        election.deaf = true;
        HaCluster cluster = node().start();
        Await.until(() -> finding(cluster, "role master").state() == Explanation.State.OK, () -> cluster.explain()
                .toString());
        assertFinding(finding(cluster, "role master"), Explanation.State.OK, "this node holds it, with token 1");
        CountDownLatch granted = new CountDownLatch(1);
        cluster.role("invoices").hold(grant -> granted.countDown(), reason -> {});
        assertTrue(granted.await(20, TimeUnit.SECONDS));
        assertFinding(finding(cluster, "role invoices"), Explanation.State.OK, "this node holds it, with token 2");

        runtime.jump(Duration.ofHours(2)); // past the grant's end, and the engine has heard nothing of another
        assertFinding(
                finding(cluster, "role invoices"),
                Explanation.State.WAITING,
                "this node had it last, with token 2, and its grant has ended; nobody is known to hold it now");

        election.taken("invoices", "node-2");
        assertFinding(finding(cluster, "role invoices"), Explanation.State.OK, "node-2 holds it, with token 3");
        election.revoke("master", "lost");
        assertFinding(
                finding(cluster, "role master"),
                Explanation.State.WAITING,
                "nobody is known to hold it; this node stands for it");
        cluster.stop();
    }
}
