package io.holdfast.replication.raft;

import io.holdfast.replication.log.BatchMeta;
import io.holdfast.replication.log.Configuration;
import io.holdfast.replication.log.FeatureLevel;
import io.holdfast.replication.log.Voter;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What voters say to each other. */
public sealed interface RaftMessage {

    /** The sender's term; for a pre-vote, the term it would stand in. */
    long term();

    /** Would you vote for me in this term? (thesis, 9.6) */
    record PreVoteRequest(long term, long lastIndex, long lastTerm) implements RaftMessage {}

    /**
     * Whether it would.
     *
     * @param term the term asked about if granted, else the voter's own
     */
    record PreVoteReply(long term, boolean granted) implements RaftMessage {}

    /**
     * Vote for me. (thesis, figure 3.1)
     *
     * @param transfer true if the leader itself wants this election (thesis, 4.2.3 and 3.10)
     */
    record VoteRequest(long term, long lastIndex, long lastTerm, boolean transfer) implements RaftMessage {
        /** Not at a leader's wish. */
        public VoteRequest(long term, long lastIndex, long lastTerm) {
            this(term, lastIndex, lastTerm, false);
        }
    }

    /**
     * Stand for the next term at once: the leader of this one gives way. (thesis, 3.10)
     *
     * @param holdNanos for how long after this the next leader commits nothing
     * @param waitNanos for how long after this the next leader is not yet to act as master: 0 if this one has ended acting as such
     */
    record TimeoutNow(long term, long holdNanos, long waitNanos) implements RaftMessage {}

    /**
     * Whether it did; sent when that is on disk.
     *
     * @param promiseNanos how much is left of what the voter promised an earlier leader; negative for how long ago it ended
     * @param actsNanos for how long such a leader may act as master; negative for how long ago that ended
     */
    record VoteReply(long term, boolean granted, long promiseNanos, long actsNanos) implements RaftMessage {
        /** Of a voter that has promised nobody anything, for as long as it matters. */
        public static final long NO_PROMISE = -(1L << 60);
        /** Of a voter that does not say for how long a leader may act. */
        public static final long UNTOLD = Long.MIN_VALUE;

        /** Without a promise. */
        public VoteReply(long term, boolean granted) {
            this(term, granted, NO_PROMISE, NO_PROMISE);
        }
    }

    /**
     * Store these batches after the entry (prevIndex, prevTerm).
     *
     * @param commit the leader's commit index
     * @param batches what follows, without gaps; empty to ask whether the logs match there
     * @param configurations which of the batches hold one, by index; on the wire it is in their bytes
     */
    record AppendRequest(
            long term,
            long prevIndex,
            long prevTerm,
            long commit,
            List<BatchMeta> batches,
            Map<Long, Configuration> configurations)
            implements RaftMessage {
        /** Makes the lists its own. */
        public AppendRequest {
            batches = List.copyOf(batches);
            configurations = Map.copyOf(configurations);
        }

        /** Without configurations. */
        public AppendRequest(long term, long prevIndex, long prevTerm, long commit, List<BatchMeta> batches) {
            this(term, prevIndex, prevTerm, commit, batches, Map.of());
        }

        /** The last index that it speaks of. */
        public long lastIndex() {
            return batches.isEmpty()
                    ? prevIndex
                    : batches.get(batches.size() - 1).lastIndex();
        }
    }

    /**
     * The batches were taken.
     *
     * @param received up to here the follower's log is known to equal the leader's
     * @param durable up to here that is on the follower's disk; only this counts for a commit
     */
    record AppendAccepted(long term, long received, long durable) implements RaftMessage {}

    /**
     * The logs do not match at the message's previous entry.
     *
     * @param prevIndex the previous index that was refused
     * @param hintIndex the last index at which they may match
     * @param hintTerm the follower's term there
     */
    record AppendRejected(long term, long prevIndex, long hintIndex, long hintTerm) implements RaftMessage {}

    /**
     * The leader lives. It never says how far the logs match.
     *
     * @param commit the leader's commit index
     * @param lastIndex the leader's last index
     * @param round counts the leader's heartbeats, for ReadIndex
     * @param stopWithinNanos how long it may go on acting as master when its lease has passed
     */
    record Heartbeat(long term, long commit, long lastIndex, long round, long stopWithinNanos) implements RaftMessage {
        /** Of a leader that does not say how long it may go on. */
        public static final long UNTOLD = -1;

