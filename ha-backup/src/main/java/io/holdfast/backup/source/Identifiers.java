package io.holdfast.backup.source;

import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Names of a database: how they are written into SQL, and what it says of them. */
final class Identifiers {
    private final Connection connection;
    private final DatabaseMetaData metaData;
    private final String quote;

    Identifiers(Connection connection) throws SQLException {
        this.connection = connection;
        this.metaData = connection.getMetaData();
        this.quote = metaData.getIdentifierQuoteString().strip();
    }

    String quoted(String name) {
        if (quote.isEmpty()) {
            if (!name.matches("[A-Za-z_][A-Za-z0-9_]*")) {
                throw new IllegalArgumentException("\"" + name + "\" cannot be quoted, as this database has no quotes");
            }
            return name;
        }
        return quote + name.replace(quote, quote + quote) + quote;
    }

    String table(Optional<String> schema, String name) {
        return schema.map(s -> quoted(s) + ".").orElse("") + quoted(name);
    }

    /** Several, each with something behind it and something between them. */
    String all(List<String> names, String suffix, String between) {
        return names.stream().map(name -> quoted(name) + suffix).collect(Collectors.joining(between));
    }

    /** The one that connections begin in, if none is given: without one, names would be looked for in all of them. */
    Optional<String> schemaOr(Optional<String> given) throws SQLException {
        return given.isPresent() ? given : Optional.ofNullable(connection.getSchema());
    }

    /** The columns of a table's primary key in their order; none if it has none. */
    List<String> primaryKey(Optional<String> schema, String table) throws SQLException {
        Map<Integer, String> columns = new TreeMap<>();
        try (ResultSet keys = metaData.getPrimaryKeys(connection.getCatalog(), schema.orElse(null), table)) {
            while (keys.next()) {
                columns.put(keys.getInt("KEY_SEQ"), keys.getString("COLUMN_NAME"));
            }
        }
        return List.copyOf(columns.values());
    }

    /**
     * What a column of a table is filled with.
     *
     * @param computed by the database alone
     * @param counted from a counter, if nothing else is given
     */
    record Filling(boolean computed, boolean counted) {}

    /** The columns of a table; none if there is no such table. */
    Map<String, Filling> columns(Optional<String> schema, String table) throws SQLException {
        Map<String, Filling> columns = new TreeMap<>();
        String pattern = schema.map(this::literally).orElse(null);
        try (ResultSet found = metaData.getColumns(connection.getCatalog(), pattern, literally(table), null)) {
            while (found.next()) {
                columns.put(
                        found.getString("COLUMN_NAME"),
                        new Filling(isYes(found, "IS_GENERATEDCOLUMN"), isYes(found, "IS_AUTOINCREMENT")));
            }
        }
        return columns;
    }

    private static boolean isYes(ResultSet row, String column) throws SQLException {
        return "YES".equals(row.getString(column));
    }

    /** A name where a pattern is asked for. */
    private String literally(String name) {
        try {
            String escape = metaData.getSearchStringEscape();
            return name.replace(escape, escape + escape)
                    .replace("_", escape + "_")
                    .replace("%", escape + "%");
        } catch (SQLException none) {
            return name;
        }
    }
}
