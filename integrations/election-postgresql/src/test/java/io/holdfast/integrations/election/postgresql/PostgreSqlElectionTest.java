package io.holdfast.integrations.election.postgresql;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.holdfast.core.spi.HaFeature;
import io.holdfast.integrations.election.contract.ElectionEngineContract;
import io.holdfast.integrations.election.contract.ElectionFixture;
import io.holdfast.integrations.election.contract.PostgreSqlServer;
import io.holdfast.integrations.election.contract.ProxiedFixture;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.postgresql.ds.PGSimpleDataSource;

/** The contract, on a PostgreSQL server that each test has for itself; as many as run at a time. */
@Execution(ExecutionMode.CONCURRENT)
class PostgreSqlElectionTest extends ElectionEngineContract {
    private static final AtomicInteger FIXTURES = new AtomicInteger();
    /** Those that no test has. */
    private static final Queue<PostgreSqlServer> IDLE = new ConcurrentLinkedQueue<>();

    @TempDir
    private static Path directory;

    /** Never started, and copied for each: that takes a tenth of the time. */
    private static PostgreSqlServer blank;

    @BeforeAll
    static void needsPostgreSql() throws Exception {
        assumeTrue(PostgreSqlServer.isInstalled(), PostgreSqlServer.HOW_TO_INSTALL);
        // For the user that the servers run as, who has the directories beneath.
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwx--x--x"));
        blank = PostgreSqlServer.create(Files.createDirectory(directory.resolve("blank")));
    }

    @AfterAll
    static void stopServers() throws Exception {
        for (PostgreSqlServer server = IDLE.poll(); server != null; server = IDLE.poll()) {
            server.stop();
        }
        if (blank != null) {
            blank.stop();
        }
    }

    @Override
    protected ElectionFixture newFixture() throws Exception {
        String name = "election_" + FIXTURES.incrementAndGet();
        PostgreSqlServer server = IDLE.poll();
        if (server == null) {
            server = blank.copy(Files.createDirectory(directory.resolve(name)));
            server.start();
        }
        return new Fixture(server, name);
    }

    private static final class Fixture extends ProxiedFixture {
        private final PostgreSqlServer server;
        private final String table;
        private boolean stopped;

        Fixture(PostgreSqlServer server, String table) {
            this.server = server;
            this.table = table;
        }

        @Override
        protected int serverPort() {
            return server.port();
        }

        @Override
        protected HaFeature feature(String node, int port) {
            return PostgreSqlElection.on(dataSource(node, port))
                    .table(table)
                    .lease(lease())
                    .clockDrift(clockDrift())
                    .calm(calm());
        }

        private static PGSimpleDataSource dataSource(String user, int port) {
            PGSimpleDataSource dataSource = new PGSimpleDataSource();
            dataSource.setServerNames(new String[] {"127.0.0.1"});
            dataSource.setPortNumbers(new int[] {port});
            dataSource.setDatabaseName("postgres");
            dataSource.setUser(PostgreSqlServer.USER);
            dataSource.setApplicationName(user);
            dataSource.setConnectTimeout(1);
            dataSource.setLoginTimeout(1);
            return dataSource;
        }

        /** As an administrator or a failover of the server ends them. */
        @Override
        public void loseSession(String node) throws Exception {
            try (Connection other = dataSource("test", server.port()).getConnection();
                    PreparedStatement end = other.prepareStatement(
                            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = ?")) {
                end.setString(1, node);
                end.execute();
            }
        }

        @Override
        public void stopEngine() throws Exception {
            stopped = true;
            server.crash();
        }

        @Override
        public void startEngine() throws Exception {
            server.start();
            stopped = false;
        }

        @Override
        protected void closeServer() throws Exception {
            if (stopped) {
                startEngine();
            }
            IDLE.add(server);
        }
    }
}
