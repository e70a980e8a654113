package io.holdfast.replication.raft;

import io.holdfast.replication.log.BatchMeta;
import io.holdfast.replication.log.Configuration;
import io.holdfast.replication.log.Voter;
import io.holdfast.replication.raft.RaftEffect.AppendConfiguration;
import io.holdfast.replication.raft.RaftEffect.NotTakenIn;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The leader changes who belongs to the group: a node that comes back with an empty disk is another one, to whom nobody owes
 * its former vote. It gets the log as a learner first (Ongaro's thesis, 4.2.1), and then takes the place of its former self
 * by joint consensus (4.3), unless that one is alive.
 *
 * <p>One change at a time: the next is begun when the one before is decided, and the leader has committed an entry of its own
 * term. (The second is what the single-server changes of 4.1 once lacked; joint ones do not need it to be safe.)
 */
final class Reconfiguration {
    private final RaftState s;
    private final Replicator replicator;
    /** What this node would know after the loss of its log's end. */
    private @Nullable Configuration recorded;

    Reconfiguration(RaftState state, Replicator replicator) {
        this.s = state;
        this.replicator = replicator;
    }

    void recorded(Configuration configuration) {
        recorded = configuration;
    }

    /** Somebody who may not belong to the group has said who it is. */
    void met(Voter stranger) {
        boolean known = s.members.current().members().stream()
                .anyMatch(member -> member.id().equals(stranger.id()));
        if (known || stranger.isVacant()) {
            return;
        }
        String reason = whyNot(stranger);
        if (reason != null) {
            s.effects.add(new NotTakenIn(stranger, reason));
        } else if (isDecided()) {
            begin(s.members.current().withLearner(stranger));
        } // else it says so again
    }

    private @Nullable String whyNot(Voter stranger) {
        if (!s.members.current().hasPlaceFor(stranger.nodeId())) {
            return "no node of that id belongs to the cluster";
        }
        Voter former = former(stranger);
        if (former != null && replicator.hearsLately(former.id())) {
            return "a node of that id on disk " + former.diskId() + " is alive: give each process its own node id";
        }
        return null;
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
        if ((!current.isJoint() && current.learners().isEmpty()) || !isDecided()) {
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
        BatchMeta batch = BatchMeta.ofOne(s.log.lastIndex() + 1, s.term, next.encode().length);
        s.log.append(batch);
        s.effects.add(new AppendConfiguration(batch, next));
        s.members.append(batch.firstIndex(), next);
        s.configurationChanged();
        replicator.membersChanged();
        replicator.proposed();
    }
}
