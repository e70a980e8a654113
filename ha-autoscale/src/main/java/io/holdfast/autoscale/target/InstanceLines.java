package io.holdfast.autoscale.target;

import io.holdfast.autoscale.Instance;
import io.holdfast.autoscale.Instance.State;
import io.holdfast.autoscale.ScalingTargetException;
import io.holdfast.core.spi.Printable;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;

/** What a command lists: on each line a node's name, its state, and what else is to be said of it. */
final class InstanceLines {
    private static final int LONGEST_DETAIL = 300;
    private static final int NAMED = 5;

    private InstanceLines() {}

    /** @throws ScalingTargetException if any line is none: who reads only a part of them takes the rest for gone */
    static List<Instance> parse(String text) throws ScalingTargetException {
        Map<String, Instance> found = new LinkedHashMap<>();
        List<String> wrong = new ArrayList<>();
        int number = 0;
        for (String line : text.lines().toList()) {
            number++;
            String[] words = line.strip().split("\\s+", 3);
            if (words[0].isEmpty() || words[0].startsWith("#")) {
                continue;
            }
            String fault = fault(words);
            if (fault.isEmpty()) {
                Instance instance = new Instance(
                        words[0],
                        words.length < 2 ? State.RUNNING : State.valueOf(upper(words[1])),
                        words.length < 3 ? "" : Printable.of(words[2], LONGEST_DETAIL));
                if (found.put(instance.node(), instance) != null) {
                    fault = words[0] + " is listed twice";
                }
            }
            if (!fault.isEmpty()) {
                wrong.add("line " + number + ", \"" + Printable.of(line.strip(), LONGEST_DETAIL) + "\": " + fault);
            }
        }
        if (!wrong.isEmpty()) {
            int more = wrong.size() - NAMED;
            throw ScalingTargetException.lasting(
                    "the list of instances is malformed, in "
                            + String.join("; in ", wrong.subList(0, Math.min(NAMED, wrong.size())))
                            + (more > 0 ? "; and in " + more + " more" : ""),
                    null);
        }
        return List.copyOf(found.values());
    }

    private static String fault(String[] words) {
        if (!words[0].matches("[A-Za-z0-9._-]{1,64}")) {
            return "a name has letters, digits, dots, hyphens and underscores, up to 64";
        }
        if (words.length > 1
                && Stream.of(State.values()).noneMatch(state -> state.name().equals(upper(words[1])))) {
            return words[1] + " is no state; known are starting, running, stopping and failed";
        }
        return "";
    }

    private static String upper(String word) {
        return word.toUpperCase(Locale.ROOT);
    }
}
