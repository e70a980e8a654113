package io.holdfast.replication;

import io.holdfast.core.Address;
import java.util.List;

/**
 * Who votes, and who gets the log beside. True of one moment.
 *
 * @param by the node that says so: the master, or another one if no master is known; that one does not know who has how much
 * @param index where the configuration is in the log; 0 for the one that the cluster was formed with
 * @param changing true while two majorities must agree: a change is under way
 * @param wanted how many are to vote, as people have decided last, at least 1: a node that leaves by itself does not change that, and
 *     an autopilot fills its place; 0 if whoever says so does not know
 * @param members voters first
 */
public record VoterList(String by, long index, boolean changing, int wanted, List<Member> members) {
    /** What a node is to the log. */
    public enum State {
        /** It votes. */
        VOTER,
        /** It votes until the change that is under way is done, and belongs to the cluster no longer then. */
        LEAVING,
        /** It gets the log, and gets the vote of its former self, whose disk is gone, when it has caught up. */
        RETURNING,
        /** A place that is kept for a node that has not come yet. */
        EXPECTED,
        /** It gets the log and has no vote until it is given one. */
        LEARNER
    }

    /**
     * A node with its disk.
     *
     * @param nodeId its id
     * @param diskId which disk; empty if that is not known
     * @param address where it is reached
     * @param state what it is
     * @param matchIndex up to where its disk is known to have the log; -1 if whoever says so does not know
     * @param lag how many entries that is behind the end of the log; -1 if unknown
     * @param reachable true if it is heard
     * @param caughtUp true if it lacks nothing that is not on its way to it
     */
    public record Member(
            String nodeId,
            String diskId,
            Address address,
            State state,
            long matchIndex,
            long lag,
            boolean reachable,
            boolean caughtUp) {}

    /** A copy of its own. */
    public VoterList {
        members = List.copyOf(members);
    }

    /** Node ids of who votes. */
    public List<String> voters() {
        return members.stream()
                .filter(member -> member.state() == State.VOTER)
                .map(Member::nodeId)
                .toList();
    }
}
