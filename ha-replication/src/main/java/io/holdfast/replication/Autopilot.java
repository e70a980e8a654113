package io.holdfast.replication;

/** Whether the master changes by itself who votes; see {@link LogReplication#autopilot}. */
public enum Autopilot {
    /** It replaces voters that are dead, and gives votes until there are as many voters as there should be. */
    ON,
    /** It says in the log, in {@code explain()} and by an event what it would do, and does nothing. */
    DRY_RUN,
    /** It does nothing. */
    OFF
}
