package io.holdfast.integrations.loadbalance.jdbc;

import io.holdfast.loadbalance.Endpoint;
import io.holdfast.loadbalance.EndpointSource;
import io.holdfast.loadbalance.LoadBalancer;
import io.holdfast.loadbalance.ReadSession;
import java.io.PrintWriter;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.time.Duration;
import java.util.function.Function;
import java.util.logging.Logger;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * A data source over several PostgreSQL servers: what writes goes to the master, what was said to be {@code setReadOnly(true)}, or comes
 * from {@link #reading()}, to a standby, and to the master where no standby may or can serve it.
 *
 * <pre>{@code
 * LoadBalancer servers = LoadBalancing.service(cluster, "db");    // or StandaloneLoadBalancer with PostgreSqlMaster.watching(...)
 * BalancedDataSource orders = BalancedDataSource.over(servers.maxLag(Duration.ofSeconds(1)), endpoint -> {
 *     HikariConfig config = new HikariConfig();
 *     config.setJdbcUrl(endpoint.uri().toString());               // jdbc:postgresql://10.0.0.1:5432/orders
 *     config.setConnectionTimeout(1_000);
 *     config.setInitializationFailTimeout(-1);                    // else it connects when it is made, and throws
 *     return new HikariDataSource(config);
 * });
 * }</pre>
 *
 * <p>A connection goes somewhere when it is first used, and again after {@code setReadOnly} said otherwise between two transactions. To
 * get one there is a call of the balancer's, with its deadline, retries and waits for a master. Each server is asked, by one round
 * trip, what it is before its connection is handed out, so no pool's connection to a dead or demoted server is; a pool should bound how
 * long it takes for one (about a second). A connection that writes belongs to one master: once another is announced, or that one with a later token,
 * statements and commits fail with the SQL state 25006, and the pool does not get it back. Where nobody is to be had that is a {@link
 * java.sql.SQLTransientConnectionException} of state 08001, whose cause is what a balancer throws.
 *
 * <p>{@link #maxLag} is checked against the master's position, which is asked for at most twice within the bound, and shared; a standby that is
 * about to be fresh enough is waited for, half a second at the most. The token of the master travels as the session's setting {@value
 * #FENCE}, for triggers and functions of the database.
 *
 * <p>Connections begin with auto-commit, as JDBC has it, whatever the pool's own default. Immutable: what says how returns another one,
 * which shares everything with this one. Safe from any thread; its connections are not, as JDBC's are not.
 */
public final class BalancedDataSource implements DataSource, AutoCloseable {
    /** The setting of a session that has the master's fencing token, a whole number: {@code current_setting('holdfast.fence', true)}. */
    public static final String FENCE = "holdfast.fence";

    private final LoadBalancer calls;
    private final Pools pools;
    private final EndpointSource.Subscription subscription;
    private final MasterPositions positions;
    private final SessionDebts debts;
    private final boolean readOnly;
    private final @Nullable SessionPosition session;

    private BalancedDataSource(
            LoadBalancer calls,
            Pools pools,
            EndpointSource.Subscription subscription,
            MasterPositions positions,
            SessionDebts debts,
            boolean readOnly,
            @Nullable SessionPosition session) {
        this.calls = calls;
        this.pools = pools;
        this.subscription = subscription;
        this.positions = positions;
        this.debts = debts;
        this.readOnly = readOnly;
        this.session = session;
    }

    /**
     * Over servers whose endpoints' URIs say where they are, such as {@code jdbc:postgresql://10.0.0.1:5432/orders}.
     *
     * @param calls to them, with a deadline and perhaps {@link LoadBalancer#maxLag} for what reads; it stays the caller's
     * @param pools makes an endpoint's pool, once; called on a thread that wants a connection. What it throws is the server's failure, and the call
     *     is tried elsewhere. One that is {@link AutoCloseable} is closed when its endpoint has gone and its connections are back, on a
     *     thread of the data source's own
     */
    public static BalancedDataSource over(LoadBalancer calls, Function<Endpoint, ? extends DataSource> pools) {
        Pools all = new Pools(pools);
        EndpointSource.Subscription subscription = calls.listen(() -> all.heed(calls.directory()));
        return new BalancedDataSource(
                calls, all, subscription, new MasterPositions(calls, all), new SessionDebts(), false, null);
    }

    /** Its connections read unless {@code setReadOnly(false)} says otherwise. */
    public BalancedDataSource reading() {
        return new BalancedDataSource(calls, pools, subscription, positions, debts, true, session);
    }

    /** Who serves a read has all that had been committed so long ago, 0 to 1 day. With 0 the master is asked for each read. */
    public BalancedDataSource maxLag(Duration most) {
        return new BalancedDataSource(calls.maxLag(most), pools, subscription, positions, debts, readOnly, session);
    }

    /**
     * Its reads see what was committed for that session, by connections of this data source and of those that share with it, wherever
     * they go, unless {@code synchronous_commit} is off. Costs a round trip after each commit, and one to the master for a read while
     * a connection that wrote by auto-commit is open. What the master could not be asked for is known by the object alone, not by its token.
     */
    public BalancedDataSource session(ReadSession of) {
        return new BalancedDataSource(calls, pools, subscription, positions, debts, readOnly, debts.of(of));
    }

    /** Goes nowhere yet. */
    @Override
    public Connection getConnection() {
        return RoutedConnection.open(new Lending(calls, pools, positions), readOnly, session);
    }

    @Override
    public Connection getConnection(String username, String password) throws SQLException {
        throw new SQLFeatureNotSupportedException("users and passwords are for the pools of the endpoints");
    }

    /** Retires all pools, also for those that share them: each is closed when its connections are back; those that nobody uses at once. Idempotent. */
    @Override
    public void close() {
        subscription.cancel();
        pools.close();
    }

    @Override
    public @Nullable PrintWriter getLogWriter() {
        return null;
    }

    @Override
    public void setLogWriter(@Nullable PrintWriter out) throws SQLException {
        throw new SQLFeatureNotSupportedException("it logs by SLF4J");
    }

    @Override
    public void setLoginTimeout(int seconds) throws SQLException {
        throw new SQLFeatureNotSupportedException(
                "how long it takes is for CallSettings.deadline and the pools to bound");
    }

    @Override
    public int getLoginTimeout() {
        return 0;
    }

    @Override
    public Logger getParentLogger() throws SQLFeatureNotSupportedException {
        throw new SQLFeatureNotSupportedException("it logs by SLF4J");
    }

    @Override
    public <T> T unwrap(Class<T> type) throws SQLException {
        if (type.isInstance(this)) {
            return type.cast(this);
        }
        throw new SQLException("this is no " + type.getName() + ", and there are several behind it");
    }

    @Override
    public boolean isWrapperFor(Class<?> type) {
        return type.isInstance(this);
    }
}
