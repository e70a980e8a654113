package io.holdfast.replication.raft;

import io.holdfast.core.spi.MalformedFrameException;
import io.holdfast.replication.log.BatchMeta;
import io.holdfast.replication.log.Configuration;
import io.holdfast.replication.raft.RaftEffect.SendChunk;
import io.holdfast.replication.raft.RaftMessage.AppendAccepted;
import io.holdfast.replication.raft.RaftMessage.AppendRejected;
import io.holdfast.replication.raft.RaftMessage.AppendRequest;
import io.holdfast.replication.raft.RaftMessage.Heartbeat;
import io.holdfast.replication.raft.RaftMessage.HeartbeatReply;
import io.holdfast.replication.raft.RaftMessage.SnapshotOffer;
import io.holdfast.replication.raft.RaftMessage.SnapshotRequest;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The leader's side of replication: Ongaro's thesis, 3.5 (log matching), 3.6.2 (only an entry of its own term is
 * committed by counting), 10.2 (pipelining; the leader's own disk works in parallel), and 6.2 (a leader that hears no
 * majority steps down).
 */
final class Replicator {
    private static final int SOUND_HEARTBEATS = 3;

    private final RaftState s;
    private final ReadIndex reads;
    private final Doubt doubt;
    private final Map<String, Progress> followers = new TreeMap<>();
    private long round;
    private boolean roundWanted;
    private long heartbeatDueNanos;
    /** Of its own, since the rounds that reads ask for put off the next heartbeat again and again. */
    private long repairDueNanos;

    private long quorumDueNanos;
    private final Lease lease;
    private final FreshRounds fresh;
    /** An earlier leader may answer reads until then: nothing is committed before. */
    private boolean holding;

    private long heldUntilNanos;

    Replicator(RaftState state, ReadIndex reads, Doubt doubt) {
        this.s = state;
        this.reads = reads;
        this.doubt = doubt;
        this.lease = new Lease(state);
        this.fresh = new FreshRounds(state);
    }

    /**
     * This node has just been elected.
     *
     * @param holdUntilNanos until when an earlier leader may answer reads by its lease, if any does
     * @param grantFromNanos until when an earlier leader may act as master
     */
    void begin(long holdUntilNanos, long grantFromNanos) {
        holding = s.config.leaseReads() && holdUntilNanos - s.now > 0;
        heldUntilNanos = holdUntilNanos;
        lease.begin(grantFromNanos);
        fresh.begin();
        followers.clear();
        membersChanged();
        quorumDueNanos = s.now + s.config.electionTimeoutNanos();
        repairDueNanos = s.now + s.config.heartbeatNanos();
        heartbeat();
        sendToAll();
    }

    /** Others belong to the group: they get the log from now on, and who left does not. */
    void membersChanged() {
        followers.keySet().retainAll(s.members.peers());
        for (String peer : s.members.peers()) {
            followers.computeIfAbsent(peer, id -> new Progress(s.log.lastIndex() + 1, s.now));
        }
    }

    /** True if it has said anything within an election time-out, or may have. */
    boolean hearsLately(String id) {
        Progress follower = followers.get(id);
        return id.equals(s.config.self())
                || (follower != null && s.now - follower.heardNanos <= s.config.electionTimeoutNanos());
    }

    /** The others who have said something within the election time-out. */
    Set<String> heardLately() {
        TreeSet<String> all = new TreeSet<>(followers.keySet());
        all.removeIf(id -> !hearsLately(id));
        return all;
    }

    /** For how long it has said nothing. */
    long silentNanos(String id) {
        Progress follower = followers.get(id);
        if (id.equals(s.config.self())) {
            return 0;
        }
        return follower == null ? Long.MAX_VALUE : s.now - follower.heardNanos;
    }

    /** True if what it still needs is on its way to it. */
    boolean hasCaughtUp(String id) {
        Progress follower = followers.get(id);
        return follower != null
                && follower.match > 0
                && !follower.probing
                && hearsLately(id)
                && s.log.startOfLast(s.config.maxInflightBytes(), s.log.lastIndex()) <= follower.match + 1;
    }

    /** Who has caught up, and answered within some heartbeats. */
    Set<String> live() {
        Set<String> all = caughtUp();
        all.removeIf(id -> !answersNow(follower(id)));
        return all;
    }

    private boolean answersNow(Progress follower) {
        return s.now - follower.heardNanos <= SOUND_HEARTBEATS * s.config.heartbeatNanos()
                && fresh.contains(follower.round);
    }

