package io.holdfast.replication.raft;

import io.holdfast.replication.log.BatchMeta;
import io.holdfast.replication.log.Configuration;
import io.holdfast.replication.log.FeatureLevel;
import io.holdfast.replication.log.Voter;
import io.holdfast.replication.raft.RaftEffect.AppendConfiguration;
import io.holdfast.replication.raft.RaftEffect.NotTakenIn;
import io.holdfast.replication.raft.RaftMessage.NotMember;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The leader changes who belongs to the group: a node that comes back with an empty disk is another one, to whom nobody owes
 * its former vote. It gets the log as a learner first (Ongaro's thesis, 4.2.1), and then takes the place of its former self
 * by joint consensus (4.3), unless that one is alive.
 *
 * <p>Who has no place and asks to join gets the log and stands by, until a {@link ShapeChange} gives it a vote. What of those may
 * begin is said by {@link VoterPlan}; how it goes on, and that it does after a change of leader, is the same for all.
 *
 * <p>One change at a time: the next is begun when the one before is decided, and the leader has committed an entry of its own
 * term. (The second is what the single-server changes of 4.1 once lacked; joint ones do not need it to be safe.)
 */
final class Reconfiguration {
    private static final int MOST_STANDBY = 16;

    private final RaftState s;
    private final Replicator replicator;
    /** What this node would know after the loss of its log's end. */
    private @Nullable Configuration recorded;
    /**
     * Who belongs to the group no longer if what is newest is decided. It is told then: until then that can be lost, and, where
     * it had a vote, who stays may need that, also where no other configuration can follow: whoever is told may be
     * stopped for good.
     */
    private final List<String> leaving = new ArrayList<>();

    Reconfiguration(RaftState state, Replicator replicator) {
        this.s = state;
        this.replicator = replicator;
    }

    void recorded(Configuration configuration) {
        recorded = configuration;
    }

    /** Somebody who may not belong to the group has said who it is. */
    void met(Voter stranger, boolean joins, int level) {
        Configuration current = s.members.current();
        if (stranger.isVacant() || current.isMember(stranger.id())) {
            return;
        }
        boolean place = current.hasPlaceFor(stranger.nodeId());
        String reason = level < current.level()
                ? FeatureLevel.tooHigh(stranger.nodeId(), current.level(), level)
                : place ? whyNot(stranger) : whyNotStandby(stranger, joins);
        if (reason != null) {
            s.effects.add(new NotTakenIn(stranger, reason));
            if (!place) {
                tellNoMember(stranger.id());
            }
        } else if (isDecided()) {
            begin(place ? current.withLearner(stranger) : current.withStandby(stranger));
        } // else it says so again
    }

    /**
     * Whoever was removed while it was away believes that it belongs to the group, and so does who was taken in by an entry that
     * was lost with its leader: as of what is decided now, it does not.
     */
    void tellNoMember(String id) {
        if (isDecided()
                && !s.members.current().isJoint()
                && !s.members.current().isMember(id)) {
            s.send(id, new NotMember(s.term, s.commit));
        }
    }

    private @Nullable String whyNotStandby(Voter stranger, boolean joins) {
        if (!joins) {
            return "no node of that id belongs to the cluster";
        }
        Configuration current = s.members.current();
        Voter former = current.standby(stranger.nodeId()).orElse(null);
        if (former != null && replicator.hearsLately(former.id())) {
            return alive(former);
        }
        return former == null && current.standby().size() >= MOST_STANDBY
                ? MOST_STANDBY + " nodes stand by already, which is the most; remove one: ha voters remove NODE"
                : null;
    }

    private static String alive(Voter former) {
        return "a node of that id on disk " + former.diskId() + " is alive: give each process its own node id";
    }

    /** True if all is as it is to be without this leader, which then has to go (thesis, 4.2.2). */
    boolean leadsOthersOnly() {
        return !s.members.current().isJoint() && s.members.index() <= s.commit && !s.members.votes(s.config.self());
    }

    VoterPlan.Verdict plan(ShapeChange change) {
        VoterPlan.View view = new VoterPlan.View(
                s.config.self(),
                s.members.current(),
                s.members.index(),
                s.members.index() <= s.commit,
                s.log.termAt(s.commit) == s.term,
                s.members.current().equals(recorded),
                replicator.live(),
                replicator.caughtUp(),
                replicator.heardLately(),
                replicator.matches(),
                s.log.lastIndex());
        return change.raises() ? LevelPlan.decide(view, replicator.levels()) : VoterPlan.decide(view, change);
    }

    /** Begins it if it may; whoever asked looks at what came of it. */
    void reshape(ShapeChange change) {
        Configuration next = plan(change).next();
        if (next != null) {
            begin(next);
        }
    }

    private @Nullable String whyNot(Voter stranger) {
        Voter former = former(stranger);
        return former != null && replicator.hearsLately(former.id()) ? alive(former) : null;
    }

    /** Whose place it would take; null if that place is empty. */
    private @Nullable Voter former(Voter newcomer) {
        return s.members.current().voters().stream()
                .filter(voter ->
                        voter.nodeId().equals(newcomer.nodeId()) && !voter.id().equals(newcomer.id()))
                .findFirst()
                .orElse(null);
    }

    private boolean isDecided() {
        return s.members.index() <= s.commit && s.log.termAt(s.commit) == s.term;
    }

    /** Goes on with what has been begun. */
    void advance() {
        Configuration current = s.members.current();
        if (!isDecided()) {
            return;
        }
        if (!current.isJoint()) {
            leaving.forEach(this::tellNoMember);
            leaving.clear();
        }
        if (!current.isJoint() && current.learners().isEmpty()) {
            return;
        }
        if (current.isJoint()) {
            begin(current.decided());
            return;
        }
        if (!current.equals(recorded)) {
            return; // a lone voter that forgets whom it has given a vote would lead against them
        }
        List<Voter> ready = new ArrayList<>();
        int places = 0;
        int waiting = 0;
        for (Voter learner : current.learners()) {
            Voter former = former(learner);
            boolean free = former == null || !replicator.hearsLately(former.id());
            if (!learner.isVacant() && free && replicator.hasCaughtUp(learner.id())) {
                ready.add(learner);
                places += former == null ? 1 : 0;
            } else {
                waiting += former == null ? 1 : 0;
            }
        }
        // Two voters are worse than one: either's death stops them.
        boolean even = (current.voters().size() + places) % 2 == 0;
        if (!ready.isEmpty() && (places == 0 || !even || waiting == 0)) {
            begin(current.promoting(ready));
        }
    }

    private void begin(Configuration next) {
        if (next.level() < s.members.current().level()) {
            throw new IllegalStateException("the level of " + s.members.current() + " falls in " + next);
        }
        BatchMeta batch = BatchMeta.ofOne(s.log.lastIndex() + 1, s.term, next.encode().length);
        s.log.append(batch);
        s.effects.add(new AppendConfiguration(batch, next));
        Configuration before = s.members.current();
        s.members.append(batch.firstIndex(), next);
        for (Voter left : before.members()) {
            if (!next.isMember(left.id()) && !left.id().equals(s.config.self())) {
                leaving.add(left.id());
            }
        }
        s.configurationChanged();
        replicator.membersChanged();
        replicator.proposed();
    }
}
