package io.holdfast.autoscale.target;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A program and its arguments, in which words in braces stand for what an order says. */
public final class CommandLine {
    private static final Pattern PLACEHOLDER = Pattern.compile("\\{([a-z]+)}");
    private static final String NODES = "nodes";
    private static final String ALL_NODES = "{nodes}";

    private final List<String> line;

    /**
     * Checks it.
     *
     * @param known which words may stand there
     */
    public CommandLine(String what, List<String> line, Set<String> known) {
        this.line = List.copyOf(line);
        if (line.isEmpty() || line.get(0).isBlank()) {
            throw new IllegalArgumentException("the command to " + what + " is empty");
        }
        for (String argument : line) {
            Matcher found = PLACEHOLDER.matcher(argument);
            while (found.find()) {
                if (!known.contains(found.group(1))) {
                    throw new IllegalArgumentException("the command to " + what + " has " + found.group()
                            + ", which says nothing there; known are " + new TreeSet<>(known));
                }
            }
        }
    }

    /** Whether one of its arguments has that. */
    public boolean has(String word) {
        return line.stream().anyMatch(argument -> argument.contains("{" + word + "}"));
    }

    /** What is run: <code>{nodes}</code> becomes an argument for each node where it is one itself, and else a text with commas. */
    List<String> filled(Map<String, String> values, List<String> nodes) {
        Map<String, String> all = new LinkedHashMap<>(values);
        all.put(NODES, String.join(",", nodes));
        List<String> filled = new ArrayList<>();
        for (String argument : line) {
            if (argument.equals(ALL_NODES)) {
                filled.addAll(nodes);
            } else {
                filled.add(PLACEHOLDER.matcher(argument).replaceAll(found -> {
                    String value = all.get(found.group(1));
                    return Matcher.quoteReplacement(value == null ? found.group() : value);
                }));
            }
        }
        return filled;
    }

    @Override
    public String toString() {
        return String.join(" ", line);
    }
}
