package io.holdfast.replication.node;

import io.holdfast.core.Explanation.Finding;
import io.holdfast.core.Explanation.State;
import io.holdfast.core.HaEvent;
import io.holdfast.core.MemberState;
import io.holdfast.core.spi.FeatureContext;
import io.holdfast.replication.Autopilot;
import io.holdfast.replication.log.Configuration;
import io.holdfast.replication.log.Voter;
import io.holdfast.replication.raft.Raft;
import io.holdfast.replication.raft.RaftRole;
import io.holdfast.replication.raft.ShapeChange;
import io.holdfast.replication.raft.VoterPlan;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Does on the master what {@link AutopilotPlan} decides, and says so. On the loop, save for {@link #finding}. */
final class AutopilotDriver {
    private static final Logger LOG = LoggerFactory.getLogger(AutopilotDriver.class);
    private static final String BY = "the autopilot";
    private static final long LIMIT_NANOS = 60_000_000_000L;
    /** Looks are half a second apart: after so long this node stood still, and what it has heard of others is old. */
    private static final long STOOD_STILL_NANOS = 5_000_000_000L;

    /** More than can be true at a time of the voters and learners that there are. */
    private static final int MOST_SAID = 1_024;

    private final FeatureContext context;
    private final AutopilotSettings settings;
    private final Raft raft;
    private final VoterDesk desk;
    private final MemberTies members;
    private final Meters meters;
    private long term;
    private long quietSinceNanos;
    private long lookedNanos;
    private boolean acts;
    /** Which nodes vote, and which decide besides while that is being changed. */
    private List<Set<String>> votes;
    /** Who stands by, is alive, and has the log. */
    private final Steadiness standby = new Steadiness();
    /** What it would do, or cannot, has been said of this state of affairs: each thing once, in whatever order they come. */
    private final SaidOnce said = new SaidOnce(MOST_SAID);

    private volatile @Nullable Finding finding;

    /** What became of a decision, in the meter. */
    enum Outcome {
        /** It is decided. */
        DONE,
        /** It was not done, or is not known to be. */
        NOT_DONE,
        /** A dry run: it would have been begun. */
        DRY_RUN
    }

    AutopilotDriver(
            FeatureContext context,
            AutopilotSettings settings,
            Raft raft,
            VoterDesk desk,
            MemberTies members,
            Meters meters) {
        this.context = context;
        this.settings = settings;
        this.raft = raft;
        this.desk = desk;
        this.members = members;
        this.meters = meters;
        this.votes = votes(raft.configuration());
        this.lookedNanos = now();
    }

    /** By node id: whoever comes back with another disk, and takes its own place, votes as it has done. */
    private static List<Set<String>> votes(Configuration of) {
        Set<String> voters = nodes(of.voters());
        Set<String> outgoing = nodes(of.outgoing());
        return List.of(voters, outgoing.equals(voters) ? Set.of() : outgoing);
    }

    private static Set<String> nodes(List<Voter> of) {
        Set<String> nodes = new TreeSet<>();
        of.forEach(voter -> nodes.add(voter.nodeId()));
        return nodes;
    }

    /** Others may vote from now on. Who comes and goes, again and again perhaps, holds nothing up, with or without a vote. */
    void configurationChanged(Configuration now) {
        if (!votes(now).equals(votes)) {
            votes = votes(now);
            quietSinceNanos = now();
            said.clear();
        }
    }

    /** For people; null where there is nothing to say: it is the master's business. Safe from any thread. */
    @Nullable
    Finding finding() {
        return finding;
    }

    private long now() {
        return context.runtime().clock().nanoTime();
    }

    /** Looks, now and then. */
    void tick() {
        long now = now();
        if (now - lookedNanos > STOOD_STILL_NANOS) {
            quietSinceNanos = now;
            standby.clear();
        }
        lookedNanos = now;
        if (raft.role() != RaftRole.LEADER) {
            finding = null;
            said.clear();
            standby.clear();
            return;
        }
        if (raft.term() != term) {
            term = raft.term();
            quietSinceNanos = now;
            said.clear();
            standby.clear();
        }
        standby.there(AutopilotPlan.staying(raft.configuration(), raft.sound(), members.seen()), now);
        if (settings.mode() == Autopilot.OFF || !members.exist()) {
            show(
                    State.OK,
                    settings.mode() == Autopilot.OFF
                            ? "it is off"
                            : "this node has no membership: who votes is" + " changed by people alone",
                    "");
        } else if (!acts) {
            look();
        }
    }

    private Set<String> ready() {
        Set<String> ready = new TreeSet<>(raft.caughtUp());
        ready.retainAll(raft.sound());
        return ready;
    }

    private void look() {
        AutopilotPlan.Decision decision = AutopilotPlan.decide(view());
        ShapeChange change = decision.change();
        if (change == null) {
            if (!decision.lacks().isEmpty()) {
                sayOnce("lacks " + decision.lacks() + ailing(), decision.reason() + "; " + decision.lacks());
            }
            show(decision.lacks().isEmpty() ? State.OK : State.WAITING, decision.reason(), decision.lacks());
            return;
        }
        VoterPlan.Verdict verdict = raft.plan(change);
        if (verdict.decision() != VoterPlan.Decision.BEGIN) {
            String why = "would " + change + ": " + decision.reason() + "; but not now: " + verdict.reason();
            sayOnce("not now " + change + ailing(), why);
            show(State.WAITING, why, "");
        } else if (settings.mode() == Autopilot.DRY_RUN) {
            String why = "would " + change + " if this were no dry run: " + decision.reason();
            if (sayOnce("dry run " + change + ailing(), why)) {
                meters.autopilot(Outcome.DRY_RUN);
                context.event(HaEvent.Kind.AUTOPILOT, subject(change), why);
            }
            show(State.WAITING, why, "ha voters, or autopilot.mode=ON");
        } else {
            act(change, decision.reason());
        }
    }

    @SuppressWarnings("FutureReturnValueIgnored") // the desk always answers
    private void act(ShapeChange change, String reason) {
        acts = true;
        LOG.warn("{}: the autopilot begins to {}: {}", context.node().id(), change, reason);
        context.event(HaEvent.Kind.AUTOPILOT, subject(change), change + ": " + reason);
        show(State.WAITING, "it has begun to " + change + ": " + reason, "");
        desk.change(change.whileAsManyAreWanted(), null, LIMIT_NANOS, false, BY).thenAccept(answer -> {
            acts = false;
            quietSinceNanos = now();
            boolean done = answer.outcome() == VoterAnswer.Outcome.DONE;
            meters.autopilot(done ? Outcome.DONE : Outcome.NOT_DONE);
            if (!done) {
                LOG.warn(
                        "{}: the autopilot did not {}: {}, {}",
                        context.node().id(),
                        change,
                        answer.outcome(),
                        answer.detail());
            }
        });
    }

    private static String subject(ShapeChange change) {
        return change.removed().isEmpty() ? change.added() : change.removed();
    }

    /** Which voters have been dead for long enough, and since when: whoever has been back meanwhile dies anew. */
    private String ailing() {
        StringBuilder dead = new StringBuilder();
        Map<String, AutopilotPlan.Seen> seen = members.seen();
        for (Voter voter : raft.configuration().voters()) {
            AutopilotPlan.Seen of = seen.get(voter.nodeId());
            if (of != null
                    && of.state() == MemberState.DEAD
                    && now() - of.sinceNanos() >= settings.replaceAfterNanos()) {
                dead.append(' ').append(voter.nodeId()).append('@').append(of.sinceNanos());
            }
        }
        return dead.toString();
    }

    private boolean sayOnce(String what, String text) {
        if (!said.isNews(what)) {
            return false;
        }
        LOG.warn("{}: the autopilot: {}", context.node().id(), text);
        return true;
    }

    private void show(State state, String reason, String whatToDo) {
        finding = new Finding("autopilot", state, reason, whatToDo);
    }

    private AutopilotPlan.View view() {
        Configuration now = raft.configuration();
        Map<String, Long> silent = new TreeMap<>();
        for (Voter member : now.members()) {
            silent.put(member.id(), raft.silentNanos(member.id()));
        }
        return new AutopilotPlan.View(
                now(),
                raft.self(),
                now,
                !now.isJoint() && raft.configurationIndex() <= raft.commitIndex(),
                raft.committedInTerm(),
                silent,
                ready(),
                standby.steadyNanos(now()),
                members.seen(),
                quietSinceNanos,
                settings.target(now.votersWanted()),
                settings.replaceAfterNanos());
    }
}