    /** Who answered within some heartbeats, and does not say of itself that it is down. */
    Set<String> sound() {
        TreeSet<String> all = new TreeSet<>();
        followers.forEach((id, follower) -> {
            if (answersNow(follower) && follower.fitness.health() < Fitness.DOWN) {
                all.add(id);
            }
        });
        return all;
    }

    /** The highest level of the log that each supports who answers now, this node included. */
    Map<String, Integer> levels() {
        Map<String, Integer> all = new TreeMap<>();
        all.put(s.config.self(), s.config.level());
        followers.forEach((id, follower) -> {
            if (answersNow(follower) && follower.level > 0) {
                all.put(id, follower.level);
            }
        });
        return all;
    }

    Lease lease() {
        return lease;
    }

    /** For how long nothing is committed, because an earlier leader may answer reads. */
    long holdLeftNanos() {
        return holding ? Math.max(0, heldUntilNanos - s.now) : 0;
    }

    /** How fit that voter is, as it said last. */
    Fitness fitness(String id) {
        return follower(id).fitness;
    }

    /** Up to where that voter's disk has the log. */
    long match(String id) {
        Progress follower = followers.get(id);
        return follower == null ? 0 : follower.match;
    }

    Set<String> caughtUp() {
        TreeSet<String> all = new TreeSet<>(followers.keySet());
        all.removeIf(id -> !hasCaughtUp(id));
        return all;
    }

    /** What is due next. */
    long dueNanos() {
        long due = Math.min(Math.min(heartbeatDueNanos, repairDueNanos), quorumDueNanos);
        return lease.dueNanos(holding ? Math.min(due, heldUntilNanos) : due);
    }

    /** False if no majority has been heard for an election time-out. */
    boolean timerFired() {
        if (holding) {
            commit();
        }
        if (s.now - heartbeatDueNanos >= 0) {
            heartbeat();
        }
        if (s.now - repairDueNanos >= 0) {
            repairDueNanos = s.now + s.config.heartbeatNanos();
            followers.forEach(this::unstick);
        }
        if (s.now - quorumDueNanos < 0) {
            return true;
        }
        quorumDueNanos = s.now + s.config.electionTimeoutNanos() / 2;
        return s.members.won(this::hearsLately);
    }

    /** The loop stood still: what the followers said meanwhile is still to be read. */
    void excuse(long nanos) {
        quorumDueNanos = Math.max(quorumDueNanos, s.now + nanos);
    }

    private Progress follower(String id) {
        return Objects.requireNonNull(followers.get(id), id);
    }

    private void unstick(String peer, Progress follower) {
        // A chunk may have to be read from a disk that is busy.
        long patience = follower.offered == null ? s.config.heartbeatNanos() : s.config.electionTimeoutNanos();
        boolean probeLost = follower.probing && s.now - follower.probeSentNanos >= patience;
        boolean stuck = !follower.idle() && s.now - follower.movedNanos > s.config.electionTimeoutNanos();
        boolean lostAnswer = !follower.probing && follower.idle() && follower.match < follower.next - 1;
        if (stuck || (lostAnswer && s.now - follower.movedNanos > s.config.electionTimeoutNanos())) {
            follower.movedNanos = s.now;
            follower.probe(beginOf(follower));
        }
        if (probeLost) {
            follower.probeOutstanding = false;
        }
        send(peer, follower);
    }

    private void heartbeat() {
        round++;
        lease.sent(round);
        fresh.sent(round);
        roundWanted = false;
        heartbeatDueNanos = s.now + s.config.heartbeatNanos();
        for (String peer : followers.keySet()) {
            s.send(peer, sign());
        }
        if (s.members.alone()) {
            confirmReads(); // nobody else answers
        }
    }

    private Heartbeat sign() {
        return new Heartbeat(s.term, s.commit, s.log.lastIndex(), round, stopWithinNanos());
    }

    /**
     * Its own, or what is left of an earlier leader's, as if it were its own: those who vote next may have heard none of them. In
     * steps, since voters write each change of it to their disks. Where all are set alike it is always its own.
     */
    private long stopWithinNanos() {
        long left = (lease.waitLeftNanos() - s.config.promiseNanos()) * 4 / 5;
        long step = s.config.electionTimeoutNanos();
        return left <= s.config.stopWithinNanos() ? s.config.stopWithinNanos() : (left + step - 1) / step * step;
    }

