package io.holdfast.integrations.election.postgresql;

import io.holdfast.core.spi.FeatureContext;
import io.holdfast.core.spi.HaFeature;
import io.holdfast.core.spi.RunningFeature;
import io.holdfast.integrations.election.ElectionTiming;
import io.holdfast.integrations.election.StoreElection;
import java.time.Duration;
import javax.sql.DataSource;

/**
 * Elects the master and other roles by rows of a PostgreSQL table.
 *
 * <pre>{@code
 * HaCluster.builder("shop")
 *         .node(node)
 *         .with(PostgreSqlElection.on(dataSource))
 *         .onMaster(grant -> start(grant.token()))
 *         .onSlave(reason -> stop())
 *         .start();
 * }</pre>
 *
 * <p>It keeps one connection of the data source for itself; the data source has to lead to the primary, and to give a connection,
 * or fail, within about {@link #requestTimeout}. No clock of the database's plays a part. A fail-over of the database to a
 * standby that does not have the last commits gives tokens a second time: use synchronous replication, or raise {@link #epoch}
 * after such a loss. Immutable: each method returns a changed copy.
 */
public final class PostgreSqlElection implements HaFeature {
    private final DataSource dataSource;
    private final String table;
    private final boolean create;
    private final ElectionTiming timing;

    private PostgreSqlElection(DataSource dataSource, String table, boolean create, ElectionTiming timing) {
        this.dataSource = dataSource;
        this.table = table;
        this.create = create;
        this.timing = timing;
    }

    /** On the table {@code holdfast_election}, with a lease of 10 s, looked at every 250 ms. */
    public static PostgreSqlElection on(DataSource dataSource) {
        return new PostgreSqlElection(
                dataSource, "holdfast_election", true, ElectionTiming.standard().withPoll(Duration.ofMillis(250)));
    }

    /** Another table: a name of letters, digits and underscores, with a schema and a dot before it if need be. */
    public PostgreSqlElection table(String name) {
        return new PostgreSqlElection(dataSource, name, create, timing);
    }

    /** Expects the table to be there, for a database user that may not create it; by default it is created where missing. */
    public PostgreSqlElection withoutCreatingTheTable() {
        return new PostgreSqlElection(dataSource, table, false, timing);
    }

    /** How long a grant lasts without being renewed, 500 ms to 10 min; 10 s by default. It is renewed four times as often. */
    public PostgreSqlElection lease(Duration time) {
        return timed(timing.withLease(time));
    }

    /** By how much the nodes' clocks may differ while a lease lasts, less than the lease; a tenth of it by default. */
    public PostgreSqlElection clockDrift(Duration time) {
        return timed(timing.withClockDrift(time));
    }

    /** How long one transaction may take, 50 ms to 3/8 of the lease; a quarter of it, 3 s at most, by default. */
    public PostgreSqlElection requestTimeout(Duration time) {
        return timed(timing.withRequestTimeout(time));
    }

    /** How often the table is looked at, 10 ms to half the lease; 250 ms by default. An orderly hand-over takes about so long. */
    public PostgreSqlElection poll(Duration time) {
        return timed(timing.withPoll(time));
    }

    /** For how long a node keeps a role before it gives it to a better one of its own accord, 0 to 1 h; 30 s by default. */
    public PostgreSqlElection calm(Duration time) {
        return timed(timing.withCalm(time));
    }

    /** Raised on all nodes when the table was lost or restored from an older state, 0 to 32767; 0 by default. */
    public PostgreSqlElection epoch(int number) {
        return timed(timing.withEpoch(number));
    }

    private PostgreSqlElection timed(ElectionTiming changed) {
        return new PostgreSqlElection(dataSource, table, create, changed);
    }

    @Override
    public String name() {
        return "postgresql-election";
    }

    @Override
    public boolean isElectionEngine() {
        return true;
    }

    @Override
    public void validate(Settings settings) {
        if (!table.matches("([A-Za-z_][A-Za-z0-9_]{0,62}\\.)?[A-Za-z_][A-Za-z0-9_]{0,62}")) {
            throw new IllegalArgumentException(name() + ": table \"" + table
                    + "\" is not allowed; use letters, digits and underscores, such as \"ha.holdfast_election\"");
        }
        if (settings.node().isClient()) {
            throw new IllegalArgumentException(
                    name() + ": " + settings.node().id() + " is a client, which holds no roles; leave the feature out");
        }
        timing.validate(name());
    }

    @Override
    public RunningFeature create(FeatureContext context) {
        return new StoreElection(
                "postgresql",
                "table " + table,
                "rows of the PostgreSQL table " + table + "; no confirmed commit of the database may be lost",
                context,
                timing,
                (cluster, requestMillis, changed) ->
                        new PostgreSqlStore(dataSource, table, create, cluster, requestMillis));
    }
}
