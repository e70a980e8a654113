package io.holdfast.replication.raft;

import io.holdfast.replication.log.Configuration;
import io.holdfast.replication.log.Voter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Whether a change of who votes may begin now: a function of what the leader knows. The change itself is made by joint consensus
 * (Ongaro's thesis, 4.3), which keeps it safe whatever is decided here; what is decided here keeps the cluster alive.
 *
 * <ul>
 *   <li>One change at a time, and none before the leader has committed an entry of its own term.
 *   <li>Who gets a vote has the log already (4.2.1): a voter that still has to fetch it counts for the quorum and helps nobody.
 *   <li>Both the present voters and those to be have a majority of nodes that are connected and have the log, now. If they had
 *       just before, one pause explains it, and it is waited for.
 *   <li>A leader does not remove itself while it can hand over first; if it cannot, it steps down when the change is decided
 *       (4.2.2).
 * </ul>
 */
public final class VoterPlan {
    /** More voters make every write slower and nothing safer. */
    public static final int MOST_VOTERS = 9;

    private VoterPlan() {}

    /**
     * What the leader knows.
     *
     * @param self its own name
     * @param index of the newest configuration
     * @param decided true if that is committed
     * @param serves true if an entry of the leader's own term is committed
     * @param recorded true if the configuration is written where the loss of the log's end does not reach it
     * @param live who is heard and lacks nothing that is not on its way, the leader aside
     * @param lately the same of who was heard within the election time-out
     * @param heard who was heard within the election time-out, whatever it lacks, the leader aside
     * @param matches up to where each other member's disk has the log
     * @param lastIndex the log's end
     */
    public record View(
            String self,
            Configuration configuration,
            long index,
            boolean decided,
            boolean serves,
            boolean recorded,
            Set<String> live,
            Set<String> lately,
            Set<String> heard,
            Map<String, Long> matches,
            long lastIndex) {
        boolean isLive(Voter voter) {
            return voter.id().equals(self) || live.contains(voter.id());
        }

        /** Whether a majority of them is among these. */
        private boolean isMajority(Set<String> among, List<Voter> of) {
            long there = of.stream()
                    .filter(voter -> voter.id().equals(self) || among.contains(voter.id()))
                    .count();
            return there >= of.size() / 2 + 1;
        }
    }

    /** What is to be done about a change. */
    public enum Decision {
        /** It may begin. */
        BEGIN,
        /** All is as it is wanted. */
        DONE,
        /** Not now, and perhaps later by itself. */
        WAIT,
        /** Another node has to lead first, which then is to be asked. */
        GIVE_WAY,
        /** Not as things are; somebody has to do something first. */
        REFUSED
    }

    /**
     * A decision.
     *
     * @param reason why, for people; what would be done, if it may begin
     * @param next what to append, if it may begin
     */
    public record Verdict(
            Decision decision, String reason, @Nullable Configuration next) {
        static Verdict of(Decision decision, String reason) {
            return new Verdict(decision, reason, null);
        }

        static Verdict begin(String reason, Configuration next) {
            return new Verdict(Decision.BEGIN, reason, next);
        }
    }

    /** Decides. */
    public static Verdict decide(View view, ShapeChange change) {
        Configuration now = view.configuration();
        if (!view.decided() || now.isJoint()) {
            return wait("another change of who belongs to the cluster is under way, at index " + view.index());
        }
        if (!view.serves()) {
            return wait(Voter.nodeOf(view.self())
                    + " has just become master, and no majority has the first entry of its term yet");
        }
        boolean removes = !change.removed().isEmpty();
        boolean votes = removes && now.voter(change.removed()).isPresent();
        if (change.added().isEmpty() && !votes) {
            return withoutVote(now, change.removed());
        }
        if (!change.added().isEmpty()) {
            Verdict whyNot = added(view, change, votes);
            if (whyNot != null) {
                return whyNot;
            }
        }
        Configuration next = exchanged(now, change);
        return next == null
                ? refused(change.removed()
                        + " is the only voter: without it nothing is left. Stop it instead, or replace it")
                : quorums(view, change, next);
    }

    private static Verdict withoutVote(Configuration now, String nodeId) {
        boolean member = now.hasPlaceFor(nodeId) || now.standby(nodeId).isPresent();
        return member
                ? Verdict.begin(
                        nodeId + ", which has no vote, would get the log no longer", now.withoutVoteless(nodeId))
                : Verdict.of(
                        Decision.DONE, nodeId + " is none of this cluster's nodes, which are " + nodes(now.members()));
    }

    /** Null if nothing stands against its vote. */
    private static @Nullable Verdict added(View view, ShapeChange change, boolean removedVotes) {
        Configuration now = view.configuration();
        String node = change.added();
        boolean replaces = !change.removed().isEmpty();
        if (now.voter(node).isPresent()) {
            if (!replaces || !removedVotes) {
                return Verdict.of(Decision.DONE, node + " has a vote; the voters are " + nodes(now.voters()));
            }
            return refused(node + " has a vote already, so that it cannot take the one of " + change.removed()
                    + "; remove " + change.removed() + " instead");
        }
        if (replaces && !removedVotes) {
            return refused(change.removed() + " has no vote that " + node + " could take; the voters are "
                    + nodes(now.voters()) + ". Add " + node + " instead");
        }
        if (now.hasPlaceFor(node)) {
            return wait(node + " has a place among the voters, and gets its vote by itself when it has the log"
                    + state(view, now.learners(), node));
        }
        Optional<Voter> newcomer = now.standby(node);
        if (newcomer.isEmpty()) {
            return wait(node
                    + " has not joined the cluster: start it with LogReplication.inDirectory(...).join(\"HOST:PORT\")"
                    + ", where that is the address of any node");
        }
        if (!view.isLive(newcomer.get())) {
            return wait(node + " has not caught up" + state(view, now.standby(), node));
        }
        if (now.voters().size() >= MOST_VOTERS && !replaces) {
            return refused("there are " + now.voters().size() + " voters, which is the most; replace one of "
                    + nodes(now.voters()));
        }
        if (now.voters().size() == 1 && !view.recorded()) {
            return wait("that there is another node than " + nodes(now.voters()) + " has still to be written down");
        }
        return null;
    }

    private static String state(View view, List<Voter> among, String node) {
        return among.stream()
                .filter(each -> each.nodeId().equals(node))
                .findFirst()
                .map(each -> each.isVacant()
                        ? "; it has not come yet"
                        : "; it has the log up to " + view.matches().getOrDefault(each.id(), 0L) + " of "
                                + view.lastIndex() + " on its disk, or has not been heard within the election time-out")
                .orElse("");
    }

    private static @Nullable Configuration exchanged(Configuration now, ShapeChange change) {
        boolean nobodyLeft = change.added().isEmpty()
                && now.voters().size() == 1
                && now.voter(change.removed()).isPresent();
        return nobodyLeft ? null : now.exchanging(change.added(), change.removed(), change.asWanted());
    }

    private static Verdict quorums(View view, ShapeChange change, Configuration next) {
        List<Voter> old = next.outgoing();
        List<Voter> good = old.stream().filter(view::isLive).toList();
        if (good.size() < old.size() / 2 + 1) {
            if (!view.isMajority(view.heard(), old)) {
                return wait(Voter.nodeOf(view.self()) + " has stood still, or hears no majority of the voters "
                        + nodes(old) + " and is about to give up its office");
            }
            if (view.isMajority(view.lately(), old)) {
                return wait(silent(old, good));
            }
            return refused("of the voters " + nodes(old) + " only " + nodes(good) + " are connected with "
                    + Voter.nodeOf(view.self()) + " and have the log, so that no change can be decided; start or mend "
                    + nodes(missing(old, good)));
        }
        List<Voter> then = next.voters();
        List<Voter> goodThen = then.stream().filter(view::isLive).toList();
        int majority = then.size() / 2 + 1;
        if (goodThen.size() < majority && view.isMajority(view.lately(), then)) {
            return wait(silent(then, goodThen));
        }
        if (goodThen.isEmpty()) {
            return refused("nobody but " + change.removed() + " has the whole log; let another voter catch up first");
        }
        if (goodThen.size() < majority) {
            return refused("the voters would be " + nodes(then) + ", of which " + majority + " must agree, and only "
                    + nodes(goodThen) + (goodThen.size() == 1 ? " is" : " are") + " connected and "
                    + (goodThen.size() == 1 ? "has" : "have") + " the log; start or mend "
                    + nodes(missing(then, goodThen))
                    + ", or add a voter first");
        }
        boolean removesItself = Voter.nodeOf(view.self()).equals(change.removed());
        boolean successor = old.stream()
                .anyMatch(voter -> !voter.id().equals(view.self()) && view.isLive(voter) && then.contains(voter));
        if (removesItself && successor) {
            return Verdict.of(
                    Decision.GIVE_WAY, change.removed() + " is the master, and hands over before it gives up its vote");
        }
        return Verdict.begin(
                "the voters would be " + nodes(then) + " instead of " + nodes(old)
                        + (then.size() == 2 ? "; the death of either of two stops all writes" : ""),
                next);
    }

    private static String silent(List<Voter> all, List<Voter> good) {
        return nodes(missing(all, good)) + " should have answered by now; it is waited for until that is silence";
    }

    private static List<Voter> missing(List<Voter> all, List<Voter> good) {
        List<Voter> missing = new ArrayList<>(all);
        missing.removeAll(good);
        return missing;
    }

    private static Verdict wait(String reason) {
        return Verdict.of(Decision.WAIT, reason);
    }

    private static Verdict refused(String reason) {
        return Verdict.of(Decision.REFUSED, reason);
    }

    private static String nodes(List<Voter> voters) {
        return voters.isEmpty() ? "none" : voters.stream().map(Voter::nodeId).collect(Collectors.joining(", "));
    }
}
