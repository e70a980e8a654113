package io.holdfast.integrations.loadbalance.jdbc;

import static io.holdfast.integrations.loadbalance.jdbc.TestServers.ask;
import static io.holdfast.integrations.loadbalance.jdbc.TestServers.tell;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.zaxxer.hikari.HikariDataSource;
import io.holdfast.core.FencingToken;
import io.holdfast.core.NotAvailableException;
import io.holdfast.core.RoleHolder;
import io.holdfast.integrations.election.contract.PostgreSqlServer;
import io.holdfast.loadbalance.Directory;
import io.holdfast.loadbalance.Endpoint;
import io.holdfast.loadbalance.EndpointSource;
import io.holdfast.loadbalance.LoadBalancer;
import io.holdfast.loadbalance.ReadSession;
import io.holdfast.loadbalance.StandaloneLoadBalancer;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A real master and a real standby; who was announced as master is what the test says. */
@Timeout(120)
class BalancedDataSourceTest {
    private static final String IS_STANDBY = "SELECT pg_is_in_recovery()";
    private static TestServers servers;

    private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor();
    private final AtomicReference<Consumer<Directory>> source = new AtomicReference<>();
    private final StandaloneLoadBalancer balancer = TestServers.balancer(
            (runtime, hears) -> {
                source.set(hears);
                return () -> {};
            },
            thread);
    private final LoadBalancer calls = balancer.calls();
    private BalancedDataSource orders;
    private long epoch;

    @BeforeAll
    static void startServers(@TempDir Path one, @TempDir Path two) throws Exception {
        assumeTrue(PostgreSqlServer.isInstalled(), PostgreSqlServer.HOW_TO_INSTALL);
        servers = TestServers.start(one, two);
    }

    @AfterAll
    static void stopServers() throws Exception {
        if (servers != null) {
            servers.stop();
        }
    }

    @BeforeEach
    void begin() throws Exception {
        orders = BalancedDataSource.over(calls, servers::pool);
        announce("db-1", 5);
        try (Connection connection = orders.getConnection()) {
            tell(connection, "DROP TABLE IF EXISTS orders");
            tell(connection, "CREATE TABLE orders (id integer, what text)");
        }
    }

    @AfterEach
    void end() {
        orders.close();
        balancer.close();
        thread.shutdownNow();
    }

    private void announce(String master, long token) throws InterruptedException {
        announce(servers.endpoints(), master, token);
    }

    private void announce(List<Endpoint> endpoints, String master, long token) throws InterruptedException {
        RoleHolder holder = new RoleHolder(master, new FencingToken(token));
        CountDownLatch taken = new CountDownLatch(1);
        var listening = calls.listen(() -> {
            if (holder.equals(calls.directory().master())
                    && endpoints.equals(calls.directory().endpoints())) {
                taken.countDown();
            }
        });
        source.get().accept(new Directory(++epoch, endpoints, holder, id -> -1));
        assertTrue(taken.await(30, TimeUnit.SECONDS));
        listening.cancel();
    }

    private void announceNobody(List<Endpoint> endpoints) throws InterruptedException {
        CountDownLatch taken = new CountDownLatch(1);
        var listening = calls.listen(() -> {
            Directory now = calls.directory();
            if (now.master() == null && now.endpoints().equals(endpoints)) {
                taken.countDown();
            }
        });
        source.get().accept(new Directory(++epoch, endpoints, null, id -> -1));
        assertTrue(taken.await(30, TimeUnit.SECONDS));
        listening.cancel();
    }

    private static void insert(Connection connection, int id) throws SQLException {
        tell(connection, "INSERT INTO orders VALUES (" + id + ", 'apples')");
    }

    private static String count(Connection connection) throws SQLException {
        return ask(connection, "SELECT count(*) FROM orders");
    }

