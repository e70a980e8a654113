package io.holdfast.replication.session;

/**
 * How fresh a read must be, as it travels.
 *
 * @param kind one of the constants
 * @param bound an index for {@link #AT_LEAST}, nanoseconds for {@link #WITHIN}, else 0
 */
public record Freshness(int kind, long bound) {
    /** It sees all that was acknowledged before it began. */
    public static final int LINEARIZABLE = 0;
    /** It sees what the node has that answers. */
    public static final int LOCAL = 1;
    /** It sees at least the entries up to an index. */
    public static final int AT_LEAST = 2;
    /** It sees all that was acknowledged up to so long ago. */
    public static final int WITHIN = 3;

    /** The strictest. */
    public static final Freshness STRICT = new Freshness(LINEARIZABLE, 0);

    /** Checks the ranges. */
    public Freshness {
        if (kind < LINEARIZABLE || kind > WITHIN || bound < 0) {
            throw new IllegalArgumentException("freshness of kind " + kind + " with bound " + bound);
        }
    }
}
