package io.holdfast.backup.source;

import io.holdfast.backup.BackupKind;
import io.holdfast.backup.BackupSource;
import java.io.IOException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import javax.sql.DataSource;

/**
 * Backs up tables of a database, or rows of a period, as lines of JSON: one part for each table, which {@link JdbcLoad} loads again, also
 * into another database. {@code docs/backup-sources.md} has the format.
 *
 * <pre>{@code
 * BackupSource orders = JdbcSource.of(
 *         "orders-db",
 *         dataSource,
 *         JdbcTable.of("customers"),
 *         JdbcTable.of("orders").between("placed_at", midnight, nextMidnight));
 * }</pre>
 *
 * <p>All tables are read in one read-only transaction that sees one state of the database: with REPEATABLE READ where that is such a
 * snapshot (PostgreSQL, MySQL, MariaDB), else with SERIALIZABLE. Tested are PostgreSQL and H2. Rows are streamed, {@link #fetchSize} at a time; memory is bounded by
 * those. It takes one connection of the data source for itself, until it is through. An interrupt is heeded between rows.
 *
 * <p>What would not be stored as it is fails: a table of PostgreSQL of which row security lets this user see only some rows, and columns
 * of MySQL and MariaDB that their drivers change on the way (TIMESTAMP, BIT, and TINYINT(1) unless {@code tinyInt1isBit=false}).
 *
 * <p>Nothing but rows is stored: no definitions, sequences, permissions and no large objects outside of the tables. Immutable: each
 * method returns a changed copy.
 */
public final class JdbcSource implements BackupSource {
    /** Rows at a time, by default. */
    public static final int DEFAULT_FETCH_SIZE = 500;

    private final String name;
    private final DataSource dataSource;
    private final List<JdbcTable> tables;
    private final int fetchSize;

    private JdbcSource(String name, DataSource dataSource, List<JdbcTable> tables, int fetchSize) {
        this.name = name;
        this.dataSource = dataSource;
        this.tables = List.copyOf(tables);
        this.fetchSize = fetchSize;
    }

    /**
     * Tables of a database.
     *
     * @param name as of {@link BackupSource#name}
     * @param tables at least one; in the order in which they can be loaded, if they refer to each other
     */
    public static JdbcSource of(String name, DataSource dataSource, JdbcTable... tables) {
        if (tables.length == 0) {
            throw new IllegalArgumentException(name + ": no tables");
        }
        return new JdbcSource(SourceNames.check(name), dataSource, List.of(tables), DEFAULT_FETCH_SIZE);
    }

    /**
     * How many rows the driver is asked to get at a time, 1 to 100000; {@value #DEFAULT_FETCH_SIZE} by default. MySQL's driver heeds it with
     * {@code useCursorFetch=true} alone, and keeps a whole table in memory otherwise.
     */
    public JdbcSource fetchSize(int rows) {
        if (rows < 1 || rows > 100_000) {
            throw new IllegalArgumentException(name + ": a fetch size of " + rows + "; it must be 1 to 100000");
        }
        return new JdbcSource(name, dataSource, tables, rows);
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public BackupKind kind() {
        return BackupKind.LOGICAL;
    }

    /** The part of a table: its place in the list, from 1 on, and its name as far as a part's name may have it. */
    static String part(int number, String table) {
        String word = table.replaceAll("[^A-Za-z0-9_-]", "_");
        return String.format(Locale.ROOT, "%03d-%s.jsonl", number, word.substring(0, Math.min(word.length(), 100)));
    }

    @Override
    public CompletionStage<Prepared> prepare(Duration limit) {
        return CompletableFuture.completedFuture(new Tables());
    }

    private final class Tables implements Prepared {
        @Override
        public Outcome writeTo(Parts parts) throws IOException, InterruptedException {
            Map<String, String> facts = new LinkedHashMap<>();
            try (Snapshot snapshot = Snapshot.of(dataSource)) {
                long rows = 0;
                for (int i = 0; i < tables.size(); i++) {
                    JdbcTable table = tables.get(i);
                    long[] written = {0};
                    Interrupted.put(
                            parts,
                            part(i + 1, table.name()),
                            true,
                            out -> written[0] = snapshot.write(table, fetchSize, out, parts));
                    rows += written[0];
                }
                facts.put("database", snapshot.product());
                facts.put("tables", Integer.toString(tables.size()));
                facts.put("rows", Long.toString(rows));
            } catch (SQLException failed) {
                throw new SourceFailedException(name + ": the database refuses: " + failed.getMessage(), failed);
            }
            return new Outcome(Optional.empty(), facts, List.of());
        }

        @Override
        public void close() {
            // the connection is had by writing alone
        }
    }
}
