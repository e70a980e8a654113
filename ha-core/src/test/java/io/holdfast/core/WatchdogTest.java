package io.holdfast.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.core.testing.Await;
import io.holdfast.core.testing.LogCapture;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** With the real threads of a node: what looks after the ends of grants needs no loop. */
@Timeout(60)
class WatchdogTest {
    private final FakeElection election = new FakeElection();
    private final CountDownLatch goOn = new CountDownLatch(1);

    private HaCluster.Builder node() {
        return HaCluster.builder("shop")
                .node(Node.of("node-1").bind("127.0.0.1:0"))
                .with(election);
    }

    /** The loop stands still until {@link #goOn}. */
    private void block() throws InterruptedException {
        CountDownLatch blocked = new CountDownLatch(1);
        election.context().runtime().loop().execute(() -> {
            blocked.countDown();
            try {
                assertTrue(goOn.await(30, TimeUnit.SECONDS));
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        });
        assertTrue(blocked.await(20, TimeUnit.SECONDS));
    }

    @Test
    void aGrantEndsAndItsTaskIsInterruptedWhileTheLoopStandsStill() throws Exception {
        election.lease = Duration.ofSeconds(2); // a busy machine has to begin the task in that
        CompletableFuture<Boolean> valid = new CompletableFuture<>();
        try (LogCapture log = LogCapture.of("io.holdfast.core");
                HaCluster cluster = node().start()) {
            CountDownLatch works = new CountDownLatch(1);
            cluster.role("invoices").run(grant -> {
                works.countDown();
                try {
                    new CountDownLatch(1).await();
                } catch (InterruptedException e) {
                    valid.complete(grant.isValid());
                }
            });
            assertTrue(works.await(20, TimeUnit.SECONDS));
            block();
            assertFalse(valid.get(20, TimeUnit.SECONDS), "interrupted, and not valid");
            assertEquals(
                    List.of("holdfast-node-1-watchdog node-1"),
                    log.threads("no longer holds role invoices: it could not be renewed", "holdfast.node"));
            assertEquals(1, goOn.getCount(), "and the loop has not moved");
            goOn.countDown();
            cluster.stop();
            assertEquals(List.of("holdfast-node-1-stop node-1"), log.threads("has stopped (STOPPED)", "holdfast.node"));
        } finally {
            goOn.countDown();
        }
    }

    @Test
    void anOverrunIsToldWhileTheLoopStandsStill() throws Exception {
        election.lease = Duration.ofSeconds(2); // a busy machine has to begin the task in that
        CountDownLatch works = new CountDownLatch(1);
        CountDownLatch end = new CountDownLatch(1);
        try (LogCapture log = LogCapture.of("io.holdfast.core");
                HaCluster cluster = node().start()) {
            cluster.role("invoices").stopWithin(Duration.ofMillis(50)).run(grant -> {
                works.countDown();
                hangUntil(end);
            });
            assertTrue(works.await(20, TimeUnit.SECONDS));
            block();
            Await.until(() -> !log.threads("still run", "holdfast.node").isEmpty(), () -> "no overrun was told");
            assertEquals(
                    List.of("holdfast-node-1-watchdog node-1"),
                    log.threads("only the fencing token keeps the two apart", "holdfast.node"));
            assertTrue(log.stackOf("still run").contains("WatchdogTest.hangUntil"), log.stackOf("still run"));
            end.countDown();
            goOn.countDown();
        } finally {
            end.countDown();
            goOn.countDown();
        }
    }

    private static void hangUntil(CountDownLatch end) {
        while (true) {
            try {
                assertTrue(end.await(30, TimeUnit.SECONDS));
                return;
            } catch (InterruptedException e) {
                // as callbacks do that swallow it
            }
        }
    }
}
