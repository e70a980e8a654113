package io.holdfast.integrations.loadbalance.jdbc;

import static io.holdfast.integrations.loadbalance.jdbc.TestServers.ask;
import static io.holdfast.integrations.loadbalance.jdbc.TestServers.tell;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.holdfast.integrations.election.contract.PostgreSqlServer;
import io.holdfast.loadbalance.EndpointSource;
import io.holdfast.loadbalance.LoadBalancer;
import io.holdfast.loadbalance.ReadSession;
import io.holdfast.loadbalance.StandaloneLoadBalancer;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A fixed list of servers, of which the master dies, another is promoted, and the first comes back as if nothing had been. */
@Timeout(180)
class PostgreSqlFailoverTest {
    @Test
    void writesFollowAPromotionAndWhoComesBackFromBeforeIsNotWrittenToAgain(@TempDir Path one, @TempDir Path two)
            throws Exception {
        assumeTrue(PostgreSqlServer.isInstalled(), PostgreSqlServer.HOW_TO_INSTALL);
        TestServers servers = TestServers.start(one, two);
        ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor();
        ExecutorService asking = Executors.newCachedThreadPool();
        AtomicInteger asked = new AtomicInteger();
        EndpointSource source = PostgreSqlMaster.watching(
                EndpointSource.fixed(servers.endpoints()),
                endpoint -> {
                    asked.incrementAndGet();
                    return TestServers.single(endpoint);
                },
                Duration.ofMillis(50),
                asking);
        try (StandaloneLoadBalancer balancer = TestServers.balancer(source, thread);
                BalancedDataSource orders = BalancedDataSource.over(balancer.calls(), servers::pool)) {
            BalancedDataSource mine = orders.session(ReadSession.begin());
            try (Connection connection = mine.getConnection()) {
                tell(connection, "CREATE TABLE orders (id integer)");
                tell(connection, "INSERT INTO orders VALUES (1)");
            }
            try (Connection reads = mine.reading().getConnection()) {
                assertEquals("1", ask(reads, "SELECT count(*) FROM orders")); // so the standby has it
            }
            assertEquals("db-1", master(balancer.calls()));

            Connection before = orders.getConnection();
            tell(before, "INSERT INTO orders VALUES (-1)");
            tell(before, "DELETE FROM orders WHERE id = -1");
            servers.master.crash();
            assertThrows(SQLException.class, () -> tell(before, "INSERT INTO orders VALUES (2)"));
            before.close();
            servers.standby.promote();
            awaitMaster(balancer.calls(), "db-2");
            try (Connection connection = mine.getConnection()) {
                tell(connection, "INSERT INTO orders VALUES (2)");
                assertEquals("2", ask(connection, "SELECT current_setting('holdfast.fence', true)")); // the timeline
            }

            servers.master.start(); // it knows of nothing, and takes writes
            try (Connection old = TestServers.single(servers.endpoints().get(0)).getConnection()) {
                assertEquals("f", ask(old, "SELECT pg_is_in_recovery()"));
            }
            for (int i = 3; i < 200; i++) { // more than a balancer may try again: the old one is not asked at all
                try (Connection connection = mine.getConnection()) {
                    tell(connection, "INSERT INTO orders VALUES (" + i + ")");
                }
                try (Connection reads = orders.reading().getConnection()) {
                    assertEquals(Integer.toString(i), ask(reads, "SELECT count(*) FROM orders"));
                }
            }
            assertEquals("db-2", master(balancer.calls()));
            try (Connection old = TestServers.single(servers.endpoints().get(0)).getConnection()) {
                assertEquals("1", ask(old, "SELECT count(*) FROM orders"));
            }
            assertEquals(2, asked.get(), "each server has one data source to be asked by");
        } finally {
            asking.shutdownNow();
            thread.shutdownNow();
            servers.stop();
        }
    }

    private static String master(LoadBalancer calls) {
        return Objects.requireNonNull(calls.directory().master()).nodeId();
    }

    private static void awaitMaster(LoadBalancer calls, String id) throws InterruptedException {
        CountDownLatch announced = new CountDownLatch(1);
        EndpointSource.Subscription listening = calls.listen(() -> {
            if (master(calls).equals(id)) {
                announced.countDown();
            }
        });
        assertTrue(announced.await(60, TimeUnit.SECONDS));
        listening.cancel();
    }
}
