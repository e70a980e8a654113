package io.holdfast.replication.node;

import io.holdfast.core.Address;
import io.holdfast.core.runtime.Clock;
import io.holdfast.core.runtime.EventLoop;
import io.holdfast.replication.VoterList;
import io.holdfast.replication.VoterList.State;
import io.holdfast.replication.log.Configuration;
import io.holdfast.replication.log.Voter;
import io.holdfast.replication.node.VoterAnswer.Outcome;
import io.holdfast.replication.raft.Raft;
import io.holdfast.replication.raft.RaftInput;
import io.holdfast.replication.raft.RaftRole;
import io.holdfast.replication.raft.ShapeChange;
import io.holdfast.replication.raft.VoterPlan;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where the master is asked for other voters: keeps each wish until it has been carried out, its deadline has passed, or this
 * node is master no longer. On the loop.
 */
final class VoterDesk {
    private static final Logger LOG = LoggerFactory.getLogger(VoterDesk.class);
    private static final int MOST_WAITING = 32;
    /** Room for what can be begun, or answered, at once: by a node that leaves, by the autopilot. */
    private static final int MOST_AT_ONCE = 8;

    private static final long LOOK_NANOS = 25_000_000L;
    /** A hand-over includes the user's callbacks. */
    private static final long GIVE_WAY_NANOS = 3_000_000_000L;

    private final String node;
    private final Clock clock;
    private final EventLoop loop;
    private final Raft raft;
    private final Consumer<RaftInput> inputs;
    private final Consumer<String> giveWay;
    private final Function<Voter, Address> addresses;
    private final Meters meters;
    private final List<Wish> wishes = new ArrayList<>();
    private boolean looking;
    private boolean stopped;
    private boolean gaveWay;
    private long gaveWayNanos;

    /**
     * Makes one.
     *
     * @param giveWay hands mastership over to another voter in good order; takes the reason
     * @param addresses where a member is reached by now, which may have moved since it joined
     */
    VoterDesk(
            String node,
            Clock clock,
            EventLoop loop,
            Raft raft,
            Consumer<RaftInput> inputs,
            Consumer<String> giveWay,
            Function<Voter, Address> addresses,
            Meters meters) {
        this.node = node;
        this.clock = clock;
        this.loop = loop;
        this.raft = raft;
        this.inputs = inputs;
        this.giveWay = giveWay;
        this.addresses = addresses;
        this.meters = meters;
    }

    private static final class Wish {
        private final ShapeChange change;
        private final @Nullable Address address;
        private final long deadlineNanos;
        private final String by;
        private final CompletableFuture<VoterAnswer> answer = new CompletableFuture<>();
        private boolean begun;
        /** It takes somebody's vote. */
        private boolean tookVote;

        private int levelBefore;

        Wish(ShapeChange change, @Nullable Address address, long deadlineNanos, String by) {
            this.change = change;
            this.address = address;
            this.deadlineNanos = deadlineNanos;
            this.by = by;
        }
    }

    /**
     * Carries it out.
     *
     * @param address where the node that is added says that it is reached; null for anywhere
     * @param by who wants it, for the log
     * @return completes on the loop, always normally, within the limit
     */
    CompletableFuture<VoterAnswer> change(
            ShapeChange change, @Nullable Address address, long limitNanos, boolean dryRun, String by) {
        Wish wish = new Wish(change, address, clock.nanoTime() + limitNanos, by);
        int most = waits(change) ? MOST_WAITING : MOST_WAITING + MOST_AT_ONCE;
        if (wishes.size() >= most && !dryRun) {
            // Neither counted nor in the log: whoever asked asks again soon, until its time is up.
            wish.answer.complete(VoterAnswer.elsewhere(
                    most + " changes of who votes wait at " + node + " already, which is the most"));
        } else if (dryRun) {
            look(wish, true);
        } else {
            LOG.info("{} is asked by {} to {}", node, by, change);
            wishes.add(wish);
            look();
        }
        return wish.answer;
    }

    /** Not those that wait, for nodes that may never come, are to keep others from what need not wait. */
    private boolean waits(ShapeChange change) {
        return raft.role() == RaftRole.LEADER && raft.plan(change).decision() == VoterPlan.Decision.WAIT;
    }

    private void look() {
        for (Wish wish : List.copyOf(wishes)) {
            look(wish, false);
        }
        wishes.removeIf(wish -> wish.answer.isDone());
        if (!wishes.isEmpty() && !looking && !stopped) {
            looking = true;
            loop.schedule(LOOK_NANOS, () -> {
                looking = false;
                look();
            });
        }
    }

