package io.holdfast.backup.source;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The first line of a table's part.
 *
 * @param schema where it was; empty if the database has none
 * @param table its name
 * @param columns in the order of the values in a row
 * @param key names of the columns of its primary key; may be empty
 * @param condition which rows there are; empty if all
 */
record TableHeader(
        Optional<String> schema, String table, List<Column> columns, List<String> key, Optional<String> condition) {
    static final String FORMAT = "holdfast-table-1";

    /**
     * A column.
     *
     * @param type what the database calls its type
     * @param kind how its values are written
     */
    record Column(String name, String type, ColumnKind kind) {}

    ObjectNode toJson() {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("format", FORMAT).put("schema", schema.orElse(null)).put("table", table);
        ArrayNode all = json.putArray("columns");
        for (Column column : columns) {
            all.addObject()
                    .put("name", column.name())
                    .put("type", column.type())
                    .put("as", column.kind().word());
        }
        ArrayNode keys = json.putArray("key");
        key.forEach(keys::add);
        json.put("condition", condition.orElse(null));
        return json;
    }

    static TableHeader fromJson(@Nullable JsonNode json) throws SourceFailedException {
        if (json == null || !json.path("format").asText().equals(FORMAT)) {
            throw new SourceFailedException(
                    "this is no part of a table: its first line is not of the format " + FORMAT);
        }
        List<Column> columns = new ArrayList<>();
        for (JsonNode column : json.path("columns")) {
            columns.add(new Column(
                    column.path("name").asText(),
                    column.path("type").asText(),
                    kind(column.path("as").asText())));
        }
        List<String> key = new ArrayList<>();
        json.path("key").forEach(name -> key.add(name.asText()));
        String table = json.path("table").asText();
        if (columns.isEmpty() || table.isEmpty()) {
            throw new SourceFailedException("this is no part of a table: its first line names no table or no columns");
        }
        return new TableHeader(
                text(json, "schema"), table, List.copyOf(columns), List.copyOf(key), text(json, "condition"));
    }

    private static Optional<String> text(JsonNode json, String field) {
        return json.path(field).isTextual() ? Optional.of(json.path(field).asText()) : Optional.empty();
    }

    private static ColumnKind kind(String word) throws SourceFailedException {
        for (ColumnKind kind : ColumnKind.values()) {
            if (kind.word().equals(word)) {
                return kind;
            }
        }
        throw new SourceFailedException("values as \"" + word + "\" are of a later release");
    }

    /** The place of a column among the values; -1 if there is none. */
    int indexOf(String column) {
        for (int i = 0; i < columns.size(); i++) {
            if (columns.get(i).name().equals(column)) {
                return i;
            }
        }
        return -1;
    }

    String shownName() {
        return schema.map(s -> s + ".").orElse("") + table;
    }
}
