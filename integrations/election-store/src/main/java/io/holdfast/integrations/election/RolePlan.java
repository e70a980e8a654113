package io.holdfast.integrations.election;

import io.holdfast.core.Health;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Who should take which of the roles that are free: the same on every node that has read the same records, so that they do not
 * all reach for each one. It only saves work and spreads the roles; that one node gets a role is up to the store.
 */
final class RolePlan {
    private final Map<String, Integer> load;

    /** @param load how many roles each node holds */
    RolePlan(Map<String, Integer> load) {
        this.load = new HashMap<>(load);
    }

    /**
     * A free role.
     *
     * @param to who is to have it; empty for whoever suits best
     * @param from who gave it back, and is to have it only if nobody else can
     */
    record Free(String to, String from, List<Candidate> candidates) {}

    /** For each role its candidates, the one that should take it first. */
    SortedMap<String, List<String>> plan(SortedMap<String, Free> roles) {
        SortedMap<String, List<String>> plan = new TreeMap<>();
        roles.forEach((role, free) -> {
            List<Candidate> ranked = new ArrayList<>(free.candidates());
            ranked.sort(order(role, free));
            plan.put(role, ranked.stream().map(Candidate::node).toList());
            if (!ranked.isEmpty()) {
                load.merge(ranked.get(0).node(), 1, Integer::sum);
            }
        });
        return plan;
    }

    private Comparator<Candidate> order(String role, Free free) {
        return Comparator.comparing((Candidate c) -> !c.node().equals(free.to()))
                .thenComparing(Candidate::paused)
                .thenComparing(c -> c.health() == Health.DOWN)
                .thenComparing(c -> c.node().equals(free.from()))
                .thenComparing(Candidate::health)
                .thenComparing(Comparator.comparingInt(Candidate::priority).reversed())
                .thenComparing(c -> load.getOrDefault(c.node(), 0))
                .thenComparing(c -> (c.node() + '/' + role).hashCode())
                .thenComparing(Candidate::node);
    }
}
