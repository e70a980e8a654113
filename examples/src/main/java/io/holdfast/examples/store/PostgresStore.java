package io.holdfast.examples.store;

import java.io.IOException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;

/** A row of PostgreSQL whose every update says by which token, and a table of all attempts. */
public final class PostgresStore implements OutsideStore {
    private static final String TABLES = """
            CREATE TABLE duty (id int PRIMARY KEY, fence bigint NOT NULL, holder text NOT NULL, counter bigint NOT NULL);
            INSERT INTO duty VALUES (1, 0, '', 0);
            CREATE TABLE attempt (number bigserial PRIMARY KEY, node text NOT NULL, token bigint NOT NULL,
                accepted boolean NOT NULL, fence bigint NOT NULL, counter bigint NOT NULL)""";

    /** The whole idea: the row is changed only if nobody with a larger token has changed it before. */
    private static final String WRITE =
            "UPDATE duty SET fence = ?, holder = ?, counter = counter + 1 WHERE id = 1 AND fence <= ?";

    /** In the same transaction. A write that changed the row still has it locked, so that the order is the row's. */
    private static final String TAKE_DOWN = """
            INSERT INTO attempt (node, token, accepted, fence, counter)
            SELECT ?, ?, ?, fence, counter FROM duty WHERE id = 1 RETURNING fence, counter""";

    private static final String ALL =
            "SELECT number, node, token, accepted, fence, counter FROM attempt ORDER BY number";

    private final Connection connection;
    private final PreparedStatement write;
    private final PreparedStatement takeDown;

    private PostgresStore(Connection connection) throws SQLException {
        this.connection = connection;
        this.write = connection.prepareStatement(WRITE);
        this.takeDown = connection.prepareStatement(TAKE_DOWN);
    }

    static PostgresStore connect(String url) throws IOException {
        try {
            Connection connection = DriverManager.getConnection(url);
            try {
                connection.setAutoCommit(false);
                return new PostgresStore(connection);
            } catch (SQLException e) {
                connection.close();
                throw e;
            }
        } catch (SQLException e) {
            throw new IOException("no connection to " + url + ": " + e.getMessage(), e);
        }
    }

    /** Makes the tables in an empty database. */
    public static void createTables(String url) throws IOException {
        try (Connection connection = DriverManager.getConnection(url);
                Statement statement = connection.createStatement()) {
            statement.execute(TABLES);
        } catch (SQLException e) {
            throw new IOException("the tables cannot be made: " + e.getMessage(), e);
        }
    }

    /** All attempts, in their order. */
    public static List<Attempt> read(String url) throws IOException {
        List<Attempt> attempts = new ArrayList<>();
        try (Connection connection = DriverManager.getConnection(url);
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(ALL)) {
            while (rows.next()) {
                attempts.add(new Attempt(
                        rows.getLong(1),
                        rows.getString(2),
                        rows.getLong(3),
                        rows.getBoolean(4),
                        rows.getLong(5),
                        rows.getLong(6)));
            }
        } catch (SQLException e) {
            throw new IOException("the record cannot be read: " + e.getMessage(), e);
        }
        return attempts;
    }

    @Override
    public Answer write(String node, long token) throws IOException {
        try {
            write.setLong(1, token);
            write.setString(2, node);
            write.setLong(3, token);
            boolean accepted = write.executeUpdate() == 1;
            takeDown.setString(1, node);
            takeDown.setLong(2, token);
            takeDown.setBoolean(3, accepted);
            Answer answer;
            try (ResultSet row = takeDown.executeQuery()) {
                row.next();
                answer = new Answer(accepted, row.getLong(1), row.getLong(2));
            }
            connection.commit();
            return answer;
        } catch (SQLException e) {
            throw new IOException("the write has no outcome: " + e.getMessage(), e);
        }
    }

    @Override
    public void close() {
        try {
            connection.close();
        } catch (SQLException e) {
            // It is of no use any more, closed or not.
        }
    }
}