    /** Ends a step: reads that came in it share one round. */
    void flush() {
        if (roundWanted) {
            heartbeat();
            confirmReads();
        }
    }

    void read(long id, String from) {
        roundWanted |= reads.asked(id, from, round + 1, lease.answersReads());
    }

    void proposed() {
        sendToAll();
    }

    void sendToAll() {
        followers.forEach(this::send);
    }

    private void send(String peer, Progress follower) {
        if (follower.next <= s.log.base().index()) {
            offerSnapshot(peer, follower);
            return;
        }
        follower.offered = null;
        if (follower.probing) {
            if (follower.probeOutstanding) {
                return;
            }
            append(peer, follower, s.log.batches(follower.next, s.config.maxAppendBytes()));
            follower.probeOutstanding = true;
            follower.probeSentNanos = s.now;
            return;
        }
        while (follower.next <= s.log.lastIndex() && follower.hasRoom(s.config.maxInflightBytes())) {
            List<BatchMeta> batches = s.log.batches(follower.next, s.config.maxAppendBytes());
            append(peer, follower, batches);
            long bytes = 0;
            for (int i = 0; i < batches.size(); i++) {
                bytes += batches.get(i).bytes();
            }
            follower.sent(batches.get(batches.size() - 1).lastIndex(), bytes, s.now);
        }
    }

    /** What it needs is only in the snapshot. One that it has begun to fetch stays the one, if the log goes on from it. */
    private void offerSnapshot(String peer, Progress follower) {
        SnapshotMark offer = follower.offered;
        if (offer == null && s.now - follower.offersPausedUntilNanos < 0) {
            return;
        }
        if (offer == null || offer.index() < s.log.base().index()) {
            offer = Objects.requireNonNull(s.snapshot, "the log was cut without a snapshot");
            follower.offered = offer;
            follower.probeOutstanding = false;
        }
        follower.probing = true;
        if (!follower.probeOutstanding) {
            s.send(peer, new SnapshotOffer(s.term, offer.index(), offer.term(), offer.bytes()));
            follower.probeOutstanding = true;
            follower.probeSentNanos = s.now;
        }
    }

    /** It fetches. */
    void requested(String peer, SnapshotRequest request) {
        Progress follower = followers.get(peer);
        if (follower == null) {
            return;
        }
        follower.heardNanos = s.now;
        SnapshotMark offer = follower.offered;
        if (offer == null || offer.index() != request.index()) {
            return; // an answer to an earlier offer
        }
        if (request.offset() >= offer.bytes()) {
            throw new MalformedFrameException(
                    peer + " asked for " + request + " of a snapshot of " + offer.bytes() + " bytes");
        }
        follower.probeSentNanos = s.now;
        follower.movedNanos = s.now;
        s.effects.add(new SendChunk(peer, s.term, offer.index(), offer.term(), request.offset()));
    }

    /** Another one has to be offered. */
    void snapshotGone(String peer, long index) {
        Progress follower = followers.get(peer);
        if (follower != null && follower.offered != null && follower.offered.index() == index) {
            follower.offered = null;
            follower.offersPausedUntilNanos = s.now + s.config.electionTimeoutNanos();
        }
    }

    private void append(String peer, Progress follower, List<BatchMeta> batches) {
        long previous = follower.next - 1;
        Map<Long, Configuration> configurations = batches.isEmpty()
                ? Map.of()
                : s.members.within(previous + 1, batches.get(batches.size() - 1).lastIndex());
        s.send(peer, new AppendRequest(s.term, previous, s.log.termAt(previous), s.commit, batches, configurations));
    }

    /** The link stands again: find out at once where the follower is. */
    void peerUp(String peer) {
        down(peer);
        Progress follower = followers.get(peer);
        if (follower != null) {
            s.send(peer, sign());
            send(peer, follower);
        }
    }

    /** The link is gone, perhaps with the process, after which another release may run there. */
    void down(String peer) {
        lost(peer);
        Progress follower = followers.get(peer);
        if (follower != null) {
            follower.level = 0;
        }
    }

    /** What was on its way to this follower may not arrive. */
    private void lost(String peer) {
        Progress follower = followers.get(peer);
        if (follower != null) {
            follower.probe(beginOf(follower));
        }
    }

