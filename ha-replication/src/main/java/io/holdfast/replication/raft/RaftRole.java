package io.holdfast.replication.raft;

/** The states of Ongaro's thesis, figure 3.3, and the one before candidacy of section 9.6. */
public enum RaftRole {
    /** Follows a leader, or waits for one. */
    FOLLOWER,
    /** Asks whether it would be elected, without raising its term. */
    PRE_CANDIDATE,
    /** Asks for votes. */
    CANDIDATE,
    /** Leads. */
    LEADER
}
