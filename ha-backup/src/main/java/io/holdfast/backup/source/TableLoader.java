package io.holdfast.backup.source;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.JsonNode;
import io.holdfast.backup.source.Identifiers.Filling;
import java.io.IOException;
import java.io.InputStream;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiPredicate;
import java.util.stream.Collectors;

/** Loads one part into its table. For one use, by one thread. */
final class TableLoader {
    private static final int KEYS_AT_ONCE = 500;
    /** Where identities that are always made by the database can be given all the same. */
    private static final Set<String> OVERRIDING = Set.of("PostgreSQL", "H2");

    private final Connection connection;
    private final Identifiers identifiers;
    private final Optional<String> otherSchema;
    private final boolean replace;
    private final int batch;
    private final BiPredicate<String, Map<String, String>> wanted;
    private final boolean postgres;
    private final boolean overriding;
    private final List<String> remarks = new ArrayList<>();
    private long inserted;
    private long replaced;
    private long passedOver;

    TableLoader(
            Connection connection,
            Optional<String> otherSchema,
            boolean replace,
            int batch,
            BiPredicate<String, Map<String, String>> wanted)
            throws SQLException {
        this.connection = connection;
        this.identifiers = new Identifiers(connection);
        this.otherSchema = otherSchema;
        this.replace = replace;
        this.batch = batch;
        this.wanted = wanted;
        String product = connection.getMetaData().getDatabaseProductName();
        this.postgres = product.equals("PostgreSQL");
        this.overriding = OVERRIDING.contains(product);
    }

    long inserted() {
        return inserted;
    }

    long replaced() {
        return replaced;
    }

    long passedOver() {
        return passedOver;
    }

    List<String> remarks() {
        return remarks;
    }

    /** What a driver says of a failure, with what it keeps behind it. */
    static String words(SQLException failed) {
        SQLException next = failed.getNextException();
        return failed.getMessage() + (next == null ? "" : "; " + next.getMessage());
    }

    /** A row that something which has to be kept forbids, such as a key that is there. What it was part of is undone by then. */
    static boolean isConflict(SQLException failed) {
        return String.valueOf(failed.getSQLState()).startsWith("23");
    }

    void load(InputStream in) throws SQLException, IOException, InterruptedException {
        try (JsonParser lines = Lines.parser(in)) {
            TableHeader header = TableHeader.fromJson(Lines.next(lines));
            Target target = target(header);
            try {
                rows(header, target, lines);
            } catch (SQLException failed) {
                throw new SourceFailedException(
                        "table " + target.shownName() + ": nothing was loaded, since "
                                + (isConflict(failed)
                                        ? "a row conflicts with what is there: "
                                        : "the database refuses: ")
                                + words(failed),
                        failed);
            }
        }
    }

    /**
     * Where the rows go.
     *
     * @param filled the places of the values that are loaded
     * @param key the places of those that the primary key consists of; none if it has none, or not all of it is loaded
     */
    private record Target(Optional<String> schema, String table, List<Integer> filled, List<Integer> key) {
        String shownName() {
            return schema.map(s -> s + ".").orElse("") + table;
        }
    }

    private Target target(TableHeader header) throws SQLException, SourceFailedException {
        Optional<String> schema = identifiers.schemaOr(otherSchema.or(header::schema));
        Map<String, Filling> there = identifiers.columns(schema, header.table());
        String shown = schema.map(s -> s + ".").orElse("") + header.table();
        if (there.isEmpty()) {
            throw new SourceFailedException("table " + shown + ": there is no such table; make it first");
        }
        List<String> missing = new ArrayList<>();
        List<Integer> filled = new ArrayList<>();
        for (int i = 0; i < header.columns().size(); i++) {
            String name = header.columns().get(i).name();
            Filling filling = there.get(name);
            if (filling == null) {
                missing.add(name);
            } else if (!filling.computed()) {
                filled.add(i);
                if (filling.counted()) {
                    remarks.add("table " + shown + ": the counter of the column " + name
                            + " is not moved on; set it behind the largest value");
                }
            }
        }
        if (!missing.isEmpty()) {
            throw new SourceFailedException("table " + shown + " has no columns " + missing + ", which were stored");
        }
        List<Integer> key = new ArrayList<>();
        for (String name : identifiers.primaryKey(schema, header.table())) {
            key.add(header.indexOf(name));
        }
        if (key.contains(-1)) {
            key.clear();
        }
        if (replace && key.isEmpty()) {
            throw new SourceFailedException("table " + shown
                    + " has no primary key by which rows could be replaced, or not all of it was stored");
        }
        return new Target(schema, header.table(), filled, key);
    }

    private void rows(TableHeader header, Target target, JsonParser lines)
            throws SQLException, IOException, InterruptedException {
        List<JsonNode> gathered = new ArrayList<>();
        long read = 0;
        JsonNode line = Lines.next(lines);
        while (line != null && line.isArray()) {
            if (line.size() != header.columns().size()) {
                throw new SourceFailedException("row " + read + " of the table " + header.shownName() + " has "
                        + line.size() + " values instead of " + header.columns().size());
            }
            read++;
            if (wanted.test(header.table(), values(header, line))) {
                gathered.add(line);
            } else {
                passedOver++;
            }
            if (gathered.size() == batch) {
                flush(header, target, gathered);
            }
            Interrupted.check("the table " + target.shownName() + " is not loaded");
            line = Lines.next(lines);
        }
        if (line == null || Lines.rows(line) != read || Lines.next(lines) != null) {
            throw new SourceFailedException("this is no whole part of a table: after " + read + " rows of "
                    + header.shownName() + " there should be their number and nothing else");
        }
        flush(header, target, gathered);
    }