    @Test
    void writesGoToTheMasterAndReadsToAStandbyThatHasThem() throws Exception {
        BalancedDataSource mine = orders.session(ReadSession.begin());
        try (Connection writes = mine.getConnection()) {
            insert(writes, 1);
            assertEquals("f", ask(writes, IS_STANDBY));
        }
        int standbys = 0;
        for (int i = 2; i < 20; i++) {
            try (Connection writes = mine.getConnection()) {
                writes.setAutoCommit(false);
                insert(writes, i);
                writes.commit();
            }
            try (Connection reads = mine.reading().getConnection()) {
                boolean isStandby = ask(reads, IS_STANDBY).equals("t"); // else it was too slow, as is allowed
                standbys += isStandby ? 1 : 0;
                assertEquals(Integer.toString(i), count(reads));
                if (isStandby) {
                    assertEquals(
                            "25006",
                            assertThrows(SQLException.class, () -> insert(reads, 3))
                                    .getSQLState());
                }
            }
        }
        assertTrue(standbys > 0);
    }

    @Test
    void readOnlyDecidesAnewBetweenTransactionsAndNotWithinOne() throws Exception {
        try (Connection connection = orders.getConnection()) {
            assertTrue(connection.toString().contains("not used yet"));
            connection.setReadOnly(true);
            assertEquals("t", ask(connection, IS_STANDBY));
            connection.setReadOnly(false);
            connection.setAutoCommit(false);
            PreparedStatement write = connection.prepareStatement("INSERT INTO orders VALUES (?, 'pears')");
            write.setInt(1, 1);
            write.executeUpdate();
            SQLException refused = assertThrows(SQLException.class, () -> connection.setReadOnly(true));
            assertEquals("25001", refused.getSQLState());
            connection.commit();
            connection.setReadOnly(true);
            assertEquals("t", ask(connection, IS_STANDBY));
            assertThrows(SQLException.class, write::executeUpdate); // it was the master's connection's
            connection.rollback();
        }
        try (Connection connection = orders.getConnection()) {
            assertEquals("1", count(connection));
        }
    }

    @Test
    void whatWasNotCommittedIsRolledBackWhenItIsGivenBack() throws Exception {
        try (Connection connection = orders.getConnection()) {
            connection.setAutoCommit(false);
            insert(connection, 1);
        }
        try (Connection connection = orders.getConnection()) {
            assertTrue(connection.getAutoCommit());
            assertEquals("0", count(connection));
        }
    }

    @Test
    void aStandbyThatDoesNotReplayServesWhatMayBeStaleAndNothingElse() throws Exception {
        Duration hour = Duration.ofHours(1);
        BalancedDataSource mine = orders.session(ReadSession.begin());
        try (Connection connection = mine.getConnection()) {
            insert(connection, 1);
        }
        for (String standby = "f"; standby.equals("f"); ) { // until it has replayed where the master was
            try (Connection reads = mine.maxLag(hour).reading().getConnection()) {
                standby = ask(reads, IS_STANDBY);
                assertEquals("1", count(reads));
            }
        }
        try (Connection standby = TestServers.single(servers.endpoints().get(1)).getConnection()) {
            tell(standby, "SELECT pg_wal_replay_pause()");
            try {
                try (Connection connection = orders.getConnection()) {
                    insert(connection, 2);
                }
                try (Connection reads = orders.maxLag(hour).reading().getConnection()) {
                    assertEquals("t", ask(reads, IS_STANDBY));
                    assertEquals("1", count(reads));
                }
                try (Connection reads = orders.maxLag(Duration.ZERO).reading().getConnection()) {
                    assertEquals("f", ask(reads, IS_STANDBY));
                    assertEquals("2", count(reads));
                }
                try (Connection connection = mine.getConnection()) {
                    insert(connection, 3);
                }
                try (Connection reads = mine.reading().getConnection()) {
                    assertEquals("3", count(reads));
                }
            } finally {
                tell(standby, "SELECT pg_wal_replay_resume()");
            }
        }
    }

