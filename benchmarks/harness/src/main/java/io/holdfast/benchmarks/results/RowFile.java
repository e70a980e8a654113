package io.holdfast.benchmarks.results;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Rows as a JSON array of flat objects, one a line. */
public final class RowFile {
    private RowFile() {}

    /** Replaces the file. */
    public static void write(Path file, List<Row> rows) throws IOException {
        Files.createDirectories(file.toAbsolutePath().getParent());
        Path next = file.resolveSibling(file.getFileName() + ".next");
        Files.writeString(next, encode(rows));
        Files.move(next, file, java.nio.file.StandardCopyOption.REPLACE_EXISTING);
    }

    /** All rows; none if there is no such file. */
    public static List<Row> read(Path file) throws IOException {
        return Files.exists(file) ? decode(Files.readString(file)) : List.of();
    }

    static String encode(List<Row> rows) {
        StringBuilder json = new StringBuilder("[");
        String separator = "\n";
        for (Row row : rows) {
            json.append(separator).append("  {");
            text(json, "system", row.system()).append(", ");
            text(json, "settings", row.settings()).append(", ");
            text(json, "work", row.work()).append(", ");
            text(json, "metric", row.metric()).append(", ");
            json.append("\"value\": ").append(number(row.value())).append(", ");
            text(json, "unit", row.unit()).append(", ");
            json.append("\"repeat\": ").append(row.repeat()).append('}');
            separator = ",\n";
        }
        return json.append("\n]\n").toString();
    }

    private static String number(double value) {
        if (!Double.isFinite(value)) {
            throw new IllegalArgumentException(value + " is not a figure");
        }
        return value == Math.rint(value) && Math.abs(value) < 1e15
                ? Long.toString((long) value)
                : String.format(Locale.ROOT, "%.3f", value);
    }

    private static StringBuilder text(StringBuilder json, String name, String value) {
        json.append('"').append(name).append("\": \"");
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (c < ' ') {
                json.append(String.format(Locale.ROOT, "\\u%04x", (int) c));
            } else {
                json.append(c == '"' || c == '\\' ? "\\" : "").append(c);
            }
        }
        return json.append('"');
    }

    static List<Row> decode(String json) {
        List<Row> rows = new ArrayList<>();
        for (Map<String, String> fields : new FlatJson(json).objects()) {
            rows.add(new Row(
                    field(fields, "system"),
                    field(fields, "settings"),
                    field(fields, "work"),
                    field(fields, "metric"),
                    Double.parseDouble(field(fields, "value")),
                    field(fields, "unit"),
                    Integer.parseInt(field(fields, "repeat"))));
        }
        return rows;
    }

    private static String field(Map<String, String> fields, String name) {
        String field = fields.get(name);
        if (field == null) {
            throw new IllegalArgumentException("no " + name + " in " + fields);
        }
        return field;
    }
}
