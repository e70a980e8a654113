package io.holdfast.benchmarks.process;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.StringJoiner;

/**
 * A line between the run and a node: a word, and named figures after it. Lines of a node begin with {@link #MARK}, so that
 * whatever a library prints does not matter.
 */
record Message(String word, Map<String, Double> figures) {
    static final String MARK = "@@ ";

    Message(String word) {
        this(word, Map.of());
    }

    /** The figure of that name. */
    double figure(String name) {
        Double figure = figures.get(name);
        if (figure == null) {
            throw new IllegalArgumentException("no " + name + " in " + this);
        }
        return figure;
    }

    String encode() {
        StringJoiner line = new StringJoiner(" ").add(word);
        figures.forEach((name, value) -> line.add(name + "=" + format(value)));
        return line.toString();
    }

    private static String format(double value) {
        return value == Math.rint(value) && Math.abs(value) < 1e18
                ? Long.toString((long) value)
                : String.format(Locale.ROOT, "%.6g", value);
    }

    static Message decode(String line) {
        String[] words = line.trim().split(" ");
        Map<String, Double> figures = new LinkedHashMap<>();
        for (int i = 1; i < words.length; i++) {
            int at = words[i].indexOf('=');
            if (at > 0) {
                figures.put(words[i].substring(0, at), Double.parseDouble(words[i].substring(at + 1)));
            }
        }
        return new Message(words[0], figures);
    }
}