    @Test
    void aReadOfASessionSeesWhatAConnectionOfItHasWrittenThatIsStillOpen() throws Exception {
        ReadSession session = ReadSession.begin();
        try (Connection standby = TestServers.single(servers.endpoints().get(1)).getConnection()) {
            tell(standby, "SELECT pg_wal_replay_pause()");
            try (Connection writes = orders.session(session).getConnection()) {
                insert(writes, 1);
                try (Connection reads = orders.session(session).reading().getConnection()) {
                    assertEquals("1", count(reads));
                }
                writes.setAutoCommit(false);
                insert(writes, 2);
                writes.commit();
                try (Connection reads = orders.session(session).reading().getConnection()) {
                    assertEquals("2", count(reads));
                }
            } finally {
                tell(standby, "SELECT pg_wal_replay_resume()");
            }
        }
    }

    @Test
    void whatWasWrittenByAConnectionThatWasAbortedIsSettledByTheNextRead() throws Exception {
        ReadSession session = ReadSession.begin();
        Connection writes = orders.session(session).getConnection();
        insert(writes, 1);
        writes.abort(Runnable::run);
        try (Connection reads = orders.session(session).reading().getConnection()) {
            assertEquals("1", count(reads));
        }
        assertTrue(session.index() > 0);
    }

    @Test
    void aPoolThatIsNotMadeIsTheServersFailureAndTheReadGoesElsewhere() throws Exception {
        try (BalancedDataSource some = BalancedDataSource.over(calls, endpoint -> {
                    if (endpoint.id().equals("db-2")) {
                        throw new IllegalStateException("it does not connect");
                    }
                    return servers.pool(endpoint);
                });
                Connection reads = some.reading().getConnection()) {
            assertEquals("f", ask(reads, IS_STANDBY));
        }
    }

    @Test
    void connectionsThatBrokeInThePoolAreNotHandedOut() throws Exception {
        try (Connection one = orders.getConnection();
                Connection two = orders.getConnection()) {
            insert(one, 1);
            insert(two, 2);
        }
        try (Connection other = TestServers.single(servers.endpoints().get(0)).getConnection()) {
            tell(
                    other,
                    "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE pid <> pg_backend_pid()"
                            + " AND backend_type = 'client backend'");
        }
        for (int i = 0; i < 6; i++) {
            try (Connection connection = orders.getConnection()) {
                insert(connection, 3 + i);
            }
        }
        assertEquals(
                0,
                calls.explain().endpoints().stream()
                        .mapToLong(each -> each.inFlight())
                        .sum());
    }

    @Test
    void aConnectionThatBreaksInUseCountsAgainstItsServer() throws Exception {
        try (Connection connection = orders.getConnection()) {
            assertThrows(SQLException.class, () -> ask(connection, "SELECT pg_terminate_backend(pg_backend_pid())"));
        }
        assertEquals(
                1,
                calls.explain().endpoints().stream()
                        .filter(each -> each.endpoint().id().equals("db-1"))
                        .mapToLong(each -> each.failures())
                        .sum());
    }

    @Test
    void aConnectionToWhoIsNoLongerTheMasterWritesAndCommitsNothing() throws Exception {
        try (Connection connection = orders.getConnection();
                Connection idle = orders.getConnection()) {
            connection.setAutoCommit(false);
            insert(connection, 1);
            PreparedStatement prepared = idle.prepareStatement("INSERT INTO orders VALUES (2, 'pears')");
            prepared.executeUpdate();
            announce("db-2", 6);
            assertEquals(
                    "25006",
                    assertThrows(SQLException.class, connection::commit).getSQLState());
            assertEquals(
                    "25006",
                    assertThrows(SQLException.class, prepared::executeUpdate).getSQLState());
            assertEquals(
                    "25006",
                    assertThrows(SQLException.class, idle::createStatement).getSQLState());
        }
        announce("db-1", 7);
        try (Connection connection = orders.getConnection()) {
            assertEquals("1", count(connection));
        }
    }

