package io.holdfast.backup.source;

import java.io.IOException;
import java.io.InputStream;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiPredicate;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Loads what a {@link JdbcSource} has stored into tables that are there, in one transaction: all that is asked for, or nothing.
 *
 * <pre>{@code
 * JdbcLoad.Loaded loaded = JdbcLoad.into(dataSource).load(List.of(() -> customers, () -> orders));
 * }</pre>
 *
 * <p>A row whose primary key is there already makes it fail, with the key in the message, unless {@link #replaceExisting}. Columns are
 * found by name; what the database computes itself is left to it. Commits only after all parts have been read to their ends, and
 * with it been found whole. Counters that fill columns are not moved on; a remark names them. Memory is bounded by {@link #batch}
 * rows. Immutable: each method returns a changed copy.
 */
public final class JdbcLoad {
    private static final Logger LOG = LoggerFactory.getLogger(JdbcLoad.class);
    /** Rows at a time, by default. */
    public static final int DEFAULT_BATCH = 500;

    private final DataSource dataSource;
    private final Optional<String> schema;
    private final boolean replace;
    private final int batch;
    private final BiPredicate<String, Map<String, String>> wanted;

    private JdbcLoad(
            DataSource dataSource,
            Optional<String> schema,
            boolean replace,
            int batch,
            BiPredicate<String, Map<String, String>> wanted) {
        this.dataSource = dataSource;
        this.schema = schema;
        this.replace = replace;
        this.batch = batch;
        this.wanted = wanted;
    }

    /** A part that can be read. */
    @FunctionalInterface
    public interface PartInput {
        /** Its content, which is closed when it has been read. */
        InputStream open() throws IOException;
    }

    /**
     * What was loaded.
     *
     * @param tables how many parts were read
     * @param inserted rows
     * @param replaced rows that were there
     * @param passedOver rows that were not asked for
     * @param remarks what an operator should know of
     */
    public record Loaded(int tables, long inserted, long replaced, long passedOver, List<String> remarks) {
        /** Copies the list. */
        public Loaded {
            remarks = List.copyOf(remarks);
        }
    }

    /** Into the tables of the names and schemas that they were read from. */
    public static JdbcLoad into(DataSource dataSource) {
        return new JdbcLoad(dataSource, Optional.empty(), false, DEFAULT_BATCH, (table, row) -> true);
    }

    /** Into the tables of the same names in that schema. */
    public JdbcLoad schema(String name) {
        return new JdbcLoad(dataSource, Optional.of(name), replace, batch, wanted);
    }

    /** Replaces rows whose primary key is there already, in tables that have one. */
    public JdbcLoad replaceExisting() {
        return new JdbcLoad(dataSource, schema, true, batch, wanted);
    }

    /** How many rows go to the database at a time, 1 to 10000; {@value #DEFAULT_BATCH} by default. */
    public JdbcLoad batch(int rows) {
        if (rows < 1 || rows > 10_000) {
            throw new IllegalArgumentException("a batch of " + rows + " rows; it must be 1 to 10000");
        }
        return new JdbcLoad(dataSource, schema, replace, rows, wanted);
    }

    /**
     * Loads some rows alone.
     *
     * @param test given the table's name without its schema, and the row's values as they are in the part, without those that are null
     */
    public JdbcLoad onlyRows(BiPredicate<String, Map<String, String>> test) {
        return new JdbcLoad(dataSource, schema, replace, batch, wanted.and(test));
    }

    /**
     * Loads parts, in that order.
     *
     * @throws SourceFailedException if nothing was loaded since a row is there already, a table or a column is not, a part is not
     *     whole, or the database refuses; or if it is not known whether all was, as the message says then
     */
    public Loaded load(List<PartInput> parts) throws IOException, InterruptedException {
        try (Transaction transaction = new Transaction(dataSource.getConnection())) {
            transaction.begin();
            Loaded loaded = load(transaction.connection, parts);
            transaction.commit();
            return loaded;
        } catch (SQLException failed) {
            throw new SourceFailedException("the database refuses: " + TableLoader.words(failed), failed);
        }
    }

    /** Undone when it is closed, unless it was committed. How the connection is given back changes nothing of what was loaded. */
    private static final class Transaction implements AutoCloseable {
        private final Connection connection;
        private boolean autoCommit = true;
        private boolean begun;
        private boolean committed;

        Transaction(Connection connection) {
            this.connection = connection;
        }

        void begin() throws SQLException {
            autoCommit = connection.getAutoCommit();
            connection.setAutoCommit(false);
            begun = true;
        }

        void commit() throws SourceFailedException {
            try {
                connection.commit();
                committed = true;
            } catch (SQLException failed) {
                if (TableLoader.isConflict(failed)) { // of a constraint that is looked at no earlier
                    throw new SourceFailedException(
                            "nothing was loaded, since a row conflicts with what is there: "
                                    + TableLoader.words(failed),
                            failed);
                }
                throw new SourceFailedException(
                        "all was given to the database, which fails to say whether it is kept; look for it: "
                                + TableLoader.words(failed),
                        failed);
            }
        }

        @Override
        public void close() {
            try (connection) {
                if (begun && !committed) {
                    connection.rollback();
                }
                if (begun) {
                    connection.setAutoCommit(autoCommit);
                }
            } catch (SQLException failed) {
                LOG.warn(
                        "the connection could not be given back as it was, after {}: {}",
                        committed ? "all was loaded and committed" : "a load that failed",
                        TableLoader.words(failed),
                        failed);
            }
        }
    }

    private Loaded load(Connection connection, List<PartInput> parts)
            throws SQLException, IOException, InterruptedException {
        long inserted = 0;
        long replaced = 0;
        long passedOver = 0;
        List<String> remarks = new ArrayList<>();
        for (PartInput part : parts) {
            TableLoader loader = new TableLoader(connection, schema, replace, batch, wanted);
            try (InputStream in = part.open()) {
                loader.load(in);
            }
            inserted += loader.inserted();
            replaced += loader.replaced();
            passedOver += loader.passedOver();
            remarks.addAll(loader.remarks());
        }
        return new Loaded(parts.size(), inserted, replaced, passedOver, remarks);
    }
}
