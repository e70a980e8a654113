package io.holdfast.replication.node;

import io.holdfast.core.Explanation.Finding;
import io.holdfast.core.Explanation.State;
import io.holdfast.replication.log.Voter;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** Why a cluster is as it is, as one of its nodes sees it: a function of what that knows. */
final class Explainer {
    private Explainer() {}

    static List<Finding> explain(Situation s) {
        List<Finding> findings = new ArrayList<>();
        findings.add(master(s));
        findings.add(voters(s));
        vote(s, findings);
        if (!s.stalledBy().isEmpty()) {
            findings.add(new Finding(
                    "log",
                    State.BROKEN,
                    "the log cannot be written: " + s.stalledBy(),
                    "make room on the disk; it is tried again every second"));
        }
        if (s.configuration().isJoint()) {
            findings.add(new Finding(
                    "membership",
                    State.WAITING,
                    "who votes is being changed from " + nodes(s.configuration().outgoing()) + " to "
                            + nodes(s.configuration().voters())));
        }
        if (s.isMaster()) {
            behind(s, findings);
            upgrade(s, findings);
        }
        return findings;
    }

    private static Finding master(Situation s) {
        long term = s.status().term();
        if (s.isMaster()) {
            return s.serves()
                    ? new Finding("master", State.OK, "this node is the master of term " + term)
                    : new Finding(
                            "master",
                            State.WAITING,
                            "this node was elected in term " + term
                                    + ", and waits until a majority has the first entry of it on disk");
        }
        if (s.knowsMaster()) {
            return new Finding("master", State.OK, s.master() + " is the master of term " + term);
        }
        return noMaster(s);
    }

    private static Finding noMaster(Situation s) {
        List<Voter> voters = s.configuration().voters();
        List<Voter> unreached = s.unreachedVoters();
        int reached = voters.size() - unreached.size();
        StringBuilder reason = new StringBuilder("no master has been heard for ")
                .append((s.atNanos() - s.masterlessSinceNanos()) / 1_000_000_000)
                .append(" s; the term is ")
                .append(s.status().term())
                .append(". Of ")
                .append(voters.size())
                .append(" voters ")
                .append(s.majority())
                .append(" must agree, and this node reaches ")
                .append(reached)
                .append(s.votes() ? ", itself included" : "");
        if (!unreached.isEmpty()) {
            reason.append("; not reached: ")
                    .append(unreached.stream().map(s::trouble).collect(Collectors.joining(", ")));
        }
        if (!s.refused().isEmpty()) {
            reason.append("; refused this node a vote: ")
                    .append(s.refused().stream().map(Voter::nodeOf).collect(Collectors.joining(", ")))
                    .append(" (it hears a master, has more of the log, or is in doubt of its own)");
        }
        if (s.doubtful()) {
            reason.append("; this node does not vote at present");
        }
        if (reached >= s.majority()) {
            return new Finding(
                    "master",
                    State.WAITING,
                    reason.toString(),
                    "wait for the election; if it takes longer than"
                            + " a few times the election time-out, look at what the other nodes explain");
        }
        return new Finding(
                "master",
                State.BROKEN,
                reason.toString(),
                "start " + (s.majority() - reached) + " of " + nodes(unreached)
                        + ", or mend the network between; if the disks of a majority are gone for ever: ha recover");
    }

    private static Finding voters(Situation s) {
        List<Voter> voters = s.configuration().voters();
        List<Voter> unreached = s.unreachedVoters();
        String all = voters.size() == 1
                ? "there is one voter, " + voters.get(0).nodeId()
                : "there are " + voters.size() + " voters, " + nodes(voters);
        if (unreached.isEmpty()) {
            return new Finding("voters", State.OK, all + (voters.size() == 1 ? "" : ", and all are reached"));
        }
        int left = voters.size() - unreached.size() - s.majority();
        return new Finding(
                "voters",
                left < 0 ? State.BROKEN : State.WAITING,
                all + "; not reached: " + unreached.stream().map(s::trouble).collect(Collectors.joining(", "))
                        + (left < 0
                                ? "; the others are no majority"
                                : left == 0
                                        ? "; the others are a bare majority: one more that fails stops all writes"
                                        : "; " + left + " more may fail"),
                "start " + nodes(unreached) + ", or mend the network between");
    }

    private static void vote(Situation s, List<Finding> findings) {
        if (s.doubtful()) {
            findings.add(new Finding(
                    "vote",
                    State.WAITING,
                    Standing.DOUBT + "; not heard yet: "
                            + s.unheard().stream().map(Voter::nodeOf).collect(Collectors.joining(", ")),
                    "start the nodes that were not heard, or wait for a master"));
        }
        boolean standsBy = s.configuration().standby().stream()
                .anyMatch(member -> member.id().equals(s.self()));
        if (standsBy) {
            findings.add(new Finding(
                    "vote",
                    State.OK,
                    "this node gets the log, and has no vote until it is given one",
                    "ha voters add " + s.node()));
        } else if (!s.configuration().isMember(s.self()) && !s.configuration().hasPlaceFor(s.node())) {
            findings.add(outside(s));
        } else if (!s.votes()) {
            findings.add(new Finding(
                    "vote",
                    State.WAITING,
                    "this node's disk is new to the cluster; the master takes it in once it has the log"));
        }
    }

    private static Finding outside(Situation s) {
        return s.removed() || s.isDecided()
                ? new Finding(
                        "vote",
                        State.WAITING,
                        "this node does not belong to the cluster: it has asked to be taken in, or was removed",
                        "if it was removed and is to come back, start it again")
                : new Finding(
                        "vote",
                        State.WAITING,
                        "that this node does not belong to the cluster is not known to be decided: until it is, the others may need"
                                + " its vote",
                        "keep this node running until it is");
    }

    private static void behind(Situation s, List<Finding> findings) {
        for (Voter voter : s.configuration().members()) {
            if (!voter.id().equals(s.self())
                    && s.isReached(voter)
                    && !s.caughtUp().contains(voter.id())) {
                findings.add(new Finding(
                        "slave " + voter.nodeId(),
                        State.WAITING,
                        "it has the log up to " + s.status().matches().getOrDefault(voter.nodeId(), 0L) + " of "
                                + s.status().lastIndex()
                                + " on its disk, or has not been heard within the election time-out"));
            }
        }
    }

    /** Nothing is wrong while an upgrade is not finished, but somebody should know. */
    private static void upgrade(Situation s, List<Finding> findings) {
        int now = s.configuration().level();
        int highest =
                s.levels().values().stream().mapToInt(Integer::intValue).max().orElse(now);
        if (highest <= now) {
            return;
        }
        List<Voter> without = s.configuration().members().stream()
                .filter(member -> s.levels().getOrDefault(member.id(), 0) < highest)
                .toList();
        findings.add(
                without.isEmpty()
                        ? new Finding(
                                "upgrade",
                                State.OK,
                                "all nodes support level " + highest + " of the log, which is at " + now
                                        + ": until the upgrade is finished what is new in it is not used, and the release"
                                        + " before can be installed again",
                                "ha upgrade finish, when nobody wants to go back any more")
                        : new Finding(
                                "upgrade",
                                State.OK,
                                "an upgrade is under way: some nodes support level " + highest
                                        + " of the log, which is at " + now + "; not so, or not heard: "
                                        + nodes(without),
                                "install the newer release on " + nodes(without)
                                        + ", or the one before on the others"));
    }

    private static String nodes(List<Voter> voters) {
        return voters.stream().map(Voter::nodeId).collect(Collectors.joining(", "));
    }
}