    @Test
    void rowsOfOneThatIsNoLongerTheMasterAreNotChanged() throws Exception {
        try (Connection connection = orders.getConnection()) {
            tell(connection, "DROP TABLE IF EXISTS stock");
            tell(connection, "CREATE TABLE stock (id integer PRIMARY KEY, what text)");
            tell(connection, "INSERT INTO stock VALUES (1, 'apples')");
            Statement statement =
                    connection.createStatement(ResultSet.TYPE_SCROLL_INSENSITIVE, ResultSet.CONCUR_UPDATABLE);
            ResultSet rows = statement.executeQuery("SELECT id, what FROM stock");
            assertTrue(rows.next());
            rows.updateString("what", "pears");
            rows.updateRow();
            rows.updateString("what", "plums");
            announce("db-2", 6);
            assertEquals(
                    "25006", assertThrows(SQLException.class, rows::updateRow).getSQLState());
            assertEquals(
                    "25006", assertThrows(SQLException.class, rows::deleteRow).getSQLState());
            rows.moveToInsertRow();
            rows.updateInt("id", 2);
            assertEquals(
                    "25006", assertThrows(SQLException.class, rows::insertRow).getSQLState());
        }
        announce("db-1", 7);
        try (Connection connection = orders.getConnection()) {
            assertEquals("pears", ask(connection, "SELECT string_agg(what, ',') FROM stock"));
        }
    }

    @Test
    void nothingLeadsToThePoolsOwnConnection() throws Exception {
        try (Connection connection = orders.getConnection();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("SELECT 1");
                ResultSet types = connection.getMetaData().getTableTypes()) {
            assertSame(statement, rows.getStatement());
            assertSame(connection, statement.getConnection());
            assertSame(connection, rows.getStatement().getConnection());
            assertSame(connection, connection.getMetaData().getConnection());
            assertSame(connection, types.getStatement().getConnection());
            assertSame(statement, statement.unwrap(Statement.class));
            assertSame(rows, rows.unwrap(ResultSet.class));
            assertTrue(rows.isWrapperFor(ResultSet.class));
            assertEquals(rows, rows);
            assertTrue(rows.next());
            assertEquals(1, rows.getInt(1));
        }
    }

    @Test
    void aStandbyIsNotWrittenToThoughItWasAnnounced() throws Exception {
        announce("db-2", 6); // it has not been promoted
        try (BalancedDataSource impatient =
                        BalancedDataSource.over(calls.within(Duration.ofMillis(700)), servers::pool);
                Connection connection = impatient.getConnection()) {
            SQLException refused = assertThrows(SQLException.class, () -> insert(connection, 1));
            assertInstanceOf(SQLTransientConnectionException.class, refused);
            assertEquals("08001", refused.getSQLState());
            assertInstanceOf(NotAvailableException.class, refused.getCause());
            assertTrue(String.valueOf(refused.getMessage()).contains("takes no writes"), refused.getMessage());
        }
    }

    @Test
    void whoIsAnnouncedAsMasterAndIsStillAStandbyServesNoReadInItsStead() throws Exception {
        announce(List.of(servers.endpoints().get(1)), "db-2", 6);
        LoadBalancer brief = calls.within(Duration.ofMillis(700));
        try (BalancedDataSource impatient = BalancedDataSource.over(brief, servers::pool);
                Connection reads =
                        impatient.maxLag(Duration.ofSeconds(1)).reading().getConnection()) {
            SQLException refused = assertThrows(SQLException.class, () -> count(reads));
            assertInstanceOf(NotAvailableException.class, refused.getCause());
            assertTrue(String.valueOf(refused.getMessage()).contains("has not been promoted"), refused.getMessage());
        }
    }

