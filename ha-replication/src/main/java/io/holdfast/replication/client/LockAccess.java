package io.holdfast.replication.client;

/** What the running feature offers to locks; found with {@code HaCluster.feature}. */
@FunctionalInterface
public interface LockAccess {
    /** This process's locks. */
    LockClient locks();
}
