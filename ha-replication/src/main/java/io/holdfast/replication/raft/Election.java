package io.holdfast.replication.raft;

import io.holdfast.replication.raft.RaftMessage.NotMember;
import io.holdfast.replication.raft.RaftMessage.PreVoteReply;
import io.holdfast.replication.raft.RaftMessage.PreVoteRequest;
import io.holdfast.replication.raft.RaftMessage.VoteReply;
import io.holdfast.replication.raft.RaftMessage.VoteRequest;
import java.util.Collections;
import java.util.Set;
import java.util.TreeSet;

/**
 * Who is elected: Ongaro's thesis, 3.4 (votes), 3.6.1 (only an up-to-date log wins), 9.6 (pre-vote: a node that would
 * lose raises no term), and 4.2.3 (a voter that hears a leader disregards candidates).
 *
 * <p>Evidence shortens the wait, never the rules: when the leader's host refuses connections, each voter starts its
 * pre-vote after a wait that grows with its rank, and grants others theirs; a voter that still hears the leader grants
 * nothing.
 */
final class Election {
    private final RaftState s;
    private final Doubt doubt;
    private final TreeSet<String> granted = new TreeSet<>();
    /** Who has answered no since a leader was last heard; for people. */
    private final TreeSet<String> refusals = new TreeSet<>();

    private boolean votedForSelf;
    /** When all have passed that this candidate and its voters have promised an earlier leader. */
    private long promisedUntilNanos;
    /** When none of those leaders may act as master any more, each by what it told of itself. */
    private long actsUntilNanos;
    /** The leader before wanted this election. */
    private boolean transferred;

    private long holdUntilNanos;
    private long grantFromNanos;

    Election(RaftState state, Doubt doubt) {
        this.s = state;
        this.doubt = doubt;
    }

    /** The leader's host refused a connection. */
    void leaderRefused() {
        s.leaderRefused = true;
        s.electionDeadlineNanos = Math.min(s.electionDeadlineNanos, s.now + rank() * s.config.staggerNanos());
    }

    /** Nobody has ever led this cluster: there is no silence to wait for. */
    void firstOfItsCluster() {
        s.leaderRefused = true;
        s.electionDeadlineNanos = s.now + rank() * s.config.staggerNanos();
    }

    /** This node's place among the voters without the leader: the first begins at once. */
    private long rank() {
        return s.members.otherVoters().stream()
                .filter(id -> !id.equals(s.leader) && id.compareTo(s.config.self()) < 0)
                .count();
    }

    /** Who is replaced leads until that is decided, if nobody else can, and then goes (thesis, 4.2.2). */
    private boolean mayLead() {
        return (s.members.votes(s.config.self()) || s.isNeeded()) && !s.isExcluded();
    }

    /** Nobody leads for too long. */
    void timedOut() {
        boolean may = mayLead();
        if (!may || s.stalled || !doubt.mayStand() || s.role == RaftRole.PRE_CANDIDATE) {
            // Perhaps nobody knows this node any more, and those it knows are not those who are there.
            TreeSet<String> all = new TreeSet<>(s.reached);
            all.addAll(s.members.peers());
            for (String peer : all) {
                s.send(peer, s.introduction());
            }
        }
        if (!may || s.stalled) {
            s.armElection();
            return;
        }
        // While its own vote is not on disk a candidate has not even asked: to begin again would be to begin for ever.
        if (!doubt.mayStand() || (s.role == RaftRole.CANDIDATE && !votedForSelf)) {
            s.armElection();
            return;
        }
        boolean evident = s.leaderRefused;
        s.become(RaftRole.PRE_CANDIDATE, s.leader);
        granted.clear();
        granted.add(s.config.self());
        long wait = evident ? 2 * s.config.staggerNanos() : s.config.electionTimeoutNanos() / 2;
        s.electionDeadlineNanos = s.now + wait + s.random.nextLong(wait + 1);
        for (String peer : s.members.otherVoters()) {
            s.send(peer, new PreVoteRequest(s.term + 1, s.log.lastIndex(), s.log.lastTerm()));
        }
        standIfWanted();
    }

    private void standIfWanted() {
        if (s.members.won(granted::contains)) {
            stand(false);
        }
    }

    /**
     * The leader of this term, which may be this node itself, gives way: no pre-vote, and whoever hears it votes all the same.
     * (thesis, 3.10)
     */
    void standAtOnce(long holdNanos, long waitNanos) {
        if (mayLead() && !s.stalled && doubt.mayStand()) {
            holdUntilNanos = s.now + holdNanos;
            grantFromNanos = s.now + waitNanos;
            stand(true);
        }
    }

    private void stand(boolean transfer) {
        transferred = transfer;
        s.enterTerm(s.term + 1);
        s.votedFor = s.config.self();
        votedForSelf = false;
        promisedUntilNanos = s.now + s.promiseLeft();
        actsUntilNanos = s.now + s.actsLeft();
        granted.clear();
        s.become(RaftRole.CANDIDATE, "");
        s.saveHardState();
        armCandidacy();
        for (String peer : s.members.otherVoters()) {
            s.send(peer, new VoteRequest(s.term, s.log.lastIndex(), s.log.lastTerm(), transfer));
        }
    }

