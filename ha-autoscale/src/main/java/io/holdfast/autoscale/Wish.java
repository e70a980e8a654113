package io.holdfast.autoscale;

/**
 * How many nodes a policy would have, and why.
 *
 * @param policy which policy says so
 * @param kind whether it says anything
 * @param nodes how many, before bounds and limits, not negative; 0 unless {@code kind} is {@link Kind#NODES}
 * @param reason with the figures it rests on, for people: {@code cpu is 0.83 on 4 nodes, 0.60 is wanted}
 */
public record Wish(String policy, Kind kind, int nodes, String reason) {

    /** Whether a policy says anything. */
    public enum Kind {
        /** So many. */
        NODES,
        /** It has no opinion now, and others decide. */
        NONE,
        /** It cannot tell, since it lacks samples: no node is taken away as long as that is so. */
        UNKNOWN
    }

    /** So many. */
    public static Wish nodes(String policy, int nodes, String reason) {
        return new Wish(policy, Kind.NODES, nodes, reason);
    }

    /** No opinion. */
    public static Wish none(String policy, String reason) {
        return new Wish(policy, Kind.NONE, 0, reason);
    }

    /** It cannot tell. */
    public static Wish unknown(String policy, String reason) {
        return new Wish(policy, Kind.UNKNOWN, 0, reason);
    }
}
