package io.holdfast.integrations.election.postgresql;

import io.holdfast.integrations.election.Change;
import io.holdfast.integrations.election.RecordStore;
import io.holdfast.integrations.election.StoredRecord;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * Records as rows (cluster, key, version, value). A read is one statement, which sees one snapshot; a commit is one transaction
 * of updates that each name the version they expect, in the order of their keys, so that no two wait for each other.
 */
final class PostgreSqlStore implements RecordStore {
    private final DataSource dataSource;
    private final String table;
    private final boolean create;
    private final String cluster;
    private final int requestMillis;
    private @Nullable Connection connection;

    PostgreSqlStore(DataSource dataSource, String table, boolean create, String cluster, long requestMillis) {
        this.dataSource = dataSource;
        this.table = table;
        this.create = create;
        this.cluster = cluster;
        this.requestMillis = (int) requestMillis;
    }

    /** What a database administrator would run. */
    private String schema() {
        return "CREATE TABLE IF NOT EXISTS " + table
                + " (cluster text NOT NULL, key text NOT NULL, version bigint NOT NULL,"
                + " value text NOT NULL, PRIMARY KEY (cluster, key))";
    }

    private interface Work<T> {
        T in(Connection connection) throws SQLException;
    }

    private <T> T transaction(Work<T> work) throws SQLException {
        Connection open = connection();
        try {
            return work.in(open);
        } catch (SQLException | RuntimeException e) {
            drop(); // whatever state it is in, the next one begins with another
            throw e;
        }
    }

    private Connection connection() throws SQLException {
        Connection kept = connection;
        if (kept == null) {
            kept = dataSource.getConnection();
            connection = kept;
            try {
                prepare(kept);
            } catch (SQLException | RuntimeException e) {
                drop();
                throw e;
            }
        }
        return kept;
    }

    private void prepare(Connection fresh) throws SQLException {
        fresh.setNetworkTimeout(Runnable::run, requestMillis);
        fresh.setAutoCommit(false);
        fresh.setTransactionIsolation(Connection.TRANSACTION_READ_COMMITTED);
        try (Statement statement = fresh.createStatement()) {
            statement.execute("SELECT set_config('statement_timeout', '" + requestMillis + "', false),"
                    + " set_config('lock_timeout', '" + requestMillis + "', false),"
                    + " set_config('idle_in_transaction_session_timeout', '" + 2 * requestMillis + "', false),"
                    // a confirmed commit has to outlive the server's crash, whatever the database's default is
                    + " set_config('synchronous_commit', CASE WHEN current_setting('synchronous_commit') IN ('off', 'local')"
                    + " THEN 'on' ELSE current_setting('synchronous_commit') END, false)");
        }
        fresh.commit();
        if (!isThere(fresh)) {
            if (!create) {
                throw new SQLException("table " + table + " is not there; run: " + schema());
            }
            createTable(fresh);
        }
    }

    private boolean isThere(Connection fresh) throws SQLException {
        boolean there;
        try (PreparedStatement statement = fresh.prepareStatement("SELECT to_regclass(?) IS NOT NULL")) {
            statement.setString(1, table);
            try (ResultSet row = statement.executeQuery()) {
                there = row.next() && row.getBoolean(1);
            }
        }
        fresh.commit();
        return there;
    }

    private void createTable(Connection fresh) throws SQLException {
        try (Statement statement = fresh.createStatement()) {
            statement.execute(schema());
            fresh.commit();
        } catch (SQLException e) {
            throw new SQLException(
                    "table " + table + " is not there and cannot be created (" + e.getMessage() + "); have run: "
                            + schema(),
                    e);
        }
    }

    @Override
    public List<StoredRecord> readAll() throws SQLException {
        return transaction(open -> {
            open.setAutoCommit(true);
            List<StoredRecord> records = new ArrayList<>();
            try (PreparedStatement statement =
                    open.prepareStatement("SELECT key, version, value FROM " + table + " WHERE cluster = ?")) {
                statement.setString(1, cluster);
                try (ResultSet rows = statement.executeQuery()) {
                    while (rows.next()) {
                        records.add(new StoredRecord(rows.getString(1), rows.getLong(2), rows.getString(3)));
                    }
                }
            }
            return records;
        });
    }

    @Override
    public boolean commit(List<Change> changes) throws SQLException {
        List<Change> ordered = new ArrayList<>(changes);
        ordered.sort(Comparator.comparing(Change::key));
        return transaction(open -> {
            open.setAutoCommit(false);
            for (Change change : ordered) {
                if (execute(open, change) != 1) {
                    open.rollback();
                    return false;
                }
            }
            open.commit();
            return true;
        });
    }

    private int execute(Connection open, Change change) throws SQLException {
        if (change instanceof Change.Put put && put.expected() == 0) {
            return update(
                    open,
                    "INSERT INTO " + table
                            + " (value, cluster, key, version) VALUES (?, ?, ?, 1) ON CONFLICT DO NOTHING",
                    put.value(),
                    cluster,
                    put.key());
        }
        if (change instanceof Change.Put put) {
            return update(
                    open,
                    "UPDATE " + table
                            + " SET version = version + 1, value = ? WHERE cluster = ? AND key = ? AND version = ?",
                    put.value(),
                    cluster,
                    put.key(),
                    put.expected());
        }
        return update(
                open,
                "DELETE FROM " + table + " WHERE cluster = ? AND key = ? AND version = ?",
                cluster,
                change.key(),
                change.expected());
    }

    private static int update(Connection open, String sql, Object... values) throws SQLException {
        try (PreparedStatement statement = open.prepareStatement(sql)) {
            for (int i = 0; i < values.length; i++) {
                if (values[i] instanceof Long number) {
                    statement.setLong(i + 1, number);
                } else {
                    statement.setString(i + 1, values[i].toString());
                }
            }
            return statement.executeUpdate();
        }
    }

    private void drop() {
        Connection kept = connection;
        connection = null;
        if (kept == null) {
            return;
        }
        try {
            kept.abort(Runnable::run); // closing asks the server, which may be what does not answer
        } catch (SQLException e) {
            // it is gone all the same
        }
        try {
            kept.close(); // tells a pool that it has it back
        } catch (SQLException e) {
            // as above
        }
    }

    @Override
    public void close() {
        Connection kept = connection;
        connection = null;
        if (kept == null) {
            return;
        }
        try {
            kept.setNetworkTimeout(Runnable::run, 0);
            kept.setAutoCommit(true);
            try (Statement statement = kept.createStatement()) {
                statement.execute("RESET ALL"); // a pool hands it to others
            }
            kept.close();
        } catch (SQLException e) {
            connection = kept;
            drop();
        }
    }
}
