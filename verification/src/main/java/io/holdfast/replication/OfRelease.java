package io.holdfast.replication;

/** Nodes of an earlier or later release from this one's code: they differ in the level of the log that they support. */
public final class OfRelease {
    private OfRelease() {}

    /** The same, as a release that supports the log up to that level. */
    public static LogReplication supporting(int level, LogReplication log) {
        return log.supporting(level);
    }
}