    private void look(Wish wish, boolean dryRun) {
        if (stopped || raft.role() != RaftRole.LEADER) {
            lookWithoutMastership(wish);
            return;
        }
        String wrong = wrongAddress(wish);
        VoterPlan.Verdict verdict = raft.plan(wish.change);
        boolean late = clock.nanoTime() - wish.deadlineNanos >= 0;
        switch (verdict.decision()) {
            case DONE -> end(wish, wish.begun ? Outcome.DONE : Outcome.ALREADY, verdict.reason());
            case REFUSED -> end(wish, Outcome.REFUSED, verdict.reason());
            case WAIT -> {
                if (wish.begun && late) {
                    end(wish, Outcome.UNKNOWN, "it has begun, and is not decided yet: " + verdict.reason());
                } else if (late || dryRun) {
                    end(wish, Outcome.NOT_YET, verdict.reason());
                }
            }
            case GIVE_WAY -> {
                if (dryRun) {
                    end(wish, Outcome.POSSIBLE, verdict.reason());
                } else {
                    giveWay(wish.change + " is wanted by " + wish.by);
                    end(wish, VoterAnswer.elsewhere(verdict.reason()));
                }
            }
            case BEGIN -> {
                if (!wrong.isEmpty()) {
                    end(wish, Outcome.REFUSED, wrong);
                } else if (dryRun) {
                    end(wish, Outcome.POSSIBLE, verdict.reason());
                } else if (late) {
                    end(wish, Outcome.NOT_YET, "its time was up when it could have begun");
                } else {
                    LOG.info("{} begins to {}, as {} wants: {}", node, wish.change, wish.by, verdict.reason());
                    wish.tookVote =
                            raft.configuration().voter(wish.change.removed()).isPresent();
                    wish.levelBefore = raft.configuration().level();
                    inputs.accept(new RaftInput.Reshape(wish.change));
                    wish.begun = raft.plan(wish.change).decision() != VoterPlan.Decision.BEGIN;
                }
            }
        }
    }

    /** A master that has removed itself stepped down in the step that decided it. */
    private void lookWithoutMastership(Wish wish) {
        Configuration now = raft.configuration();
        // Who had no vote has left when it is no member: that it has no vote would be so if the change had been lost.
        boolean left = wish.tookVote ? now.voter(wish.change.removed()).isEmpty() : !now.knows(wish.change.removed());
        boolean as = wish.change.raises()
                ? now.level() > wish.levelBefore
                : left
                        && (wish.change.added().isEmpty()
                                || now.voter(wish.change.added()).isPresent());
        boolean decided = !now.isJoint() && raft.configurationIndex() <= raft.commitIndex();
        if (wish.begun && as && decided) {
            end(wish, Outcome.DONE, wish.change + " is decided");
        } else {
            String why = node + " is not the master" + (wish.begun ? " any more" : "");
            // Of what has begun another's log may have a copy, although this one has lost it.
            long index = wish.begun ? Math.max(1, raft.configurationIndex()) : 0;
            end(wish, new VoterAnswer(Outcome.ELSEWHERE, why, List.of(), index));
        }
    }

    private void giveWay(String reason) {
        if (!gaveWay || clock.nanoTime() - gaveWayNanos > GIVE_WAY_NANOS) {
            gaveWay = true;
            gaveWayNanos = clock.nanoTime();
            giveWay.accept(reason);
        }
    }

    private String wrongAddress(Wish wish) {
        return raft.configuration()
                .standby(wish.change.added())
                .filter(newcomer ->
                        wish.address != null && !addresses.apply(newcomer).equals(wish.address))
                .map(newcomer -> newcomer.nodeId() + " says that it is reached at " + addresses.apply(newcomer)
                        + ", not at " + wish.address + ": name that address, or see which process has that node id")
                .orElse("");
    }

    private void end(Wish wish, Outcome outcome, String detail) {
        List<String> voters =
                raft.configuration().voters().stream().map(Voter::nodeId).toList();
        end(wish, new VoterAnswer(outcome, detail, voters, raft.configurationIndex()));
    }

    private void end(Wish wish, VoterAnswer answer) {
        meters.voterChange(answer.outcome());
        LOG.info("{}: {}, wanted by {}: {}, {}", node, wish.change, wish.by, answer.outcome(), answer.detail());
        wish.answer.complete(answer);
    }

    /** Who votes, as this node knows. */
    VoterList list() {
        boolean master = raft.role() == RaftRole.LEADER;
        Configuration now = raft.configuration();
        Map<String, Long> matches = raft.matches();
        List<VoterList.Member> members = new ArrayList<>();
        VoterLists.states(now).forEach((voter, state) -> members.add(member(voter, state, master, matches)));
        return new VoterList(node, raft.configurationIndex(), now.isJoint(), now.votersWanted(), members);
    }

    private VoterList.Member member(Voter voter, State state, boolean master, Map<String, Long> matches) {
        boolean self = voter.id().equals(raft.self());
        long match = self ? raft.lastIndex() : master ? matches.getOrDefault(voter.id(), 0L) : -1;
        return new VoterList.Member(
                voter.nodeId(),
                voter.isVacant() ? "" : voter.diskId().toString(),
                addresses.apply(voter),
                state,
                match,
                match < 0 ? -1 : Math.max(0, raft.lastIndex() - match),
                self || raft.reached().contains(voter.id()),
                self ? master : raft.hasCaughtUp(voter.id()));
    }

    /** Whatever waits is answered by that. */
    void stop() {
        stopped = true;
        look();
    }
}