    @Test
    void whileNobodyIsAnnouncedAReadWithABoundIsNotServedByOneThatTakesWrites() throws Exception {
        ReadSession session = ReadSession.begin();
        session.reached(1);
        announceNobody(servers.endpoints().subList(0, 1));
        LoadBalancer brief = calls.within(Duration.ofMillis(700));
        try (BalancedDataSource impatient = BalancedDataSource.over(brief, servers::pool)) {
            for (BalancedDataSource bounded :
                    List.of(impatient.maxLag(Duration.ofHours(1)), impatient.session(session))) {
                try (Connection reads = bounded.reading().getConnection()) {
                    SQLException refused = assertThrows(SQLException.class, () -> count(reads));
                    assertInstanceOf(NotAvailableException.class, refused.getCause());
                }
            }
            try (Connection reads = impatient.reading().getConnection()) {
                assertEquals("0", count(reads)); // whose bound is none may have what is there
            }
        }
    }

    @Test
    void theTokenTravelsAndATriggerMayCheckIt() throws Exception {
        try (Connection connection = orders.getConnection()) {
            assertEquals("5", ask(connection, "SELECT current_setting('holdfast.fence', true)"));
            // as docs/load-balancing.md has it
            tell(connection, "CREATE TABLE IF NOT EXISTS fence (token bigint NOT NULL)");
            tell(connection, "INSERT INTO fence VALUES (0)");
            tell(connection, """
                    CREATE OR REPLACE FUNCTION check_fence() RETURNS trigger AS $$
                    DECLARE mine bigint := coalesce(nullif(current_setting('holdfast.fence', true), ''), '0')::bigint;
                    BEGIN
                        UPDATE fence SET token = mine WHERE token < mine;
                        IF (SELECT token FROM fence) > mine THEN
                            RAISE EXCEPTION 'a later master than % has written', mine USING ERRCODE = '25006';
                        END IF;
                        RETURN NULL;
                    END $$ LANGUAGE plpgsql""");
            tell(
                    connection,
                    "CREATE TRIGGER fence BEFORE INSERT OR UPDATE OR DELETE ON orders"
                            + " FOR EACH STATEMENT EXECUTE FUNCTION check_fence()");
            insert(connection, 1);
        }
        announce("db-1", 6);
        try (Connection connection = orders.getConnection()) {
            insert(connection, 2);
            tell(connection, "SET holdfast.fence = '5'"); // as one of the master before
            assertEquals(
                    "25006",
                    assertThrows(SQLException.class, () -> insert(connection, 3))
                            .getSQLState());
        }
    }

    @Test
    void thePoolOfAnEndpointThatHasGoneIsClosedWhenItsConnectionsAreBack() throws Exception {
        Endpoint master = servers.endpoints().get(0);
        try (Connection reads = orders.reading().getConnection()) {
            assertEquals("t", ask(reads, IS_STANDBY));
            announce(List.of(master), "db-1", 5);
            assertEquals("t", ask(reads, IS_STANDBY));
            assertFalse(Objects.requireNonNull(servers.pools.get("db-2")).isClosed());
        }
        HikariDataSource gone = Objects.requireNonNull(servers.pools.get("db-2"));
        while (!gone.isClosed()) { // by a thread of its own; the test's time limit bounds it
            Thread.onSpinWait();
        }
        try (Connection reads = orders.reading().getConnection()) {
            assertEquals("f", ask(reads, IS_STANDBY));
        }
        orders.close();
        assertTrue(Objects.requireNonNull(servers.pools.get("db-1")).isClosed());
        assertThrows(SQLException.class, () -> insert(orders.getConnection(), 1));
    }

    @Test
    void withoutAMasterAWriteWaitsAsLongAsItMay() {
        try (StandaloneLoadBalancer nobody = TestServers.balancer(EndpointSource.fixed(servers.endpoints()), thread);
                BalancedDataSource waiting =
                        BalancedDataSource.over(nobody.calls().within(Duration.ofMillis(50)), servers::pool)) {
            SQLException refused =
                    assertThrows(SQLTransientConnectionException.class, () -> insert(waiting.getConnection(), 1));
            assertInstanceOf(NotAvailableException.class, refused.getCause());
        }
    }
}
