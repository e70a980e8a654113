package io.holdfast.replication.node;

import io.holdfast.core.SafeToStop;
import io.holdfast.replication.log.Voter;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Whether a node may be stopped: who has no vote may, and whoever has one if, without it, a majority of the voters is connected
 * with the master, has caught up, and gets onto its disk what is agreed on: a node whose disk hangs or is full answers heartbeats
 * as well as any. The master alone can tell. A function of what it knows.
 */
final class StopDecision {
    private StopDecision() {}

    static SafeToStop decide(Situation s, String nodeId) {
        if (s.removed() && nodeId.equals(s.node())) { // as is decided; the others know it no more
            return new SafeToStop(nodeId, true, List.of(nodeId + " was removed from the cluster"), "");
        }
        if (!s.isMaster()) {
            return notTheMaster(s, nodeId);
        }
        if (!s.configuration().knows(nodeId)) {
            return SafeToStop.no(
                    nodeId,
                    s.isDecided()
                            ? nodeId + " is none of this cluster's nodes, which are "
                                    + nodes(s.configuration().members())
                            : "that " + nodeId + " is none of this cluster's nodes is not decided yet");
        }
        List<String> reasons = new ArrayList<>();
        if (!s.serves()) {
            reasons.add(s.node() + " has just become master, and no majority has confirmed it yet");
        }
        boolean votes = s.configuration().voters().stream()
                .anyMatch(voter -> voter.nodeId().equals(nodeId));
        // What is not decided may be lost, and then the one before holds again, by which others vote.
        if (s.configuration().isJoint() || (votes && !s.isDecided())) {
            reasons.add("who votes is being changed at this moment");
        }
        if (votes) {
            quorum(s, nodeId, reasons);
        }
        if (!reasons.isEmpty()) {
            return new SafeToStop(nodeId, false, reasons, "");
        }
        return new SafeToStop(nodeId, true, toKnow(s, nodeId, votes), "");
    }

    private static SafeToStop notTheMaster(Situation s, String nodeId) {
        if (s.knowsMaster() && !s.master().equals(s.node())) {
            String master = s.master();
            return SafeToStop.ask(nodeId, master, "only the master knows who has caught up: ask " + master);
        }
        return SafeToStop.no(
                nodeId, "no master is known, so nobody can tell who has caught up; wait for one, see ha explain");
    }

    private static void quorum(Situation s, String nodeId, List<String> reasons) {
        List<Voter> voters = s.configuration().voters();
        if (voters.size() == 1) {
            reasons.add(nodeId + " is the only voter: stopping it stops the service");
            return;
        }
        List<Voter> others =
                voters.stream().filter(voter -> !voter.nodeId().equals(nodeId)).toList();
        List<Voter> good = others.stream().filter(voter -> isGood(s, voter)).toList();
        if (good.size() >= s.majority()) {
            return;
        }
        reasons.add("without " + nodeId + " " + good.size() + " of " + voters.size()
                + " voters would be connected and caught up, and " + s.majority() + " are needed");
        for (Voter voter : others) {
            if (!s.isReached(voter)) {
                reasons.add(s.trouble(voter) + " is not connected");
            } else if (!isGood(s, voter)) {
                reasons.add(whyNot(s, voter));
            }
        }
    }

    private static boolean isGood(Situation s, Voter voter) {
        boolean writes = s.sound().contains(voter.id()) && s.onDisk(voter) >= s.agreedIndex();
        return writes
                && (voter.id().equals(s.self())
                        ? s.stalledBy().isEmpty()
                        : s.isReached(voter) && s.caughtUp().contains(voter.id()));
    }

    private static String whyNot(Situation s, Voter voter) {
        boolean self = voter.id().equals(s.self());
        if (self && !s.stalledBy().isEmpty()) {
            return voter.nodeId() + " cannot write its log: " + s.stalledBy();
        }
        String log = voter.nodeId() + " has the log up to " + s.onDisk(voter) + " of "
                + s.status().lastIndex() + " on its disk";
        if (!s.sound().contains(voter.id())) {
            return log
                    + (self
                            ? ", and is down by its own health"
                            : ", and has not answered lately, or says that it is down or gives way");
        }
        return s.onDisk(voter) < s.agreedIndex()
                ? log + "; up to " + s.agreedIndex() + " was agreed on half a second ago"
                : log;
    }

    private static List<String> toKnow(Situation s, String nodeId, boolean votes) {
        List<String> toKnow = new ArrayList<>();
        if (!votes) {
            toKnow.add(nodeId + " has no vote");
        }
        if (nodeId.equals(s.node())) {
            toKnow.add("it is the master; another one is elected when it stops");
        }
        List<Voter> others = s.configuration().voters().stream()
                .filter(voter -> !voter.nodeId().equals(nodeId))
                .toList();
        if (votes && others.size() == s.majority()) {
            toKnow.add("while it is away " + nodes(others) + " all have to stay");
        }
        return toKnow;
    }

    private static String nodes(List<Voter> voters) {
        return voters.stream().map(Voter::nodeId).collect(Collectors.joining(", "));
    }
}
