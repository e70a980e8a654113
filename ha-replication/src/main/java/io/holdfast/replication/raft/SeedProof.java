package io.holdfast.replication.raft;

import io.holdfast.replication.log.BatchMeta;
import io.holdfast.replication.log.LogBase;
import io.holdfast.replication.raft.RaftMessage.AppendAccepted;
import io.holdfast.replication.raft.RaftMessage.AppendRequest;
import io.holdfast.replication.raft.RaftMessage.SnapshotOffer;

/**
 * Whether the state that was put on a disk before its node joined is one of this log. A state that the group has sent is decided, and a leader
 * that does not have it in its log has it all the same. What came from elsewhere only says so of itself: it counts from when a leader has the
 * entry of the same term at its end, or matches the log that follows it. Until then nothing is stored, and nothing is acknowledged that would make
 * the leader take this node for one that has caught up, and give it a vote.
 *
 * <p>If the leader has another entry there, this node takes no part in anything any more.
 */
final class SeedProof {
    private static final long UNKNOWN = -1;

    private final RaftState s;
    private boolean wanted;
    /** How far the log of that term's leader goes at least. */
    private long leaderEnd;

    private long leaderTerm;

    SeedProof(RaftState state) {
        this.s = state;
    }

    /** It is such a state. Whoever has a vote was compared before it got it. */
    void begin() {
        wanted = s.log.base().index() > 0 && !s.members.votes(s.config.self());
    }

    boolean isWanted() {
        return wanted;
    }

    /** The state is one that the group has sent. */
    void replaced() {
        wanted = false;
    }

    /** Said by the leader of this term. */
    void leaderEndsAt(long index) {
        leaderEnd = leaderTerm == s.term ? Math.max(leaderEnd, index) : index;
        leaderTerm = s.term;
    }

    /** False if it is not to be stored; it is answered then, if there is an answer. */
    boolean allows(AppendRequest request) {
        if (!wanted) {
            return true;
        }
        leaderEndsAt(request.lastIndex());
        long base = s.log.base().index();
        if (request.prevIndex() > base) {
            wanted = s.log.termAt(request.prevIndex())
                    != request.prevTerm(); // by log matching the base is the same, too
            return true;
        }
        long term = termAt(base, request);
        if (term == UNKNOWN) {
            askForMore();
            return false;
        }
        return compare(term);
    }

    /** As of {@link #allows(AppendRequest)}. */
    boolean allows(SnapshotOffer offer) {
        LogBase base = s.log.base();
        if (!wanted || offer.index() > base.index()) {
            return true; // what is fetched takes the place of what is here
        }
        if (offer.index() < base.index()) {
            askForMore();
            return false;
        }
        return compare(offer.indexTerm());
    }

    private static long termAt(long index, AppendRequest request) {
        if (request.prevIndex() == index) {
            return request.prevTerm();
        }
        for (BatchMeta batch : request.batches()) {
            if (batch.firstIndex() <= index && index <= batch.lastIndex()) {
                return batch.term();
            }
        }
        return UNKNOWN;
    }

    private boolean compare(long term) {
        LogBase base = s.log.base();
        if (term != base.term()) {
            s.outdated = true;
            s.effects.add(new RaftEffect.SeedRefuted(base.index(), base.term(), term));
            return false;
        }
        wanted = false;
        return true;
    }

    /**
     * It speaks of what is before the base, where nothing can be compared: it is told to go on behind that, and that nothing of it is stored.
     * If its log does not go that far, it is to ask again when it does.
     */
    private void askForMore() {
        long base = s.log.base().index();
        if (leaderTerm == s.term && leaderEnd > base) {
            s.send(s.leader, new AppendAccepted(s.term, base, 0));
        }
    }
}
