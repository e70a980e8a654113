package io.holdfast.verification.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.core.Grant;
import io.holdfast.core.HaCluster;
import io.holdfast.core.HaEvent;
import io.holdfast.core.Node;
import io.holdfast.core.RoleCandidacy;
import io.holdfast.replication.LogReplication;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.MDC;

/** Mastership and roles on real threads, where tasks block and are interrupted. */
class RolesOnThreadsTest {
    /** Renewed several times while it lasts, and not lost where the machine is busy for a moment. */
    private static final Duration LEASE = Duration.ofSeconds(2);

    @TempDir
    Path directory;

    private final List<HaEvent> events = new CopyOnWriteArrayList<>();
    private final List<HaCluster> running = new CopyOnWriteArrayList<>();

    private HaCluster node(HaCluster.Builder builder) {
        HaCluster cluster = builder.node(Node.of("node-1").bind("127.0.0.1:0"))
                .with(LogReplication.inDirectory(directory).roleLease(LEASE))
                .stopWithin(Duration.ofSeconds(2))
                .listener(events::add)
                .start();
        running.add(cluster);
        cluster.awaitReady(Waiting.PATIENCE);
        return cluster;
    }

    @AfterEach
    void stop() {
        running.forEach(HaCluster::stop);
    }

    private boolean told(HaEvent.Kind kind, String subject) {
        return events.stream()
                .anyMatch(event -> event.kind() == kind && event.subject().equals(subject));
    }

    @Test
    void aTaskThatBlocksIsInterruptedWhenTheNodeStops() throws Exception {
        HaCluster cluster = node(HaCluster.singleNode());
        CountDownLatch works = new CountDownLatch(1);
        AtomicReference<String> how = new AtomicReference<>("");
        AtomicReference<String> where = new AtomicReference<>("");
        cluster.role("invoices").run(grant -> {
            where.set(Thread.currentThread().getName() + " " + MDC.get("holdfast.node"));
            works.countDown();
            try {
                new CountDownLatch(1).await();
            } catch (InterruptedException e) {
                how.set("interrupted, " + (grant.isValid() ? "valid" : "invalid"));
            }
        });
        assertTrue(works.await(Waiting.PATIENCE.toSeconds(), TimeUnit.SECONDS));
        assertEquals("node-1", cluster.role("invoices").holder().orElseThrow().nodeId());
        cluster.stop();
        assertEquals("interrupted, invalid", how.get());
        assertEquals("holdfast-node-1-role-invoices node-1", where.get());
        assertTrue(told(HaEvent.Kind.ROLE_GRANTED, "invoices") && told(HaEvent.Kind.ROLE_ENDED, "invoices"));
        assertTrue(told(HaEvent.Kind.STARTED, "") && told(HaEvent.Kind.READY, "") && told(HaEvent.Kind.STOPPED, ""));
        assertTrue(told(HaEvent.Kind.MASTER, "node-1"));
    }

    @Test
    void aRoleStaysForAsLongAsItIsRenewedAlsoWhileCallbacksHang() throws Exception {
        CountDownLatch release = new CountDownLatch(1);
        HaCluster cluster = node(HaCluster.singleNode().onMaster(grant -> {
            try {
                release.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }));
        AtomicReference<Grant> held = new AtomicReference<>();
        CountDownLatch granted = new CountDownLatch(1);
        RoleCandidacy candidacy = cluster.role("invoices")
                .hold(
                        grant -> {
                            held.set(grant);
                            granted.countDown();
                        },
                        reason -> {});
        assertTrue(granted.await(Waiting.PATIENCE.toSeconds(), TimeUnit.SECONDS));
        Duration[] last = {held.get().remaining()};
        int[] renewals = {0};
        Eventually.eventually(
                "it is renewed ten times, which is two leases and a half",
                () -> {
                    Duration now = held.get().remaining();
                    renewals[0] += now.compareTo(last[0]) > 0 ? 1 : 0;
                    last[0] = now;
                    return renewals[0] >= 10;
                },
                () -> renewals[0] + " times");
        assertTrue(held.get().isValid());
        candidacy.close();
        Eventually.eventually(
                "nobody holds it", () -> cluster.role("invoices").holder().isEmpty(), () -> cluster.role("invoices")
                        .holder());
        assertFalse(held.get().isValid());
        release.countDown();
    }

    @Test
    void callbacksThatGoOnForTooLongAreTold() throws Exception {
        CountDownLatch release = new CountDownLatch(1);
        HaCluster cluster = node(HaCluster.singleNode());
        CountDownLatch granted = new CountDownLatch(1);
        RoleCandidacy candidacy = cluster.role("mail")
                .stopWithin(Duration.ofMillis(50))
                .hold(grant -> granted.countDown(), reason -> {
                    while (release.getCount() > 0) {
                        try {
                            release.await();
                        } catch (InterruptedException e) {
                            // goes on, which is what is told
                        }
                    }
                });
        assertTrue(granted.await(Waiting.PATIENCE.toSeconds(), TimeUnit.SECONDS));
        candidacy.close();
        Eventually.eventually("it is told", () -> told(HaEvent.Kind.ROLE_OVERRUN, "mail"), () -> events);
        release.countDown();
    }

    @Test
    void aTaskThatReturnsHasItsTurnAgain() throws Exception {
        HaCluster cluster = node(HaCluster.singleNode());
        List<Long> tokens = new CopyOnWriteArrayList<>();
        CountDownLatch twice = new CountDownLatch(2);
        cluster.role("sweep").run(grant -> {
            tokens.add(grant.token().value());
            twice.countDown();
        });
        assertTrue(twice.await(Waiting.PATIENCE.toSeconds(), TimeUnit.SECONDS));
        assertTrue(tokens.get(1) > tokens.get(0));
    }
}
