package io.holdfast.examples.demo;

import io.holdfast.examples.demo.ScaleTrail.Begun;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Whether nodes came and went as they should, by processes that were counted, and by what those have said of themselves.
 *
 * @param allowed how many nodes there might be
 * @param count of processes
 * @param begun those that the cluster started
 * @param failures what scaling told that it failed at, the node's id first
 * @param left nodes of which others heard that they left
 * @param running those that the target still has
 */
record ScaleVerdict(
        int allowed, Count count, List<Begun> begun, List<String> failures, Set<String> left, List<String> running) {
    /**
     * How many processes of nodes there were.
     *
     * @param times how often they were counted
     * @param most at any time
     * @param fewest at any time when none had just been killed
     */
    record Count(int times, int most, int fewest) {}

    List<Check> checks() {
        return List.of(howMany(), once(), inGoodOrder(), nothingIsLeft());
    }

    private Check howMany() {
        return new Check(
                "from " + ScaleNode.LEAST + " to " + allowed + " nodes and back, never more or fewer",
                count.most() == allowed && count.fewest() == ScaleNode.LEAST,
                count.fewest() + " to " + count.most() + " processes, kills apart, in " + count.times() + " looks");
    }

    /** A master that died in the midst of it may have ordered it, and its successor may have, too. */
    private Check once() {
        Map<String, Long> times =
                begun.stream().collect(Collectors.groupingBy(Begun::node, TreeMap::new, Collectors.counting()));
        List<String> twice = new ArrayList<>();
        times.forEach((node, often) -> {
            long failed = failures.stream()
                    .filter(text -> text.startsWith(node + " "))
                    .count();
            if (often > 1 + failed) {
                twice.add(node + " " + often + " times");
            }
        });
        boolean enough = times.size() >= allowed - ScaleNode.LEAST;
        return new Check(
                "each of them was started once, whichever master ordered it",
                twice.isEmpty() && enough,
                twice.isEmpty() ? String.join(", ", times.keySet()) : String.join(", ", twice));
    }

    private Check inGoodOrder() {
        List<String> wrong = new ArrayList<>();
        for (Begun process : begun) {
            if (!left.contains(process.node())) {
                wrong.add("nobody heard that " + process.node() + " left");
            }
            if (!process.ended()) {
                wrong.add(process.node() + " (PID " + process.pid() + ") did not end in good order");
            } else if (process.inFlight() != 0) {
                wrong.add(process.node() + " had " + process.inFlight() + " requests");
            }
        }
        return new Check(
                "each had no request any more when it left the cluster",
                wrong.isEmpty() && !begun.isEmpty(),
                wrong.isEmpty() ? begun.size() + " nodes" : String.join(", ", wrong));
    }

    private Check nothingIsLeft() {
        List<String> alive = new ArrayList<>(running);
        begun.stream()
                .filter(Begun::isAlive)
                .map(process -> process.node() + " (PID " + process.pid() + ")")
                .forEach(alive::add);
        return new Check(
                "and no process of theirs is left",
                alive.isEmpty(),
                alive.isEmpty() ? "none of " + begun.size() : String.join(", ", alive));
    }
}
