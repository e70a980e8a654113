package io.holdfast.replication.log;

/**
 * Which formats a log may hold: a number that the log itself keeps, in its {@link Configuration}, and that only rises. A release
 * supports all levels up to its own. What is not written on behalf of one link alone (entries, commands, snapshots) is written in a
 * newer format only at the level that brought it: everybody who will ever read it supports that level. See {@code
 * docs/decisions/0017-the-logs-level-is-raised-by-hand.md}.
 */
public final class FeatureLevel {
    /** The first release's: whatever names no level means this one. */
    public static final int BASE = 1;

    /** The highest that this release supports. Whoever adds a format of the log raises it by one; docs/formats.md says how. */
    public static final int SUPPORTED = 1;

    /** What fits into the formats. */
    public static final int MAX = 255;

    private FeatureLevel() {}

    /** Refuses what can be no level. */
    public static int check(int level) {
        if (level < BASE || level > MAX) {
            throw new IllegalArgumentException("a feature level of " + level);
        }
        return level;
    }

    /**
     * Passes what a node can read.
     *
     * @param needed the log's level
     * @param supported the node's
     * @throws TooHighException if the log's is higher
     */
    public static void require(String node, int needed, int supported) {
        if (needed > supported) {
            throw tooHighFor(node, needed, supported);
        }
    }

    /** What ends a node that supports less than its log needs. */
    public static TooHighException tooHighFor(String node, int needed, int supported) {
        return new TooHighException(tooHigh(node, needed, supported));
    }

    /** Why that node has no part in such a log, and what to do, in one line. */
    public static String tooHigh(String node, int needed, int supported) {
        return "the log of this cluster is at feature level " + needed + ", and the release on " + node
                + " supports none above " + supported
                + ": install the release there that the other nodes run. Nothing has"
                + " been changed in its directory. That the upgrade was finished (ha upgrade finish) is not taken back";
    }

    /** A log that this release cannot read. Nothing is wrong with the log. */
    public static final class TooHighException extends IllegalStateException {
        private static final long serialVersionUID = 1L;

        private TooHighException(String message) {
            super(message);
        }
    }
}
