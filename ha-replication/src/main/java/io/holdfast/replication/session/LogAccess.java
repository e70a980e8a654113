package io.holdfast.replication.session;

import io.holdfast.replication.LogStatus;

/** What the running feature offers to the structures on top of it; found with {@code HaCluster.feature}. */
public interface LogAccess {

    /** Writes and reads. */
    Commands commands();

    /**
     * An index at or after that of every write of this process that has been applied and answered. Safe from any thread.
     */
    long position();

    /** The state of the log as this process sees it, at most half a second old. Safe from any thread. */
    LogStatus status();
}
