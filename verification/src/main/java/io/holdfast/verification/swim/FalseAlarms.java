package io.holdfast.verification.swim;

import io.holdfast.membership.swim.MemberChange.Kind;
import java.util.HashMap;
import java.util.Map;

/** Counts what is held against nodes that run, whether or not they stand still for a moment. */
final class FalseAlarms {
    /** By whoever came to them: what others only hear of is one suspicion. */
    private final Map<String, Integer> suspicions = new HashMap<>();
    /** By observer: each that held a living one for dead. */
    private final Map<String, Integer> deaths = new HashMap<>();

    FalseAlarms(SwimCluster cluster) {
        cluster.watch((observer, change) -> {
            String id = change.member().id();
            boolean own = change.cause().endsWith(" " + observer.id());
            if (change.kind() == Kind.SUSPECTED && own && isRunning(cluster, id)) {
                suspicions.merge(id, 1, Integer::sum);
            } else if (change.kind() == Kind.DIED && isRunning(cluster, id)) {
                deaths.merge(id, 1, Integer::sum);
            }
        });
    }

    private static boolean isRunning(SwimCluster cluster, String id) {
        for (SwimNode node : cluster.nodes()) {
            if (node.id().equals(id)) {
                return node.isRunning();
            }
        }
        return false;
    }

    int suspicions() {
        return sum(suspicions);
    }

    int deaths() {
        return sum(deaths);
    }

    int suspicionsOf(String id) {
        return suspicions.getOrDefault(id, 0);
    }

    int deathsOf(String id) {
        return deaths.getOrDefault(id, 0);
    }

    private static int sum(Map<String, Integer> counts) {
        return counts.values().stream().mapToInt(Integer::intValue).sum();
    }
}