    private static Map<String, String> values(TableHeader header, JsonNode row) {
        Map<String, String> values = new LinkedHashMap<>();
        for (int i = 0; i < row.size(); i++) {
            if (!row.get(i).isNull()) {
                values.put(header.columns().get(i).name(), row.get(i).asText());
            }
        }
        return values;
    }

    private void flush(TableHeader header, Target target, List<JsonNode> rows)
            throws SQLException, SourceFailedException {
        if (rows.isEmpty()) {
            return;
        }
        List<JsonNode> fresh = replace ? update(header, target, rows) : rows;
        try {
            insert(header, target, fresh);
        } catch (SQLException failed) {
            if (!replace && !target.key().isEmpty() && isConflict(failed)) {
                tellKey(header, target, rows, failed);
            }
            throw failed;
        }
        rows.clear();
    }

    /**
     * Fails with the key of a row that was there before; returns if it was not for that. Looked for only now: asked before each batch,
     * PostgreSQL keeps the plan it has made while the table was empty, and reads all of the table for each. All is undone first, since after
     * a refusal a transaction answers nothing more.
     */
    private void tellKey(TableHeader header, Target target, List<JsonNode> rows, SQLException conflict)
            throws SourceFailedException {
        try {
            connection.rollback();
            for (int from = 0; from < rows.size(); from += KEYS_AT_ONCE) {
                checkAbsent(header, target, rows.subList(from, Math.min(rows.size(), from + KEYS_AT_ONCE)), conflict);
            }
        } catch (SQLException untold) {
            conflict.addSuppressed(untold);
        }
    }

    private List<String> names(TableHeader header, List<Integer> places) {
        return places.stream().map(place -> header.columns().get(place).name()).toList();
    }

    private String table(Target target) {
        return identifiers.table(target.schema(), target.table());
    }

    private void bind(PreparedStatement statement, int first, TableHeader header, List<Integer> places, JsonNode row)
            throws SQLException {
        int parameter = first;
        for (int place : places) {
            header.columns().get(place).kind().bind(statement, parameter, row.get(place), postgres);
            parameter++;
        }
    }

    private void checkAbsent(TableHeader header, Target target, List<JsonNode> rows, SQLException conflict)
            throws SQLException, SourceFailedException {
        List<String> key = names(header, target.key());
        String one = "(" + identifiers.all(key, " = ?", " AND ") + ")";
        String sql = "SELECT " + identifiers.all(key, "", ", ") + " FROM " + table(target) + " WHERE "
                + rows.stream().map(row -> one).collect(Collectors.joining(" OR "));
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setMaxRows(1);
            int parameter = 1;
            for (JsonNode row : rows) {
                bind(statement, parameter, header, target.key(), row);
                parameter += key.size();
            }
            try (ResultSet found = statement.executeQuery()) {
                if (found.next()) {
                    List<String> values = new ArrayList<>();
                    for (int i = 0; i < key.size(); i++) {
                        values.add(key.get(i) + " = " + found.getString(i + 1));
                    }
                    throw new SourceFailedException(
                            "table " + target.shownName() + ": nothing was loaded, since a row of the key "
                                    + String.join(", ", values)
                                    + " is there; JdbcLoad.replaceExisting() if it is to be replaced",
                            conflict);
                }
            }
        }
    }

    /** Returns the rows that were not there. */
    private List<JsonNode> update(TableHeader header, Target target, List<JsonNode> rows) throws SQLException {
        List<Integer> others = new ArrayList<>(target.filled());
        others.removeAll(target.key());
        // Of a row that is its key alone, nothing is to be changed.
        List<Integer> set = others.isEmpty() ? target.key() : others;
        String sql = "UPDATE " + table(target) + " SET " + identifiers.all(names(header, set), " = ?", ", ") + " WHERE "
                + identifiers.all(names(header, target.key()), " = ?", " AND ");
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            for (JsonNode row : rows) {
                bind(statement, 1, header, set, row);
                bind(statement, 1 + set.size(), header, target.key(), row);
                statement.addBatch();
            }
            int[] counts = statement.executeBatch();
            List<JsonNode> fresh = new ArrayList<>();
            for (int i = 0; i < counts.length; i++) {
                if (counts[i] < 0) {
                    throw new SQLException("the driver does not tell which rows were there");
                } else if (counts[i] == 0) {
                    fresh.add(rows.get(i));
                } else {
                    replaced++;
                }
            }
            return fresh;
        }
    }

    private void insert(TableHeader header, Target target, List<JsonNode> rows) throws SQLException {
        if (rows.isEmpty()) {
            return;
        }
        String sql = "INSERT INTO " + table(target) + " (" + identifiers.all(names(header, target.filled()), "", ", ")
                + ")" + (overriding ? " OVERRIDING SYSTEM VALUE" : "") + " VALUES ("
                + target.filled().stream().map(place -> "?").collect(Collectors.joining(", ")) + ")";
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            for (JsonNode row : rows) {
                bind(statement, 1, header, target.filled(), row);
                statement.addBatch();
            }
            statement.executeBatch();
        }
        inserted += rows.size();
    }
}
