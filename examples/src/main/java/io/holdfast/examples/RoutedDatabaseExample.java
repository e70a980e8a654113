package io.holdfast.examples;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.holdfast.integrations.loadbalance.jdbc.BalancedDataSource;
import io.holdfast.integrations.loadbalance.jdbc.PostgreSqlMaster;
import io.holdfast.loadbalance.Algorithm;
import io.holdfast.loadbalance.Balancer;
import io.holdfast.loadbalance.BalancerRuntime;
import io.holdfast.loadbalance.BalancerSettings;
import io.holdfast.loadbalance.CallSettings;
import io.holdfast.loadbalance.Endpoint;
import io.holdfast.loadbalance.EndpointSource;
import io.holdfast.loadbalance.ReadSession;
import io.holdfast.loadbalance.StandaloneLoadBalancer;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.PrintStream;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import javax.sql.DataSource;
import org.postgresql.ds.PGSimpleDataSource;

/**
 * Writes to PostgreSQL's master and reads from its standbys, whichever of the given servers that is at the moment:
 *
 * <pre>{@code
 * ... RoutedDatabaseExample 'jdbc:postgresql://10.0.0.1:5432/shop?user=shop' 'jdbc:postgresql://10.0.0.2:5432/shop?user=shop'
 * }</pre>
 */
public final class RoutedDatabaseExample {
    private RoutedDatabaseExample() {}

    /** Over the servers whose JDBC URLs are given. */
    public static void main(String[] urls) throws SQLException {
        if (urls.length == 0) {
            System.err.println("give the JDBC URLs of a PostgreSQL master and its standbys");
            return;
        }
        run(List.of(urls), System.out);
    }

    static void run(List<String> urls, PrintStream out) throws SQLException {
        List<Endpoint> servers = new ArrayList<>();
        for (String url : urls) {
            servers.add(Endpoint.of("db-" + (servers.size() + 1), url));
        }
        ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor();
        ExecutorService asking = Executors.newCachedThreadPool();
        try (StandaloneLoadBalancer balancer = StandaloneLoadBalancer.start(
                        new Balancer.Identity("shop", "web-1", "db"),
                        PostgreSqlMaster.watching(
                                EndpointSource.fixed(servers),
                                RoutedDatabaseExample::plain,
                                Duration.ofMillis(500),
                                asking),
                        BalancerSettings.of(Algorithm.leastRequest()),
                        CallSettings.usual(),
                        BalancerRuntime.of(thread, SplittableRandom::new),
                        new SimpleMeterRegistry());
                BalancedDataSource shop = BalancedDataSource.over(balancer.calls(), RoutedDatabaseExample::pool)) {
            writeAndRead(shop, out);
        } finally {
            asking.shutdown();
            thread.shutdown();
        }
    }

    private static void writeAndRead(BalancedDataSource shop, PrintStream out) throws SQLException {
        BalancedDataSource mine = shop.session(ReadSession.begin()); // what it has written it reads, wherever that is
        try (Connection writes = mine.getConnection()) {
            writes.setAutoCommit(false);
            try (Statement statement = writes.createStatement()) {
                statement.execute("CREATE TABLE IF NOT EXISTS holdfast_example (what text)");
                statement.execute("TRUNCATE holdfast_example");
            }
            try (PreparedStatement statement = writes.prepareStatement("INSERT INTO holdfast_example VALUES (?)")) {
                statement.setString(1, "three apples");
                statement.executeUpdate();
            }
            writes.commit();
            out.println("written by " + served(writes));
        }
        try (Connection reads = mine.maxLag(Duration.ofSeconds(5)).reading().getConnection()) {
            try (Statement statement = reads.createStatement();
                    ResultSet row = statement.executeQuery("SELECT what FROM holdfast_example")) {
                row.next();
                out.println("read: " + row.getString(1));
            }
            out.println("read from " + served(reads));
        }
    }

    private static String served(Connection by) throws SQLException {
        try (Statement statement = by.createStatement();
                ResultSet row = statement.executeQuery("SELECT pg_is_in_recovery()")) {
            row.next();
            return row.getBoolean(1) ? "a standby" : "the master";
        }
    }

    /** What a service's calls take their connections from. */
    private static DataSource pool(Endpoint endpoint) {
        HikariConfig config = new HikariConfig();
        config.setPoolName(endpoint.id());
        config.setJdbcUrl(endpoint.uri().toString());
        config.setConnectionTimeout(1_000);
        config.setInitializationFailTimeout(-1); // a server that is down is no reason not to start
        return new HikariDataSource(config);
    }

    /** By what a server is asked whether it is the master. */
    private static DataSource plain(Endpoint endpoint) {
        PGSimpleDataSource source = new PGSimpleDataSource();
        source.setUrl(endpoint.uri().toString());
        source.setConnectTimeout(2);
        source.setLoginTimeout(2);
        return source;
    }
}
