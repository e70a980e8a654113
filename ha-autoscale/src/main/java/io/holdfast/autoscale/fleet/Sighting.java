package io.holdfast.autoscale.fleet;

import io.holdfast.core.MemberState;
import io.holdfast.core.ReplicaRole;
import java.util.Collections;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A node as the membership sees it.
 *
 * @param node its id
 * @param state whether it is there
 * @param role its part in the log; null where there is none, or it has not said so
 * @param zone where it stands; empty if it does not say
 * @param draining true if it asks for no new requests
 * @param load what it tells of itself, by name
 */
public record Sighting(
        String node,
        MemberState state,
        @Nullable ReplicaRole role,
        String zone,
        boolean draining,
        SortedMap<String, Double> load) {
    /** Rises with every sample: one that stands still is stale. */
    public static final String BEAT = "scaling.beat";
    /** For how many seconds the node has been able to serve; negative or absent if it cannot. */
    public static final String SERVING = "scaling.serving";
    /** Above 0 while the node drains since scaling had it do so. */
    public static final String DRAINS = "scaling.drains";
    /** Above 0 while the node makes a backup. */
    public static final String BACKUP = "backup.running";

    /** Copies the load. */
    public Sighting {
        load = Collections.unmodifiableSortedMap(new TreeMap<>(load));
    }

    /** The same from a map of any kind. */
    public Sighting(
            String node,
            MemberState state,
            @Nullable ReplicaRole role,
            String zone,
            boolean draining,
            Map<String, Double> load) {
        this(node, state, role, zone, draining, new TreeMap<>(load));
    }

    double load(String name, double otherwise) {
        return load.getOrDefault(name, otherwise);
    }

    boolean hasVote() {
        return role == ReplicaRole.MASTER || role == ReplicaRole.SLAVE;
    }

    /** True if it drains since somebody else wanted that. */
    boolean drainsForOthers() {
        return state.isPresent() && draining && load(DRAINS, 0) <= 0;
    }

    /** True if it is there, and drains since it was to be taken away. */
    boolean drainsForScaling() {
        return state.isPresent() && draining && load(DRAINS, 0) > 0;
    }

    boolean serves() {
        return state.isPresent() && !draining && load(SERVING, -1) >= 0;
    }
}
