package io.holdfast.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.holdfast.core.spi.Printable;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;

/** Prints what nodes say. */
final class Text {
    private Text() {}

    /** A value as text; empty if it is missing. What a node sends is never a terminal's command. */
    static String of(JsonNode value) {
        return Printable.of(value.asText(""), Integer.MAX_VALUE);
    }

    static List<String> listOf(JsonNode values) {
        List<String> list = new ArrayList<>();
        values.forEach(value -> list.add(of(value)));
        return list;
    }

    /** Columns as wide as they have to be; a row that is shorter than the first one ends with a text of any length. */
    static void table(PrintWriter out, List<List<String>> rows) {
        int columns = rows.get(0).size();
        int[] widths = new int[columns];
        for (List<String> row : rows) {
            for (int i = 0; i < row.size(); i++) {
                boolean free = row.size() < columns && i == row.size() - 1;
                widths[i] = Math.max(widths[i], free ? 0 : row.get(i).length());
            }
        }
        for (List<String> row : rows) {
            StringBuilder line = new StringBuilder();
            for (int i = 0; i < row.size(); i++) {
                line.append(row.get(i));
                if (i < row.size() - 1) {
                    line.append(" ".repeat(Math.max(0, widths[i] - row.get(i).length()) + 2));
                }
            }
            out.println(line.toString().stripTrailing());
        }
    }
}
