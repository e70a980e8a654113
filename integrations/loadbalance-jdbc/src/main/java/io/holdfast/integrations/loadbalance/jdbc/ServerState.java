package io.holdfast.integrations.loadbalance.jdbc;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;

/**
 * What a PostgreSQL server says of itself, by one round trip. No privilege is needed for it.
 *
 * @param standby true if it replays another's log, and takes no writes
 * @param position up to where its log is forced to disk, or replayed on a standby; positions are bytes from the log's beginning
 * @param timeline of that log, which rises with each promotion; on a standby that of its last restart point, so perhaps an
 *     earlier one
 */
record ServerState(boolean standby, long position, long timeline) {
    private static final String ASK = "SELECT pg_sleep(?), set_config('" + BalancedDataSource.FENCE
            + "', coalesce(nullif(?, ''), current_setting('" + BalancedDataSource.FENCE + "', true), ''), false),"
            + " pg_is_in_recovery(),"
            + " CASE WHEN pg_is_in_recovery() THEN pg_wal_lsn_diff(pg_last_wal_replay_lsn(), '0/0')"
            + " ELSE pg_wal_lsn_diff(pg_current_wal_flush_lsn(), '0/0') END,"
            + " CASE WHEN pg_is_in_recovery() THEN (SELECT timeline_id::text FROM pg_control_checkpoint())"
            + " ELSE substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8) END";
    private static final double NANOS = 1e9;

    /** Asks a server. */
    static ServerState ask(Connection connection, Duration limit) throws SQLException {
        return ask(connection, "", 0, limit);
    }

    /**
     * Asks a server, and leaves a fence in its session.
     *
     * @param fence empty to leave that as it is
     * @param pauseNanos after which it is asked, while the server waits
     * @param limit on the whole
     */
    static ServerState ask(Connection connection, String fence, long pauseNanos, Duration limit) throws SQLException {
        int before = connection.getNetworkTimeout();
        connection.setNetworkTimeout(Runnable::run, (int) Math.max(1, Math.min(limit.toMillis(), Integer.MAX_VALUE)));
        ServerState state;
        try {
            state = answer(connection, fence, pauseNanos);
        } catch (SQLException e) {
            restore(connection, before, e);
            throw e;
        }
        connection.setNetworkTimeout(Runnable::run, before);
        return state;
    }

    /** Where the connection is as good as before, it is to be left as it was. */
    private static void restore(Connection connection, int networkTimeout, SQLException failure) {
        try {
            if (!connection.getAutoCommit()) {
                connection.rollback(); // it is asked only where nothing else is in its transaction
            }
            connection.setNetworkTimeout(Runnable::run, networkTimeout);
        } catch (SQLException e) {
            failure.addSuppressed(e);
        }
    }

    private static ServerState answer(Connection connection, String fence, long pauseNanos) throws SQLException {
        ServerState state;
        try (PreparedStatement statement = connection.prepareStatement(ASK)) {
            statement.setDouble(1, pauseNanos / NANOS);
            statement.setString(2, fence);
            try (ResultSet row = statement.executeQuery()) {
                row.next();
                boolean standby = row.getBoolean(3);
                String timeline = row.getString(5);
                state = new ServerState(standby, row.getLong(4), Long.parseLong(timeline, standby ? 10 : 16));
            }
        }
        if (!connection.getAutoCommit()) {
            connection.commit(); // else what follows would be in the transaction of this question
        }
        return state;
    }
}
