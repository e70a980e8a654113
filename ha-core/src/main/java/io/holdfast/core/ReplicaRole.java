package io.holdfast.core;

/** What a node is to the replicated log at this moment. Others say leader for master and follower for slave. */
public enum ReplicaRole {
    /** Takes writes and sends them to the slaves. At most one in a term. */
    MASTER,
    /** Stores what the master sends, and votes. */
    SLAVE,
    /** Stores what the master sends, without a vote. */
    LEARNER,
    /** Uses the cluster without being part of it. */
    CLIENT
}
