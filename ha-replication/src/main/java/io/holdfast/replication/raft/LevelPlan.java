package io.holdfast.replication.raft;

import io.holdfast.replication.log.Voter;
import io.holdfast.replication.raft.VoterPlan.Decision;
import io.holdfast.replication.raft.VoterPlan.Verdict;
import io.holdfast.replication.raft.VoterPlan.View;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Whether the log's {@link io.holdfast.replication.log.FeatureLevel} may be raised now: a function of what the leader knows. It is
 * raised to the highest that any member supports, and only if all do, as each has said in its present run: from then on nobody
 * who does not can read the log, and that is not taken back.
 */
final class LevelPlan {
    private LevelPlan() {}

    /**
     * Decides.
     *
     * @param told the level that each member supports who answers now, this leader among them
     */
    static Verdict decide(View view, Map<String, Integer> told) {
        if (!view.decided() || view.configuration().isJoint()) {
            return Verdict.of(
                    Decision.WAIT,
                    "another change of who belongs to the cluster is under way, at index " + view.index());
        }
        if (!view.serves()) {
            return Verdict.of(
                    Decision.WAIT,
                    Voter.nodeOf(view.self())
                            + " has just become master, and no majority has the first entry of its term yet");
        }
        int now = view.configuration().level();
        int highest = told.values().stream().mapToInt(Integer::intValue).max().orElse(now);
        List<Voter> members = view.configuration().members();
        List<Voter> away = members.stream()
                .filter(member -> !told.containsKey(member.id()))
                .toList();
        List<Voter> late = away.stream()
                .filter(member -> view.heard().contains(member.id()))
                .toList();
        if (!late.isEmpty()) {
            return Verdict.of(
                    Decision.WAIT,
                    nodes(late)
                            + " should have said by now which levels they support; it is waited for until that is silence");
        }
        if (highest <= now) {
            return Verdict.of(
                    Decision.DONE,
                    "the log is at level " + now + ", and no node that answers supports a higher one"
                            + (away.isEmpty() ? "" : "; not heard: " + nodes(away)));
        }
        Map<String, Integer> behind = new TreeMap<>();
        for (Voter member : members) {
            int supported = told.getOrDefault(member.id(), highest);
            if (supported < highest) {
                behind.put(member.nodeId(), supported);
            }
        }
        if (!behind.isEmpty() || !away.isEmpty()) {
            return Verdict.of(Decision.REFUSED, whyNot(highest, behind, away));
        }
        return Verdict.begin(
                "all nodes support level " + highest + " of the log, which is at " + now
                        + "; a release that does not support it can not be run any more then",
                view.configuration().at(highest));
    }

    private static String whyNot(int highest, Map<String, Integer> behind, List<Voter> away) {
        StringBuilder why = new StringBuilder("not all nodes support level ").append(highest);
        behind.forEach((node, supported) ->
                why.append("; ").append(node).append(" supports no more than ").append(supported));
        if (!away.isEmpty()) {
            why.append("; not heard, so that it is not known what they support: ")
                    .append(nodes(away))
                    .append(". Start them, or take them out: ha voters remove NODE");
        }
        if (!behind.isEmpty()) {
            why.append(". Install the newer release on ").append(String.join(", ", behind.keySet()));
        }
        return why.toString();
    }

    private static String nodes(List<Voter> voters) {
        return voters.stream().map(Voter::nodeId).collect(Collectors.joining(", "));
    }
}
