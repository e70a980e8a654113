package io.holdfast.replication.log;

import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/**
 * Who a node is, and of which cluster.
 *
 * @param clusterName the cluster's name as configured, without control characters
 * @param clusterId drawn when the cluster was formed; zero before. Nodes with different ones do not speak to each other
 * @param logId whose log and snapshots are in the directory: the id with which the cluster was formed. A recovery from a
 *     lost quorum draws another cluster id, and keeps this one
 * @param nodeId the node's id as configured
 * @param diskId drawn when the directory was first used: another directory is another voter
 * @param state how far the cluster's forming has come
 * @param shared true if another disk votes, or gets the log and may vote soon: then nobody decides alone who has forgotten
 *     something. False in a cluster of one, and after a recovery from a lost quorum until somebody joins
 * @param voters who votes, as far as this node knows: the log says better. One whose disk is zero is an empty place
 * @param formedLevel the {@link FeatureLevel} that the log begins with
 * @param level the log's highest that this node knows of: a release that does not support it reads nothing else here
 */
public record Identity(
        String clusterName,
        UUID clusterId,
        UUID logId,
        String nodeId,
        UUID diskId,
        State state,
        boolean shared,
        List<Voter> voters,
        int formedLevel,
        int level) {

    /** How far the forming of a cluster has come, as this node knows. */
    public enum State {
        /** Begun: the node has said its disk id to others, and may be part of a cluster that it does not know yet. */
        FORMING,
        /** Done, for ever. */
        FORMED
    }

    /** Copies the list, and checks what could not be written. */
    public Identity {
        voters = List.copyOf(voters);
        FeatureLevel.check(formedLevel);
        FeatureLevel.check(level);
        if (clusterName.isEmpty() || clusterName.chars().anyMatch(Character::isISOControl)) {
            throw new IllegalArgumentException(
                    "cluster name \"" + clusterName + "\" is empty or has control characters");
        }
    }

    /** One of a cluster whose log is at the base level. */
    public Identity(
            String clusterName,
            UUID clusterId,
            UUID logId,
            String nodeId,
            UUID diskId,
            State state,
            boolean shared,
            List<Voter> voters) {
        this(
                clusterName,
                clusterId,
                logId,
                nodeId,
                diskId,
                state,
                shared,
                voters,
                FeatureLevel.BASE,
                FeatureLevel.BASE);
    }

    /** The same, where the log began at that level, and is at that one. */
    public Identity at(int formed, int now) {
        return new Identity(clusterName, clusterId, logId, nodeId, diskId, state, shared, voters, formed, now);
    }

    /** The same, where these belong to the cluster. */
    public Identity with(Configuration members) {
        List<Voter> places = new ArrayList<>(members.voters());
        for (Voter learner : members.learners()) {
            if (members.voters().stream().noneMatch(voter -> voter.nodeId().equals(learner.nodeId()))) {
                places.add(new Voter(learner.nodeId(), Voter.NO_DISK, learner.address()));
            }
        }
        boolean others = members.members().size() > 1;
        return new Identity(
                clusterName,
                clusterId,
                logId,
                nodeId,
                diskId,
                state,
                others,
                places,
                formedLevel,
                Math.max(level, members.level()));
    }

    /** The same, once the cluster exists. */
    public Identity formed(UUID log, List<Voter> all) {
        return new Identity(
                clusterName,
                clusterId,
                log,
                nodeId,
                diskId,
                State.FORMED,
                hasOthers(all, diskId),
                all,
                formedLevel,
                level);
    }

    /** True if somebody else votes. */
    public static boolean hasOthers(List<Voter> voters, UUID diskId) {
        return voters.stream()
                .anyMatch(voter -> !voter.isVacant() && !voter.diskId().equals(diskId));
    }

    /** Who votes, and which places are empty, before the log says otherwise. */
    public Configuration configuration() {
        return new Configuration(
                        voters.stream().filter(voter -> !voter.isVacant()).toList(),
                        List.of(),
                        voters.stream().filter(Voter::isVacant).toList())
                .at(formedLevel);
    }
}
