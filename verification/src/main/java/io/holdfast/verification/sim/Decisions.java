package io.holdfast.verification.sim;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What all nodes together have decided: the first node to apply the n-th command says which it is, and every other node,
 * in every later life, must say the same. Always on: the first difference is a violation.
 */
final class Decisions {
    private record Decision(long index, long term, String command, String firstSaidBy) {}

    private final List<Decision> decided = new ArrayList<>();
    private final Map<String, Integer> places = new HashMap<>();
    private final Map<Long, String> masters = new HashMap<>();
    private int highestAcknowledged;
    private int restored;
    private final List<String> violations = new ArrayList<>();

    void applied(String node, int place, long index, long term, String command) {
        if (place > decided.size()) {
            Integer before = places.put(command, place);
            if (before != null) {
                violate(node + " applied '" + command + "' as number " + place + ", but it was number " + before);
            }
            decided.add(new Decision(index, term, command, node));
            return;
        }
        Decision decision = decided.get(place - 1);
        if (decision.index() != index
                || decision.term() != term
                || !decision.command().equals(command)) {
            violate(node + " applied '" + command + "' (index " + index + ", term " + term + ") as number " + place
                    + ", but " + decision.firstSaidBy() + " applied " + decision);
        }
    }

    /** A node took its state from a snapshot: the first so many commands. */
    void restored(String node, List<String> commands) {
        if (commands.size() > decided.size()) {
            violate(node + " took " + commands.size() + " commands from a snapshot, of " + decided.size() + " decided");
            return;
        }
        for (int i = 0; i < commands.size(); i++) {
            if (!decided.get(i).command().equals(commands.get(i))) {
                violate(node + " took '" + commands.get(i) + "' from a snapshot as number " + (i + 1) + ", which is "
                        + decided.get(i));
                return;
            }
        }
        restored++;
    }

    /** How often a node took its state from a snapshot. */
    int restored() {
        return restored;
    }

    /** A node says that it is master. */
    void master(String node, long term) {
        String other = masters.putIfAbsent(term, node);
        if (other != null && !other.equals(node)) {
            violate(node + " and " + other + " are both master in term " + term);
        }
    }

    /** A client was told that its command has been applied. */
    void acknowledged(String command, String place) {
        Integer actual = places.get(command);
        if (actual == null || !actual.toString().equals(place)) {
            violate("'" + command + "' was acknowledged as number " + place + ", but it is number " + actual);
        } else {
            highestAcknowledged = Math.max(highestAcknowledged, actual);
        }
    }

    void violate(String what) {
        if (violations.size() < 20) {
            violations.add(what.replaceAll("x{10,}", "x.."));
        }
    }

    /** The highest place of which anybody has been told. */
    int highestAcknowledged() {
        return highestAcknowledged;
    }

    /** The place of a command, 0 if nobody has applied it. */
    int placeOf(String command) {
        return places.getOrDefault(command, 0);
    }

    int size() {
        return decided.size();
    }

    List<String> violations() {
        return violations;
    }
}
