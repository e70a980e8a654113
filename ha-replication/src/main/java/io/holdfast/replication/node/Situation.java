package io.holdfast.replication.node;

import io.holdfast.core.Address;
import io.holdfast.core.ReplicaRole;
import io.holdfast.replication.LogStatus;
import io.holdfast.replication.log.Configuration;
import io.holdfast.replication.log.Voter;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What a node knows of its cluster at one moment, for people to be told from. Immutable. Voters are named as the protocol names
 * them, by node and disk, unless something else is said.
 *
 * @param node this node's id
 * @param self this node's name as a voter
 * @param atNanos when this was so
 * @param master the master's node id if it is heard; empty if there is none that is
 * @param configurationIndex where that is in the log
 * @param addresses where its members are reached by now, by node id
 * @param votes true if this node has a vote
 * @param removed true if it belonged to the cluster, and it is decided that it does not any more
 * @param doubtful true while it does not use it, because the end of its own memory cannot be trusted
 * @param unheard whom it still has to hear until it does
 * @param reached to whom links stand
 * @param refused who refused it a vote since a master was last heard
 * @param caughtUp at the master: who lacks nothing that is not on its way
 * @param sound who is neither silent nor down: this node unless its health is down, and at the master the others that answered
 *     within three heartbeats and do not say that they are down
 * @param agreedIndex the commit index of half a second ago or more: whoever's disk works has got so far
 * @param masterlessSinceNanos since when no master is heard, if none is
 * @param serves at the master: it has committed an entry of its own term
 * @param stalledBy why the log cannot be written, empty while it can
 * @param troubles why dialling a node failed last, by node id, while it is not reached
 * @param supports the highest level of the log that this node supports
 * @param levels at the master: the same of each member that answers now
 */
record Situation(
        String node,
        String self,
        long atNanos,
        LogStatus status,
        String master,
        Configuration configuration,
        long configurationIndex,
        Map<String, Address> addresses,
        boolean votes,
        boolean removed,
        boolean doubtful,
        Set<String> unheard,
        Set<String> reached,
        Set<String> refused,
        Set<String> caughtUp,
        Set<String> sound,
        long agreedIndex,
        long masterlessSinceNanos,
        boolean serves,
        String stalledBy,
        Map<String, String> troubles,
        int supports,
        Map<String, Integer> levels) {

    boolean isMaster() {
        return status.role() == ReplicaRole.MASTER;
    }

    boolean knowsMaster() {
        return !master.isEmpty();
    }

    /** True if it is known to be decided who belongs to the cluster. */
    boolean isDecided() {
        return configurationIndex <= status.commitIndex();
    }

    /** Where that one is reached; where it joined, if nothing else is known. */
    Address addressOf(Voter voter) {
        return addresses.getOrDefault(voter.nodeId(), voter.address());
    }

    boolean isReached(Voter voter) {
        return voter.id().equals(self) || reached.contains(voter.id());
    }

    /** As many voters have to agree. */
    int majority() {
        return configuration.voters().size() / 2 + 1;
    }

    /** Up to where that voter's disk is known to have the log. */
    long onDisk(Voter voter) {
        return voter.id().equals(self)
                ? status.durableIndex()
                : status.matches().getOrDefault(voter.nodeId(), 0L);
    }

    List<Voter> unreachedVoters() {
        return configuration.voters().stream()
                .filter(voter -> !isReached(voter))
                .toList();
    }

    /** Why that node is not reached, in brackets, if it is known. */
    String trouble(Voter voter) {
        String trouble = troubles.getOrDefault(voter.nodeId(), "");
        return trouble.isEmpty() ? voter.nodeId() : voter.nodeId() + " (" + trouble + ")";
    }
}