    /**
     * Where to begin with it. One of whom nothing is known yet is asked at the end of the log, as by a new leader: what it answers says
     * what it lacks, which from the log's beginning could be all of it. A snapshot that it fetches stays the one.
     */
    private long beginOf(Progress follower) {
        boolean unknown = follower.match == 0 && follower.offered == null;
        return unknown ? s.log.lastIndex() + 1 : s.log.batchStart(follower.match + 1);
    }

    /** As {@link #lost}, but the queue is full: try again with the next heartbeat only. */
    void refused(String peer) {
        Progress follower = followers.get(peer);
        if (follower != null) {
            lost(peer);
            follower.probeOutstanding = true;
            follower.probeSentNanos = s.now;
        }
    }

    void accepted(String peer, AppendAccepted reply) {
        Progress follower = followers.get(peer);
        if (follower == null) {
            return;
        }
        follower.heardNanos = s.now;
        if (reply.received() > s.log.lastIndex() || reply.durable() > reply.received()) {
            throw new MalformedFrameException(peer + " acknowledged " + reply + " but the log ends at "
                    + s.log.lastIndex() + " in term " + s.term);
        }
        follower.accepted(reply.received(), reply.durable(), s.now);
        commit();
        send(peer, follower);
    }

    void rejected(String peer, AppendRejected reply) {
        Progress follower = followers.get(peer);
        if (follower == null) {
            return;
        }
        if (reply.prevIndex() < 1 || reply.prevIndex() > s.log.lastIndex()) {
            throw new MalformedFrameException(peer + " answered " + reply
                    + " but nothing was asked there; the log ends at " + s.log.lastIndex() + " in term " + s.term);
        }
        follower.heardNanos = s.now;
        if (follower.probing && reply.prevIndex() != follower.next - 1) {
            return; // an answer to what was sent before the probe
        }
        long common =
                s.log.lastIndexWithTermAtMost(Math.min(reply.hintIndex(), reply.prevIndex() - 1), reply.hintTerm());
        if (common < follower.match) {
            // Only a disk that lost what it had forced says so. What was counted stays counted; from now on it is less.
            follower.match = common;
        }
        follower.probe(s.log.batchStart(common + 1));
        follower.movedNanos = s.now;
        send(peer, follower);
    }

    void answered(String peer, HeartbeatReply reply) {
        Progress follower = followers.get(peer);
        if (follower == null) {
            return;
        }
        if (reply.round() > round) {
            throw new MalformedFrameException(
                    peer + " answered " + reply + " but " + round + " is the latest round of term " + s.term);
        }
        follower.heardNanos = s.now;
        follower.round = Math.max(follower.round, reply.round());
        follower.fitness = reply.fitness();
        follower.level = reply.level();
        if (reply.promiseNanos() >= s.config.promiseNanos()) {
            follower.promisedRound = follower.round;
        }
        confirmReads();
    }

    private void confirmReads() {
        lease.promised(s.members.reached(id -> id.equals(s.config.self()) ? round : follower(id).promisedRound));
        reads.confirmed(s.members.reached(id -> id.equals(s.config.self()) ? round : follower(id).round));
    }

    /** More is on a majority's disks, perhaps. Counting decides for entries of this term alone (figure 3.7). */
    void commit() {
        if (holding && s.now - heldUntilNanos < 0) {
            return;
        }
        holding = false;
        long index = s.members.reached(id -> id.equals(s.config.self()) ? s.durable : follower(id).match);
        if (index > s.commit && s.log.termAt(index) == s.term) {
            s.commitTo(index);
            doubt.leads();
            roundWanted |= reads.committedInTerm(round + 1);
        }
    }

    Set<String> fetching() {
        Set<String> fetching = new TreeSet<>();
        followers.forEach((peer, follower) -> {
            if (follower.offered != null) {
                fetching.add(peer);
            }
        });
        return fetching;
    }

    /** From where on each follower needs the log; all of it while that is not known. */
    Map<String, Long> needs() {
        Map<String, Long> needs = new TreeMap<>();
        followers.forEach((peer, follower) -> {
            long has = follower.offered == null ? follower.match : follower.offered.index();
            needs.put(peer, Math.max(has, s.log.base().index()) + 1);
        });
        return needs;
    }

    /** How far each follower's disk is, for metrics. */
    Map<String, Long> matches() {
        Map<String, Long> matches = new TreeMap<>();
        followers.forEach((peer, follower) -> matches.put(peer, follower.match));
        return matches;
    }
}
