package io.holdfast.backup.source;

import com.fasterxml.jackson.core.JsonGenerator;
import io.holdfast.backup.BackupSource.Parts;
import io.holdfast.backup.source.JdbcTable.Bounds;
import io.holdfast.backup.source.JdbcTable.Period;
import io.holdfast.backup.source.TableHeader.Column;
import java.io.IOException;
import java.io.OutputStream;
import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import javax.sql.DataSource;

/** A read-only transaction that sees one state of a database. Not thread-safe. */
final class Snapshot implements AutoCloseable {
    private static final Set<String> SNAPSHOT_IS_REPEATABLE_READ = Set.of("PostgreSQL", "MySQL", "MariaDB");
    private static final Set<String> MYSQL = Set.of("MySQL", "MariaDB");
    private static final Set<String> TEXTS = Set.of("text", "varchar", "bpchar");
    private static final Duration ALIVE_EVERY = Duration.ofSeconds(30);

    private final Connection connection;
    private final boolean autoCommit;
    private final boolean readOnly;
    private final int isolation;
    private final Identifiers identifiers;
    private final boolean postgres;
    private final boolean mySql;
    private final String product;
    private Deadline silence = Deadline.in(ALIVE_EVERY);

    private Snapshot(Connection connection) throws SQLException {
        this.connection = connection;
        this.autoCommit = connection.getAutoCommit();
        this.readOnly = connection.isReadOnly();
        this.isolation = connection.getTransactionIsolation();
        DatabaseMetaData metaData = connection.getMetaData();
        this.identifiers = new Identifiers(connection);
        this.postgres = metaData.getDatabaseProductName().equals("PostgreSQL");
        this.mySql = MYSQL.contains(metaData.getDatabaseProductName());
        this.product = metaData.getDatabaseProductName() + " " + metaData.getDatabaseProductVersion();
    }

    static Snapshot of(DataSource dataSource) throws SQLException, SourceFailedException {
        Connection connection = dataSource.getConnection();
        try {
            Snapshot snapshot = new Snapshot(connection);
            snapshot.begin();
            return snapshot;
        } catch (SQLException | RuntimeException | SourceFailedException failed) {
            try {
                connection.close();
            } catch (SQLException also) {
                failed.addSuppressed(also);
            }
            throw failed;
        }
    }

    private void begin() throws SQLException, SourceFailedException {
        DatabaseMetaData metaData = connection.getMetaData();
        int level = SNAPSHOT_IS_REPEATABLE_READ.contains(metaData.getDatabaseProductName())
                ? Connection.TRANSACTION_REPEATABLE_READ
                : Connection.TRANSACTION_SERIALIZABLE;
        if (!metaData.supportsTransactionIsolationLevel(level)) {
            throw new SourceFailedException(
                    product + " has no transactions that see one state of it; use a CommandSource with its own tool");
        }
        connection.setReadOnly(true);
        connection.setTransactionIsolation(level);
        connection.setAutoCommit(false);
        if (postgres) {
            // Else a policy of a table leaves rows out, without a word. It takes no policy away, but lets the table
            // fail.
            try (Statement statement = connection.createStatement()) {
                statement.execute("SET LOCAL row_security = off");
            }
        }
    }

    String product() {
        return product;
    }

    /** Writes the rows of a table, and returns how many. */
    long write(JdbcTable table, int fetchSize, OutputStream out, Parts parts) throws IOException, InterruptedException {
        try {
            Optional<String> schema = identifiers.schemaOr(table.schema());
            Optional<Bounds> bounds = table.period().map(Period::now);
            String from = " FROM " + identifiers.table(schema, table.name());
            TableHeader header = new TableHeader(
                    schema,
                    table.name(),
                    columns(table, from),
                    identifiers.primaryKey(schema, table.name()),
                    bounds.map(Snapshot::words));
            String sql =
                    "SELECT " + header.columns().stream().map(this::selected).collect(Collectors.joining(", ")) + from;
            if (bounds.isPresent()) {
                checkColumn(header, bounds.get());
                String column = identifiers.quoted(bounds.get().column());
                sql += " WHERE " + column + " >= ? AND " + column + " < ?";
            }
            try (PreparedStatement statement =
                    connection.prepareStatement(sql, ResultSet.TYPE_FORWARD_ONLY, ResultSet.CONCUR_READ_ONLY)) {
                statement.setFetchSize(fetchSize);
                if (bounds.isPresent()) {
                    statement.setObject(1, forDriver(bounds.get().from()));
                    statement.setObject(2, forDriver(bounds.get().to()));
                }
                try (ResultSet rows = statement.executeQuery()) {
                    return write(header, rows, out, parts);
                }
            }
        } catch (SQLException failed) {
            throw new SourceFailedException(
                    "table " + table + " cannot be read from " + product + ": " + failed.getMessage(), failed);
        }
    }