    /** The wait covers the voters' disks: a slow force of a vote must not look like a lost election. */
    private void armCandidacy() {
        long wait = s.config.electionTimeoutNanos() / 2;
        s.electionDeadlineNanos = s.now + wait + s.random.nextLong(wait + 1);
    }

    /** This node's own vote is on disk, and only now it counts. True if that decides the election. */
    boolean hardStateSaved() {
        if (s.role != RaftRole.CANDIDATE || votedForSelf || !s.votedFor.equals(s.config.self())) {
            return false;
        }
        votedForSelf = true;
        armCandidacy();
        granted.add(s.config.self());
        return s.members.won(granted::contains);
    }

    void asked(String from, PreVoteRequest request) {
        boolean grant = request.term() > s.term
                && !hearsLeader()
                && doubt.mayVote()
                && upToDate(request.lastTerm(), request.lastIndex());
        s.send(from, new PreVoteReply(grant ? request.term() : s.term, grant));
    }

    /** Called after the request's term has been adopted. */
    void asked(String from, VoteRequest request) {
        boolean grant = request.term() == s.term
                && (s.votedFor.isEmpty() || s.votedFor.equals(from))
                && doubt.mayVote()
                && upToDate(request.lastTerm(), request.lastIndex());
        if (grant && s.votedFor.isEmpty()) {
            s.votedFor = from;
            s.saveHardState();
            if (s.role != RaftRole.FOLLOWER) {
                s.become(RaftRole.FOLLOWER, "");
            }
            s.armElection();
        }
        s.send(from, grant ? new VoteReply(s.term, true, s.promiseLeft(), s.actsLeft()) : new VoteReply(s.term, false));
    }

    void answered(String from, PreVoteReply reply) {
        if (s.role == RaftRole.PRE_CANDIDATE && reply.granted() && reply.term() == s.term + 1) {
            granted.add(from);
            standIfWanted();
        }
    }

    /** No vote from there; nothing follows from it, but people may ask. */
    void refused(String from) {
        if (!hearsLeader() && s.members.votes(from)) {
            refusals.add(from);
        }
    }

    Set<String> refusals() {
        if (hearsLeader()) {
            refusals.clear();
        }
        return Collections.unmodifiableSet(refusals);
    }

    /**
     * Others have decided that this node belongs to the group no longer. Whoever asks for its vote still gets it.
     *
     * <p>Neither who says so nor in which term is asked: it is true of that index for ever, and those whom this node knows may all
     * be gone. But it may come late. The entry at that index is decided, and of the term in which it is said, so that each later
     * leader has it: a configuration behind it, of that term or a later one, was made by one that knew of it, and took this node in
     * again.
     */
    void excluded(NotMember told) {
        boolean isBack = s.members.current().isMember(s.config.self())
                && s.members.index() > told.index()
                && s.log.termAt(s.members.index()) >= told.term();
        if (isBack) {
            return;
        }
        s.excludedAt = Math.max(s.excludedAt, told.index());
        if (s.isExcluded() && (s.role == RaftRole.PRE_CANDIDATE || s.role == RaftRole.CANDIDATE)) {
            s.become(RaftRole.FOLLOWER, "");
            s.armElection();
        }
    }

    /** True if this vote decides the election. */
    boolean answered(String from, VoteReply reply) {
        if (!reply.granted()) {
            refused(from);
        }
        if (s.role != RaftRole.CANDIDATE || !reply.granted() || reply.term() != s.term) {
            return false;
        }
        granted.add(from);
        if (s.members.votes(from)) {
            promisedUntilNanos = Math.max(s.now + reply.promiseNanos() - promisedUntilNanos, 0) + promisedUntilNanos;
            actsUntilNanos = Math.max(s.now + actsNanos(reply) - actsUntilNanos, 0) + actsUntilNanos;
        }
        return s.members.won(granted::contains);
    }

    /** What a voter of an earlier release does not say is taken to be what this node is set to. */
    private long actsNanos(VoteReply reply) {
        return reply.actsNanos() == VoteReply.UNTOLD ? reply.promiseNanos() + s.config.stopNanos() : reply.actsNanos();
    }

    /** Elected: nothing is committed before. Another leader may answer reads until then. */
    long holdUntilNanos() {
        return transferred ? holdUntilNanos : promisedUntilNanos;
    }

    /** Elected: this node is not to act as master before. Another may until then. */
    long grantFromNanos() {
        return transferred ? grantFromNanos : actsUntilNanos;
    }

    /** True while a leader is alive as far as this node can tell; it then disregards candidates. */
    boolean hearsLeader() {
        return s.role == RaftRole.LEADER
                || (s.role == RaftRole.FOLLOWER
                        && !s.leader.isEmpty()
                        && !s.leaderRefused
                        && s.now - s.leaderHeardNanos < s.config.electionTimeoutNanos());
    }

    private boolean upToDate(long lastTerm, long lastIndex) {
        return atLeast(lastTerm, lastIndex, s.log.lastTerm(), s.log.lastIndex()) && doubt.allows(lastTerm, lastIndex);
    }

    static boolean atLeast(long term, long index, long otherTerm, long otherIndex) {
        return term > otherTerm || (term == otherTerm && index >= otherIndex);
    }
}
