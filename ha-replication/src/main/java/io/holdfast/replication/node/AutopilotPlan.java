package io.holdfast.replication.node;

import io.holdfast.core.MemberState;
import io.holdfast.replication.log.Configuration;
import io.holdfast.replication.log.Voter;
import io.holdfast.replication.raft.ShapeChange;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * What the autopilot does next, or why nothing: a function of what the master knows. At most one change, and none soon after
 * another.
 *
 * <ul>
 *   <li>A voter is replaced that the membership calls dead <em>and</em> that replication has not heard, both for so long: one of
 *       the two alone may be wrong, a network that lets only some connections through for example.
 *   <li>Who stopped in good order ({@link MemberState#LEFT}) is coming back, from an update perhaps, and whoever the membership has
 *       never seen may never have been there: neither is touched.
 *   <li>Only who is alive and has the log gets a vote, and has for half a minute without a break: whoever comes and goes would as a
 *       voter, too. Of those rather one in the zone of the dead.
 *   <li>While no majority of the present voters is connected and has the log nothing is done.
 *   <li>If there are fewer voters than there should be, votes are given; not one that makes their number even while no other
 *       learner is there to follow.
 * </ul>
 */
final class AutopilotPlan {
    /**
     * Between a change of who votes, or of the master, and what the autopilot does next; shorter where a voter is to be replaced
     * sooner.
     */
    static final long PAUSE_NANOS = 30_000_000_000L;

    /** For how long a learner has to be there before it gets a vote; shorter where a voter is to be replaced sooner. */
    static final long STEADY_NANOS = 30_000_000_000L;

    private static final long SECOND = 1_000_000_000L;

    /**
     * What the membership says of a node.
     *
     * @param sinceNanos since when that is so, as far as this node knows
     */
    record Seen(MemberState state, long sinceNanos, String zone) {}

    /**
     * What the master knows.
     *
     * @param self its name as a voter
     * @param decided true if the configuration is committed and not a joint one
     * @param serves true if an entry of the master's own term is committed
     * @param silentNanos how long each member of the log's cluster has not been heard, by its name as a voter
     * @param ready who of those is heard, is not down, and lacks nothing that is not on its way
     * @param steadyNanos for how long those who stand by have been alive and heard without a break, with the same disk, by name
     * @param members what the membership says, by node id
     * @param quietSinceNanos when who votes, or the master, changed last, or this node went on after it had stood still
     * @param target how many are to vote
     * @param replaceAfterNanos for how long a voter has to be dead
     */
    record View(
            long nowNanos,
            String self,
            Configuration configuration,
            boolean decided,
            boolean serves,
            Map<String, Long> silentNanos,
            Set<String> ready,
            Map<String, Long> steadyNanos,
            Map<String, Seen> members,
            long quietSinceNanos,
            int target,
            long replaceAfterNanos) {
        private boolean isGood(Voter voter) {
            return voter.id().equals(self) || ready.contains(voter.id());
        }

        private @Nullable MemberState state(Voter voter) {
            Seen seen = members.get(voter.nodeId());
            return seen == null ? null : seen.state();
        }

        private String zone(Voter voter) {
            Seen seen = members.get(voter.nodeId());
            return seen == null ? "" : seen.zone();
        }

        private long deadNanos(Voter voter) {
            Seen seen = members.get(voter.nodeId());
            return seen == null || seen.state() != MemberState.DEAD ? 0 : nowNanos - seen.sinceNanos();
        }

        private long silent(Voter voter) {
            return voter.id().equals(self) ? 0 : silentNanos.getOrDefault(voter.id(), 0L);
        }

        /** For how long a learner has to have been there. */
        private long enoughNanos() {
            return Math.min(STEADY_NANOS, replaceAfterNanos);
        }

        private long steady(Voter learner) {
            return steadyNanos.getOrDefault(learner.id(), 0L);
        }

        private boolean isDead(Voter voter) {
            return deadNanos(voter) >= replaceAfterNanos && silent(voter) >= replaceAfterNanos;
        }
    }

    /**
     * What is to be done.
     *
     * @param change null for nothing
     * @param reason why, or why nothing
     * @param lacks what somebody has to do before the autopilot can do anything; empty if it needs nothing
     */
    record Decision(@Nullable ShapeChange change, String reason, String lacks) {}

    private AutopilotPlan() {}

    static Decision decide(View view) {
        if (!view.serves()) {
            return nothing("this master has no entry of its own term committed yet");
        }
        if (!view.decided()) {
            return nothing("who belongs to the cluster is being changed");
        }
        long quiet = view.nowNanos() - view.quietSinceNanos();
        long pause = Math.min(PAUSE_NANOS, view.replaceAfterNanos());
        if (quiet < pause) {
            return nothing("who votes, or the master, changed " + seconds(quiet)
                    + " ago, or this node stood still until then; it looks after " + seconds(pause));
        }
        List<Voter> voters = view.configuration().voters();
        long good = voters.stream().filter(view::isGood).count();
        if (good < voters.size() / 2 + 1) {
            return nothing("of " + voters.size() + " voters " + good
                    + " are connected and have the log: no change could be decided");
        }
        List<Voter> dead = voters.stream()
                .filter(view::isDead)
                .sorted(Comparator.<Voter>comparingLong(voter -> -view.deadNanos(voter))
                        .thenComparing(Voter::nodeId))
                .toList();
        List<Voter> there = there(view);
        List<Voter> learners = there.stream()
                .filter(learner -> view.steady(learner) >= view.enoughNanos())
                .toList();
        if (!dead.isEmpty()) {
            return learners.isEmpty()
                    ? withoutLearner(view, dead.get(0), there)
                    : replaced(view, dead.get(0), learners);
        }
        return voters.size() < view.target() ? grown(view, learners, there) : nothing(state(view));
    }

    /**
     * Who might be given a vote if it stays: by name as a voter. Whether it has the log is asked when it is given one; a learner
     * that is behind for an instant, as each is under load, is no less there.
     */
    static Set<String> staying(Configuration configuration, Set<String> sound, Map<String, Seen> members) {
        Set<String> staying = new TreeSet<>();
        for (Voter learner : configuration.standby()) {
            Seen seen = members.get(learner.nodeId());
            if (sound.contains(learner.id()) && seen != null && seen.state() == MemberState.ALIVE) {
                staying.add(learner.id());
            }
        }
        return staying;
    }

    /** Who may get a vote if it stays, by node id. */
    private static List<Voter> there(View view) {
        return view.configuration().standby().stream()
                .filter(learner -> view.ready().contains(learner.id()) && view.state(learner) == MemberState.ALIVE)
                .sorted(Comparator.comparing(Voter::nodeId))
                .toList();
    }

    private static Decision replaced(View view, Voter dead, List<Voter> learners) {
        String zone = view.zone(dead);
        Voter successor = learners.stream()
                .filter(learner -> view.zone(learner).equals(zone))
                .findFirst()
                .orElse(learners.get(0));
        return new Decision(
                ShapeChange.replace(dead.nodeId(), successor.nodeId()),
                describe(view, dead) + "; " + successor.nodeId() + inZone(view, successor)
                        + ", which has the log, gets its vote",
                "");
    }

    private static Decision withoutLearner(View view, Voter dead, List<Voter> there) {
        if (!there.isEmpty()) {
            return new Decision(
                    null,
                    describe(view, dead) + "; " + tooNew(view, there),
                    "wait; if a learner does not stay, its log says why");
        }
        return new Decision(
                null,
                describe(view, dead) + ", and there is no learner that is alive and has the log",
                "start " + dead.nodeId() + ", or another node with LogReplication.inDirectory(...).join(...)");
    }

    private static String tooNew(View view, List<Voter> there) {
        List<String> each = there.stream()
                .filter(learner -> view.steady(learner) < view.enoughNanos())
                .map(learner -> learner.nodeId() + " has been there for " + seconds(view.steady(learner)))
                .toList();
        return each.isEmpty()
                ? ""
                : String.join(", ", each) + " of the " + seconds(view.enoughNanos()) + " before it gets a vote";
    }

    private static Decision grown(View view, List<Voter> learners, List<Voter> there) {
        List<Voter> voters = view.configuration().voters();
        String few = "there are " + voters.size() + " voters, and " + view.target() + " are wanted";
        boolean wouldBeEven = voters.size() % 2 == 1;
        if (learners.isEmpty() || (wouldBeEven && learners.size() < 2)) {
            if (there.size() > learners.size()) {
                return nothing(few + "; " + tooNew(view, there) + also(view));
            }
            return nothing(few + "; "
                    + (learners.isEmpty()
                            ? "there is no learner that is alive and has the log"
                            : "one more learner than " + learners.get(0).nodeId()
                                    + " is needed, since an even number of voters survives no more deaths")
                    + also(view));
        }
        Voter added = learners.stream()
                .min(Comparator.<Voter>comparingLong(learner -> voters.stream()
                                .filter(voter -> view.zone(voter).equals(view.zone(learner)))
                                .count())
                        .thenComparing(Voter::nodeId))
                .orElseThrow();
        return new Decision(
                ShapeChange.add(added.nodeId()),
                few + "; " + added.nodeId() + inZone(view, added) + ", which has the log, gets a vote",
                "");
    }

    /** Why there is nothing to do: of whoever is not as it should be, what is waited for. */
    private static String state(View view) {
        String also = also(view);
        return also.isEmpty() ? "all voters are there" : also.substring(2);
    }

    private static String also(View view) {
        List<String> all = new ArrayList<>();
        for (Voter voter : view.configuration().voters()) {
            boolean quiet = view.silent(voter) >= Math.min(10 * SECOND, view.replaceAfterNanos());
            MemberState state = view.state(voter);
            if (state == MemberState.DEAD) {
                all.add(describe(view, voter)
                        + (quiet ? "; it is replaced when both are " : "; it is not silent for ")
                        + seconds(view.replaceAfterNanos()));
            } else if (quiet && state == null) {
                all.add(voter.nodeId() + " is silent, and the membership has never seen it: only people can tell");
            } else if (quiet && state == MemberState.LEFT) {
                all.add(voter.nodeId() + " was stopped in good order, and is waited for");
            } else if (quiet) {
                all.add(voter.nodeId() + " is silent in replication, and " + state + " to the membership");
            }
        }
        return all.isEmpty() ? "" : "; " + String.join("; ", all);
    }

    private static String describe(View view, Voter dead) {
        return dead.nodeId() + inZone(view, dead) + " is dead to the membership for " + seconds(view.deadNanos(dead))
                + ", and silent in replication for " + seconds(view.silent(dead));
    }

    private static String inZone(View view, Voter voter) {
        String zone = view.zone(voter);
        return zone.isEmpty() ? "" : " (zone " + zone + ")";
    }

    private static Decision nothing(String reason) {
        return new Decision(null, reason, "");
    }

    private static String seconds(long nanos) {
        return Math.max(0, nanos) / SECOND + " s";
    }
}
