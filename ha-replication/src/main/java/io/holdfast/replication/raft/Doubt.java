package io.holdfast.replication.raft;

import io.holdfast.replication.raft.RaftMessage.LogStatusReply;
import io.holdfast.replication.raft.RaftMessage.LogStatusRequest;
import java.util.Set;
import java.util.TreeSet;

/**
 * A voter that cannot trust the end of its own memory: it cut a tail that was not empty, or found a damaged vote, and
 * cannot tell what was torn before it was forced from what was forced and then damaged. It may have promised what it no
 * longer knows.
 *
 * <p>So it neither votes nor stands, until either it has caught up with a leader, or it has heard every other voter's
 * last (term, index): of an entry that was committed with this voter's help, at least one other voter still has it.
 * From then on it votes for nobody whose log is older than the newest of those. In the term in which doubt ends it does
 * not vote, since it may have done so before.
 *
 * <p>If its log was damaged below what had been forced, it may know besides up to where entries are committed: no log that
 * ends before that is whole, and if none is, there is no election. Better no cluster than one that has forgotten silently.
 *
 * <p>If it found a damaged vote, its term is lost, too, and with it the promise to hear nobody of an earlier one. An old
 * leader could count its acknowledgements, against a new one that has its vote; and only that one is sure to know of it.
 * So it takes no part in anything until it has heard every other voter.
 */
final class Doubt {
    private final RaftState s;
    private final TreeSet<String> heard = new TreeSet<>();
    private boolean doubtful;
    private boolean voteDoubtful;
    /** True until this node certainly has what it may have lost; the disk remembers it over restarts. */
    private boolean unsettled;

    private long floorTerm;
    private long floorIndex;
    private long highestTerm;
    /** The end of the log of the leader that we are catching up with, and its term. */
    private long targetTerm;

    private long targetIndex;

    /** No log that ends before it is whole. */
    private long neededIndex;

    Doubt(RaftState state, boolean tailDoubtful, long neededIndex, boolean voteDoubtful) {
        this.s = state;
        this.neededIndex = neededIndex;
        this.unsettled = tailDoubtful || voteDoubtful;
        this.doubtful = unsettled && state.config.shared();
        this.voteDoubtful = voteDoubtful && state.config.shared();
    }

    boolean knowsItsTerm() {
        return !voteDoubtful;
    }

    boolean mayVote() {
        return !doubtful;
    }

    boolean mayStand() {
        return !doubtful && allows(s.log.lastTerm(), s.log.lastIndex());
    }

    /** True if a log that ends there misses nothing that this node may once have acknowledged. */
    boolean allows(long lastTerm, long lastIndex) {
        return lastIndex >= neededIndex && Election.atLeast(lastTerm, lastIndex, floorTerm, floorIndex);
    }

    /** Asks the others, as long as there is doubt. */
    void ask() {
        if (doubtful) {
            for (String peer : s.members.otherVoters()) {
                if (!heard.contains(peer)) {
                    s.send(peer, new LogStatusRequest(s.term));
                }
            }
        }
    }

    /** For people. */
    Set<String> unheard() {
        if (!doubtful) {
            return Set.of();
        }
        TreeSet<String> unheard = new TreeSet<>(s.members.otherVoters());
        unheard.removeAll(heard);
        return unheard;
    }

    boolean exists() {
        return doubtful;
    }

    void told(String from, LogStatusReply reply) {
        if (!doubtful || !heard.add(from)) {
            return;
        }
        highestTerm = Math.max(highestTerm, reply.term());
        if (!Election.atLeast(floorTerm, floorIndex, reply.lastTerm(), reply.lastIndex())) {
            floorTerm = reply.lastTerm();
            floorIndex = reply.lastIndex();
        }
        if (heard.containsAll(s.members.otherVoters())) {
            end();
        }
    }

    /** A leader said where its log ends. The first word in a term counts: it was said after this node's restart. */
    void leaderEndsAt(long lastIndex) {
        if (unsettled && targetTerm != s.term) {
            targetTerm = s.term;
            targetIndex = lastIndex;
        }
        caughtUp();
    }

    /** Called when more of the log has been stored. */
    void caughtUp() {
        boolean reached =
                targetTerm == s.term && targetIndex >= neededIndex && Math.min(s.durable, s.matched) >= targetIndex;
        if (reached && unsettled) {
            settle();
        }
    }

    /** This node leads and has committed an entry of its own term: its log misses nothing. */
    void leads() {
        if (unsettled) {
            settle();
        }
    }

    private void settle() {
        unsettled = false;
        floorTerm = 0;
        floorIndex = 0;
        neededIndex = 0;
        if (doubtful) {
            end();
        }
        s.effects.add(new RaftEffect.DoubtSettled());
    }

    private void end() {
        doubtful = false;
        voteDoubtful = false;
        if (highestTerm > s.term) {
            s.enterTerm(highestTerm);
            s.become(RaftRole.FOLLOWER, "");
        }
        if (s.votedFor.isEmpty()) {
            s.votedFor = RaftState.FORGOTTEN;
        }
        s.saveHardState();
    }
}