        /** Of one that does not say so. */
        public Heartbeat(long term, long commit, long lastIndex, long round) {
            this(term, commit, lastIndex, round, UNTOLD);
        }
    }

    /**
     * Answers the heartbeat of that round.
     *
     * @param promiseNanos how long from now on the sender will tell whom it votes for that it has answered
     * @param fitness how fit the sender is to lead
     * @param level the highest level of the log that the sender supports
     */
    record HeartbeatReply(long term, long round, long promiseNanos, Fitness fitness, int level) implements RaftMessage {
        /** Of one that supports no level but the base. */
        public HeartbeatReply(long term, long round, long promiseNanos, Fitness fitness) {
            this(term, round, promiseNanos, fitness, FeatureLevel.BASE);
        }

        /** Without a promise. */
        public HeartbeatReply(long term, long round) {
            this(term, round, 0, Fitness.PLAIN);
        }
    }

    /** What must be applied here before the read {@code id} may be answered? */
    record ReadIndexRequest(long term, long id) implements RaftMessage {}

    /** That. */
    record ReadIndexReply(long term, long id, long index) implements RaftMessage {}

    /** Where does your log end? Asked by a voter that cannot trust its own disk's last bytes. */
    record LogStatusRequest(long term) implements RaftMessage {}

    /**
     * There, on disk or not: of what the one who asks acknowledged, a leader may still count an entry that its own disk
     * does not have yet.
     *
     * @param members who belongs to the group by that log; null from a release that does not say so
     */
    record LogStatusReply(
            long term,
            long lastIndex,
            long lastTerm,
            @Nullable Configuration members) implements RaftMessage {}

    /**
     * Who I am, and where I am reached. Said when a link stands, and again by whoever hears no leader: by it a leader takes
     * in who has come back with another disk, and whoever does not know the sender yet can answer it.
     *
     * @param joins true if the sender asks to get the log, without a vote, although no place is kept for it
     * @param level the highest level of the log that the sender supports
     */
    record Introduction(long term, Voter sender, boolean joins, int level) implements RaftMessage {
        /** Of who supports no level but the base. */
        public Introduction(long term, Voter sender, boolean joins) {
            this(term, sender, joins, FeatureLevel.BASE);
        }

        /** Of who asks for no more than is kept for it. */
        public Introduction(long term, Voter sender) {
            this(term, sender, false);
        }
    }

    /**
     * Somebody who may not belong to the group has introduced itself to the sender, which does not lead. Whoever was away while
     * others joined and left may know nobody who leads by now.
     *
     * @param joins as in its introduction
     * @param level as in its introduction
     */
    record Stranger(long term, Voter who, boolean joins, int level) implements RaftMessage {
        /** Of who supports no level but the base. */
        public Stranger(long term, Voter who, boolean joins) {
            this(term, who, joins, FeatureLevel.BASE);
        }
    }

    /**
     * At that index you do not belong to the group: stand for nothing until you know more. It is decided, so who says so does not
     * matter, nor how late.
     *
     * @param term of the leader that says so, and of the entry at that index
     * @param index of a decided entry
     */
    record NotMember(long term, long index) implements RaftMessage {}

    /**
     * A hash of the sender's state after the entry at that index. It decides nothing in the protocol.
     *
     * @param subject of which part of the state
     * @param hash any number
     */
    record StateReport(long term, long index, long subject, long hash) implements RaftMessage {}

    /**
     * What you need next is not in the log any more: fetch this snapshot. (thesis, 5.1 and figure 5.3, where the leader
     * pushes the chunks; here the follower asks for each, so that it decides how fast, and from where)
     *
     * @param index of the last entry in it
     * @param indexTerm the term of that entry
     * @param bytes its length
     */
    record SnapshotOffer(long term, long index, long indexTerm, long bytes) implements RaftMessage {}

    /** Send the snapshot at that index from this offset on. */
    record SnapshotRequest(long term, long index, long offset) implements RaftMessage {}

    /**
     * Bytes of the snapshot at that index, which follow the message in its frame.
     *
     * @param length how many they are
     */
    record SnapshotChunk(long term, long index, long offset, int length) implements RaftMessage {}
}
