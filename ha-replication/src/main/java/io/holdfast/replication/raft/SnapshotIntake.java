package io.holdfast.replication.raft;

import io.holdfast.core.spi.MalformedFrameException;
import io.holdfast.replication.log.LogBase;
import io.holdfast.replication.raft.RaftEffect.FetchSnapshot;
import io.holdfast.replication.raft.RaftEffect.InstallSnapshot;
import io.holdfast.replication.raft.RaftEffect.StoreChunk;
import io.holdfast.replication.raft.RaftInput.SnapshotFetched;
import io.holdfast.replication.raft.RaftInput.SnapshotStored;
import io.holdfast.replication.raft.RaftMessage.SnapshotChunk;
import io.holdfast.replication.raft.RaftMessage.SnapshotOffer;
import io.holdfast.replication.raft.RaftMessage.SnapshotRequest;
import org.jspecify.annotations.Nullable;

/** The follower's side of a snapshot that the leader offers: figure 5.3 of Ongaro's thesis, receiver. */
final class SnapshotIntake {
    private final RaftState s;
    private final FollowerLog followerLog;
    private final SeedProof seed;
    /** What is being fetched, from the leader of {@link #term}. */
    private @Nullable SnapshotMark wanted;

    private long term;

    SnapshotIntake(RaftState state, FollowerLog followerLog, SeedProof seed) {
        this.s = state;
        this.followerLog = followerLog;
        this.seed = seed;
    }

    /** Called after the sender has been recognised as this term's leader. */
    void offered(SnapshotOffer offer) {
        if (!seed.allows(offer)) {
            return;
        }
        if (offer.index() <= s.commit) {
            followerLog.agreeUpTo(s.commit);
            return;
        }
        wanted = new SnapshotMark(offer.index(), offer.indexTerm(), offer.bytes());
        term = s.term;
        s.effects.add(new FetchSnapshot(offer.index(), offer.indexTerm(), offer.bytes(), s.term));
    }

    /** So much is here. */
    void fetched(SnapshotFetched fetched) {
        SnapshotMark fetching = wanted;
        if (fetching == null || term != s.term || fetched.index() != fetching.index() || s.leader.isEmpty()) {
            return; // the leader that will be offers it, or another one
        }
        if (fetched.offset() < fetching.bytes()) {
            s.send(s.leader, new SnapshotRequest(s.term, fetched.index(), fetched.offset()));
        }
    }

    void received(SnapshotChunk chunk) {
        SnapshotMark fetching = wanted;
        if (fetching != null && term == s.term && chunk.index() == fetching.index()) {
            if (chunk.length() < 1 || chunk.length() > fetching.bytes() - chunk.offset()) {
                throw new MalformedFrameException(
                        chunk + " does not fit into a snapshot of " + fetching.bytes() + " bytes");
            }
            s.effects.add(new StoreChunk(chunk.index(), chunk.offset(), chunk.length()));
        }
    }

    /** All of it is on this node's disk, where it stays, whoever leads by now: what is in it is decided. */
    void stored(SnapshotStored stored) {
        if (s.isTooHigh(stored.configuration().level())) {
            return;
        }
        SnapshotMark mark = new SnapshotMark(stored.index(), stored.term(), stored.bytes());
        wanted = null;
        if (s.snapshot == null || s.snapshot.index() < mark.index()) {
            s.snapshot = mark;
        }
        if (mark.index() > s.commit) {
            seed.replaced();
            if (s.log.termAt(mark.index()) == mark.term()) {
                s.commitTo(mark.index()); // the log caught up meanwhile
            } else if (s.role == RaftRole.LEADER) {
                throw new IllegalStateException(
                        s.config.self() + " leads term " + s.term + " without the entry at index " + mark.index()
                                + " of term " + mark.term() + ", which is decided");
            } else {
                s.log.reset(new LogBase(mark.index(), mark.term()));
                s.commit = mark.index();
                s.durable = mark.index();
                s.matched = 0;
                s.effects.add(new InstallSnapshot(mark.index(), mark.term()));
                s.members.reset(mark.index(), stored.configuration());
                s.configurationChanged();
            }
        }
        if (s.role == RaftRole.FOLLOWER && !s.leader.isEmpty()) {
            followerLog.agreeUpTo(s.commit);
        }
    }
}
