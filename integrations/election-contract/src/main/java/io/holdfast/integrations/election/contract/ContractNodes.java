package io.holdfast.integrations.election.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.holdfast.core.FencingToken;
import io.holdfast.core.HaCluster;
import io.holdfast.core.NotAvailableException;
import io.holdfast.core.RoleCandidacy;
import io.holdfast.core.RoleHolder;
import io.holdfast.integrations.election.contract.ElectionFixture.Power;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** The nodes of one test of the contract, what they stand for, and what is waited for. */
abstract class ContractNodes {
    static final Duration STOP_WITHIN = Duration.ofMillis(300);
    static final int ATTEMPTS = 5;
    static final long LIMIT_NANOS = Duration.ofSeconds(40).toNanos();

    final Journal journal = new Journal();
    final Map<String, HaCluster> nodes = new ConcurrentHashMap<>();
    private final Map<String, RoleCandidacy> candidacies = new ConcurrentHashMap<>();
    private final Set<String> standingStill = ConcurrentHashMap.newKeySet();
    ElectionFixture fixture;
    String role = "";
    String otherRole = "";

    /** A new engine, with servers of its own and no memory; abort by an assumption where it cannot run. */
    protected abstract ElectionFixture newFixture() throws Exception;

    @BeforeEach
    void start() throws Exception {
        fixture = newFixture();
        role = fixture.role("invoices");
        otherRole = fixture.role("mails");
    }

    @AfterEach
    void stop() throws Exception {
        if (fixture == null) {
            return;
        }
        standingStill.forEach(fixture::resume);
        try {
            List<CompletableFuture<Void>> stops =
                    nodes.values().stream().map(HaCluster::stopAsync).toList();
            stops.forEach(CompletableFuture::join);
        } finally {
            fixture.close();
        }
        assertEquals(List.of(), journal.overlaps());
    }

    void needs(Power power) {
        assumeTrue(fixture.powers().contains(power), "this engine's fixture cannot " + power);
    }

    HaCluster run(String node) {
        HaCluster cluster = fixture.node(node).start();
        nodes.put(node, cluster);
        return cluster;
    }

    HaCluster node(String id) {
        return Objects.requireNonNull(nodes.get(id));
    }

    void runAll(String... ids) {
        for (String id : ids) {
            run(id);
        }
    }

    void stand(String node, String role, int priority) {
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

    RoleCandidacy candidacy(String node, String role) {
        return Objects.requireNonNull(candidacies.get(node + "/" + role));
    }

    Journal.Entry awaitHolder(String role) throws InterruptedException {
        return journal.await(role, LIMIT_NANOS, "a holder", e -> !e.ended && e.grant.isValid());
    }

    Journal.Entry awaitHolder(String role, String node) throws InterruptedException {
        return journal.await(
                role,
                LIMIT_NANOS,
                "its being held by " + node,
                e -> e.node.equals(node) && !e.ended && e.grant.isValid());
    }

    Journal.Entry awaitNext(String role, FencingToken after) throws InterruptedException {
        return journal.await(
                role,
                LIMIT_NANOS,
                "a grant after " + after,
                e -> e.grant.token().compareTo(after) > 0 && !e.ended && e.grant.isValid());
    }

    /**
     * A grant that is valid so long after it began, or a later one of the same node: so it has been renewed, and went nowhere else. Where
     * everything else is slow, one may be lost for that; then it is the next one, since an engine that renews none loses each.
     *
     * @param node whose it is to be; empty for whoever has it
     */
    Journal.Entry awaitKept(String role, String node, Duration time) throws InterruptedException {
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            Journal.Entry held = node.isEmpty() ? awaitHolder(role) : awaitHolder(role, node);
            if (isKept(held, time)) {
                return held;
            }
        }
        throw new AssertionError("lost " + ATTEMPTS + " times within " + time + ": " + journal.of(role));
    }

    /** Waits until so long after its begin, and says whether it is valid and the latest then. */
    boolean isKept(Journal.Entry held, Duration time) throws InterruptedException {
        long later = held.beganNanos + time.toNanos();
        awaitTrue(time + " to pass", () -> System.nanoTime() - later > 0);
        return held.grant.isValid() && journal.last(held.grant.role()) == held;
    }

    static void awaitTrue(String what, BooleanSupplier condition) throws InterruptedException {
        Journal waiting = new Journal();
        long deadline = System.nanoTime() + LIMIT_NANOS;
        while (!condition.getAsBoolean()) {
            assertTrue(System.nanoTime() - deadline < 0, "in vain for " + what);
            synchronized (waiting) {
                waiting.wait(10);
            }
        }
    }

    static RoleHolder within(Future<RoleHolder> future) throws Exception {
        return future.get(LIMIT_NANOS, TimeUnit.NANOSECONDS);
    }

    String other(String node, String... ids) {
        for (String id : ids) {
            if (!id.equals(node)) {
                return id;
            }
        }
        throw new AssertionError("no other than " + node);
    }

    /** That node has read who holds the role, so it has long been reading. */
    boolean knows(String holder, String other) {
        return node(other)
                .role(role)
                .holder()
                .filter(h -> h.nodeId().equals(holder))
                .isPresent();
    }

    /** One hand-over: the grant that ended, and who holds the role now. */
    record HandOver(Journal.Entry before, RoleHolder after) {}

    /**
     * Hands the role over by whoever holds it, as soon as the holder knows of the other, which it may not yet. Where everything else is
     * slow it may lose the role before, and another has to be asked; nothing is to be done if that is the one it was to go to.
     *
     * @param to to which node; empty for whomever
     */
    Optional<HandOver> handOver(String to) throws Exception {
        long deadline = System.nanoTime() + LIMIT_NANOS;
        while (true) {
            Journal.Entry now = awaitHolder(role);
            if (now.node.equals(to)) {
                return Optional.empty();
            }
            try {
                RoleHolder after = within(candidacy(now.node, role).handOver(to));
                assertTrue(to.isEmpty() || to.equals(after.nodeId()), () -> after + ", not " + to);
                return Optional.of(new HandOver(now, after));
            } catch (ExecutionException e) {
                if (!(e.getCause() instanceof NotAvailableException) || System.nanoTime() - deadline > 0) {
                    throw e;
                }
            }
        }
    }

    /** Hands the role to that node, unless it has it, until it does. */
    void moveTo(String to) throws Exception {
        for (int moves = 0; handOver(to).isPresent(); moves++) {
            assertTrue(moves < ATTEMPTS, "lost again and again: " + journal.of(role));
        }
    }

    /** As SIGSTOP does with its process. */
    void pause(String node) {
        standingStill.add(node);
        journal.standsStill(node, true);
        fixture.pause(node);
    }

    /** It runs again; what it does until its callback has ended is still what it would have done before. */
    void resume(String node) {
        fixture.resume(node);
        standingStill.remove(node);
    }
}
