package io.holdfast.integrations.election.postgresql;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.holdfast.core.spi.HaFeature;
import io.holdfast.integrations.election.contract.ElectionEngineContract;
import io.holdfast.integrations.election.contract.ElectionFixture;
import io.holdfast.integrations.election.contract.PostgreSqlServer;
import io.holdfast.integrations.election.contract.ProxiedFixture;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.postgresql.ds.PGSimpleDataSource;

/** The contract, on a PostgreSQL server of this test's own. */
class PostgreSqlElectionTest extends ElectionEngineContract {
    private static PostgreSqlServer server;
    private static int fixtures;

    @BeforeAll
    static void startServer(@TempDir Path directory) throws Exception {
        assumeTrue(PostgreSqlServer.isInstalled(), PostgreSqlServer.HOW_TO_INSTALL);
        server = PostgreSqlServer.create(directory);
        server.start();
    }

    @AfterAll
    static void stopServer() throws Exception {
        if (server != null) {
            server.stop();
        }
    }

    @Override
    protected ElectionFixture newFixture() {
        return new Fixture("election_" + ++fixtures);
    }

    private static final class Fixture extends ProxiedFixture {
        private final String table;
        private boolean stopped;

        Fixture(String table) {
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
        }
    }
}
