package io.holdfast.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.core.testing.ThreadRuntime;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Where the callbacks of mastership and roles run: on the user's threads, however many those are, and one after the other. */
@Timeout(60)
class RoleCallbacksTest {
    private final FakeElection election = new FakeElection();
    private final AtomicInteger threads = new AtomicInteger();
    private final ExecutorService pool =
            Executors.newFixedThreadPool(4, task -> new Thread(task, "users-" + threads.incrementAndGet()));
    private final BlockingQueue<String> told = new LinkedBlockingQueue<>();
    private final AtomicInteger inside = new AtomicInteger();
    private final CountDownLatch goOn = new CountDownLatch(1);

    @AfterEach
    void endPool() throws Exception {
        goOn.countDown();
        pool.shutdown();
        assertTrue(pool.awaitTermination(20, TimeUnit.SECONDS));
    }

    private HaCluster.Builder node() {
        return HaCluster.builder("shop").node(Node.of("node-1")).with(election).runtime(new ThreadRuntime());
    }

    private void enter(String callback) {
        String thread = Thread.currentThread().getName();
        told.add(callback
                + (thread.startsWith("users-") ? "" : " on " + thread)
                + (inside.incrementAndGet() == 1 ? "" : " beside another"));
    }

    private void leave() {
        inside.decrementAndGet();
    }

    /** Goes on in spite of the interrupt that says that the grant has ended, until the test lets it. */
    private void begin(Grant grant) {
        enter("begin " + grant.token().number());
        boolean ended = false;
        while (!ended) {
            try {
                ended = goOn.await(30, TimeUnit.SECONDS);
            } catch (InterruptedException e) {
                told.add("interrupted");
            }
        }
        leave();
    }

    private void end(String reason) {
        enter("end: " + reason);
        leave();
    }

    private String next() throws InterruptedException {
        return String.valueOf(told.poll(20, TimeUnit.SECONDS));
    }

    private void assertInTurn(String role, int token) throws InterruptedException {
        assertEquals("begin " + token, next());
        election.revoke(role, "lost");
        assertEquals("interrupted", next());
        assertEquals(
                List.of(), List.copyOf(told), "the end waits for the begin, though three threads have nothing to do");
        goOn.countDown();
        assertEquals("end: lost", next());
    }

    @Test
    void aRolesRunOnItsOwnExecutorAndNeverTwoAtOnce() throws Exception {
        try (HaCluster cluster = node().start()) {
            cluster.role("invoices")
                    .executor(pool)
                    .stopWithin(Duration.ofMinutes(1))
                    .hold(this::begin, this::end);
            assertInTurn("invoices", 2); // the node is master, too, for want of another
        }
    }

    @Test
    void soDoTheMastersOnThatOfTheBuilder() throws Exception {
        try (HaCluster cluster = node().executor(pool)
                .onMaster(this::begin)
                .onSlave(this::end)
                .stopWithin(Duration.ofMinutes(1))
                .start()) {
            assertTrue(cluster.isReady());
            assertInTurn("master", 1);
        }
    }

    @Test
    void oneThatThrowsAtTheEndDoesNotKeepTheNodeFromStopping() throws Exception {
        HaCluster cluster = node().onMaster(grant -> told.add("begin"))
                .onSlave(reason -> {
                    told.add("end: " + reason);
                    throw new IllegalStateException("cannot stop");
                })
                .start();
        assertEquals("begin", next());
        cluster.stop();
        assertEquals("end: the node stops", next());
        assertEquals(List.of("withdraw master"), election.events);
        assertTrue(cluster.failure().isEmpty());
    }
}