    private static String words(Bounds period) {
        return period.column() + " from " + period.from() + " to before " + period.to();
    }

    /**
     * PostgreSQL's driver makes texts of its own once it has seen a statement a few times, which lose the zone of a time of day and the
     * bounds of an array. The server's own text loses nothing.
     */
    private String selected(Column column) {
        String quoted = identifiers.quoted(column.name());
        boolean cast = postgres && column.kind() == ColumnKind.TEXT && !TEXTS.contains(column.type());
        return cast ? "CAST(" + quoted + " AS text)" : quoted;
    }

    private static Object forDriver(Object time) {
        return time instanceof Instant instant ? instant.atOffset(ZoneOffset.UTC) : time;
    }

    /** Databases compare a time without a zone to a moment, too: in the zone of the session, which is nobody's choice. */
    private static void checkColumn(TableHeader header, Bounds period) throws SourceFailedException {
        int index = header.indexOf(period.column());
        ColumnKind kind =
                index < 0 ? ColumnKind.TEXT : header.columns().get(index).kind();
        boolean fits =
                period.zoned() ? kind == ColumnKind.INSTANT : kind == ColumnKind.LOCAL || kind == ColumnKind.DATE;
        if (!fits) {
            throw new SourceFailedException("table " + header.shownName() + ": the column " + period.column() + " is "
                    + (index < 0
                            ? "not as it is written in the database"
                            : header.columns().get(index).type())
                    + "; a period of " + (period.zoned() ? "Instant" : "LocalDateTime") + " is for one "
                    + (period.zoned() ? "with" : "without") + " a time zone");
        }
    }

    private List<Column> columns(JdbcTable table, String from) throws SQLException, SourceFailedException {
        List<Column> columns = new ArrayList<>();
        try (PreparedStatement nothing = connection.prepareStatement("SELECT *" + from + " WHERE 1 = 0");
                ResultSet none = nothing.executeQuery()) {
            ResultSetMetaData metaData = none.getMetaData();
            for (int i = 1; i <= metaData.getColumnCount(); i++) {
                String name = metaData.getColumnName(i);
                String type = metaData.getColumnTypeName(i);
                int code = metaData.getColumnType(i);
                String lost = mySql ? ColumnKind.lostOfMySql(code, type) : null;
                if (lost != null) {
                    throw new SourceFailedException("table " + table + ": the column " + name + " of the type " + type
                            + " would not be stored as it is: " + lost);
                }
                columns.add(new Column(name, type, ColumnKind.of(code, type)));
            }
        }
        return List.copyOf(columns);
    }

    private long write(TableHeader header, ResultSet rows, OutputStream out, Parts parts)
            throws SQLException, IOException, InterruptedException {
        long written = 0;
        try (JsonGenerator json = Lines.generator(out)) {
            Lines.write(json, header.toJson());
            while (rows.next()) {
                row(header, rows, json);
                written++;
                Interrupted.check("table " + header.shownName() + " is not read any further");
                if (silence.left() <= 0) {
                    parts.alive();
                    silence = Deadline.in(ALIVE_EVERY);
                }
            }
            Lines.write(json, Lines.end(written));
        }
        return written;
    }

    private static void row(TableHeader header, ResultSet rows, JsonGenerator json) throws SQLException, IOException {
        json.writeStartArray();
        for (int i = 0; i < header.columns().size(); i++) {
            header.columns().get(i).kind().write(rows, i + 1, json);
        }
        json.writeEndArray();
        json.writeRaw('\n');
    }

    /** Gives the connection back as it was. */
    @Override
    public void close() throws SQLException {
        try (connection) {
            connection.rollback();
            connection.setAutoCommit(autoCommit);
            connection.setReadOnly(readOnly);
            connection.setTransactionIsolation(isolation);
        }
    }
}
