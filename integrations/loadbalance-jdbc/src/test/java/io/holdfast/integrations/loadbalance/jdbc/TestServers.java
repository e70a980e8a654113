package io.holdfast.integrations.loadbalance.jdbc;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.holdfast.integrations.election.contract.PostgreSqlServer;
import io.holdfast.loadbalance.Algorithm;
import io.holdfast.loadbalance.Balancer;
import io.holdfast.loadbalance.BalancerRuntime;
import io.holdfast.loadbalance.BalancerSettings;
import io.holdfast.loadbalance.CallSettings;
import io.holdfast.loadbalance.Endpoint;
import io.holdfast.loadbalance.EndpointSource;
import io.holdfast.loadbalance.StandaloneLoadBalancer;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledExecutorService;
import javax.sql.DataSource;
import org.postgresql.ds.PGSimpleDataSource;

/** A master, {@code db-1}, and its physical standby, {@code db-2}. */
final class TestServers {
    final PostgreSqlServer master;
    final PostgreSqlServer standby;
    /** The pools that were made, by endpoint. */
    final Map<String, HikariDataSource> pools = new ConcurrentHashMap<>();

    private TestServers(PostgreSqlServer master, PostgreSqlServer standby) {
        this.master = master;
        this.standby = standby;
    }

    static TestServers start(Path one, Path two) throws Exception {
        PostgreSqlServer master = PostgreSqlServer.create(one);
        master.start();
        try {
            PostgreSqlServer standby = master.standby(two);
            standby.start();
            return new TestServers(master, standby);
        } catch (Exception e) {
            master.stop();
            throw e;
        }
    }

    void stop() throws Exception {
        pools.values().forEach(HikariDataSource::close);
        standby.stop();
        master.stop();
    }

    static Endpoint endpoint(String id, PostgreSqlServer server) {
        return Endpoint.of(
                id,
                "jdbc:postgresql://127.0.0.1:" + server.port() + "/postgres?user=" + PostgreSqlServer.USER
                        + "&connectTimeout=2&loginTimeout=2&socketTimeout=10");
    }

    List<Endpoint> endpoints() {
        return List.of(endpoint("db-1", master), endpoint("db-2", standby));
    }

    static StandaloneLoadBalancer balancer(EndpointSource source, ScheduledExecutorService thread) {
        return StandaloneLoadBalancer.start(
                new Balancer.Identity("shop", "web-1", "db"),
                source,
                BalancerSettings.of(Algorithm.leastRequest()),
                CallSettings.usual(),
                BalancerRuntime.of(thread, SplittableRandom::new),
                new SimpleMeterRegistry());
    }

    HikariDataSource pool(Endpoint endpoint) {
        HikariConfig config = new HikariConfig();
        config.setPoolName(endpoint.id());
        config.setJdbcUrl(endpoint.uri().toString());
        config.setMaximumPoolSize(4);
        config.setConnectionTimeout(1_000);
        config.setInitializationFailTimeout(-1);
        HikariDataSource pool = new HikariDataSource(config);
        pools.put(endpoint.id(), pool);
        return pool;
    }

    static DataSource single(Endpoint endpoint) {
        PGSimpleDataSource source = new PGSimpleDataSource();
        source.setUrl(endpoint.uri().toString());
        return source;
    }

    static String ask(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            return row.next() ? String.valueOf(row.getString(1)) : "nothing";
        }
    }

    static void tell(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }
}
