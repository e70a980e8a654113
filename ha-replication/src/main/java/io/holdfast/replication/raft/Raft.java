package io.holdfast.replication.raft;

import io.holdfast.core.spi.MalformedFrameException;
import io.holdfast.replication.log.BatchMeta;
import io.holdfast.replication.log.Configuration;
import io.holdfast.replication.log.Voter;
import io.holdfast.replication.raft.RaftEffect.AppendProposed;
import io.holdfast.replication.raft.RaftEffect.ProposalRefused;
import io.holdfast.replication.raft.RaftEffect.ReadFailed;
import io.holdfast.replication.raft.RaftEffect.ReadReady;
import io.holdfast.replication.raft.RaftEffect.SetTimer;
import io.holdfast.replication.raft.RaftEffect.StateReported;
import io.holdfast.replication.raft.RaftInput.ConfigurationRecorded;
import io.holdfast.replication.raft.RaftInput.FitnessChanged;
import io.holdfast.replication.raft.RaftInput.HardStateSaved;
import io.holdfast.replication.raft.RaftInput.LogDropped;
import io.holdfast.replication.raft.RaftInput.PeerDown;
import io.holdfast.replication.raft.RaftInput.PeerRefused;
import io.holdfast.replication.raft.RaftInput.PeerUp;
import io.holdfast.replication.raft.RaftInput.Persisted;
import io.holdfast.replication.raft.RaftInput.Proposed;
import io.holdfast.replication.raft.RaftInput.ReadRequested;
import io.holdfast.replication.raft.RaftInput.Received;
import io.holdfast.replication.raft.RaftInput.Reshape;
import io.holdfast.replication.raft.RaftInput.SendFailed;
import io.holdfast.replication.raft.RaftInput.SnapshotFetched;
import io.holdfast.replication.raft.RaftInput.SnapshotGone;
import io.holdfast.replication.raft.RaftInput.SnapshotStored;
import io.holdfast.replication.raft.RaftInput.SnapshotTaken;
import io.holdfast.replication.raft.RaftInput.Started;
import io.holdfast.replication.raft.RaftInput.StorageStalled;
import io.holdfast.replication.raft.RaftInput.TimerFired;
import io.holdfast.replication.raft.RaftInput.Transfer;
import io.holdfast.replication.raft.RaftMessage.AppendAccepted;
import io.holdfast.replication.raft.RaftMessage.AppendRejected;
import io.holdfast.replication.raft.RaftMessage.AppendRequest;
import io.holdfast.replication.raft.RaftMessage.Heartbeat;
import io.holdfast.replication.raft.RaftMessage.HeartbeatReply;
import io.holdfast.replication.raft.RaftMessage.Introduction;
import io.holdfast.replication.raft.RaftMessage.LogStatusReply;
import io.holdfast.replication.raft.RaftMessage.LogStatusRequest;
import io.holdfast.replication.raft.RaftMessage.NotMember;
import io.holdfast.replication.raft.RaftMessage.PreVoteReply;
import io.holdfast.replication.raft.RaftMessage.PreVoteRequest;
import io.holdfast.replication.raft.RaftMessage.ReadIndexReply;
import io.holdfast.replication.raft.RaftMessage.ReadIndexRequest;
import io.holdfast.replication.raft.RaftMessage.SnapshotChunk;
import io.holdfast.replication.raft.RaftMessage.SnapshotOffer;
import io.holdfast.replication.raft.RaftMessage.SnapshotRequest;
import io.holdfast.replication.raft.RaftMessage.StateReport;
import io.holdfast.replication.raft.RaftMessage.Stranger;
import io.holdfast.replication.raft.RaftMessage.TimeoutNow;
import io.holdfast.replication.raft.RaftMessage.VoteReply;
import io.holdfast.replication.raft.RaftMessage.VoteRequest;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.random.RandomGenerator;

/**
 * One voter of a Raft group, after Diego Ongaro's thesis "Consensus: Bridging Theory and Practice" (2014), as a
 * deterministic state machine: {@link #step} takes the time and what happened, and returns what is to be done.
 *
 * <p>This class knows the terms and hands each input to the decision that it belongs to: {@link Election}, {@link
 * Replicator} (leader), {@link FollowerLog}, {@link ReadIndex}, {@link Doubt}. The log is made of batches that are
 * never split; their boundaries are the same on all nodes, because a batch is made once, by the leader of its term.
 *
 * <p>Not thread-safe. The list that {@code step} returns is valid until the next call.
 */
public final class Raft {
    private final RaftState s;
    private final Doubt doubt;
    private final Election election;
    private final SeedProof seed;
    private final FollowerLog followerLog;
    private final SnapshotIntake snapshots;
    private final ReadIndex reads;
    private final Replicator replicator;
    private final Reconfiguration reconfiguration;
    private final Handover handover;
    private final Preference preference;
    private long armedForNanos;
    private boolean armed;
    private boolean excused;

    /**
     * A voter as it comes back from its disk.
     *
     * @param log the batches on its disk
     * @param members who belongs to the group, as the log says
     * @param term the term on its disk, 0 if it is new
     * @param votedFor its vote in that term, empty if none
     * @param masterStopNanos the longest {@code stopWithin} of the masters that it may have heard; negative if unknown
     * @param commit an index known to be committed, as a lower bound; 0 if unknown
     * @param tailDoubtful true if what it acknowledged last may have been lost
     * @param neededIndex after damage: entries up to there are known to be committed; 0 if nothing is known to be missing
     * @param voteDoubtful true if a later term or vote than this may have been lost
     * @param random decides time-outs; seeded by the caller
     */
    public Raft(
            RaftConfig config,
            LogIndex log,
            Membership members,
            long term,
            String votedFor,
            long masterStopNanos,
            long commit,
            boolean tailDoubtful,
            long neededIndex,
            boolean voteDoubtful,
            RandomGenerator random) {
        s = new RaftState(config, log, members, random, term, votedFor, masterStopNanos, commit);
        doubt = new Doubt(s, tailDoubtful, neededIndex, voteDoubtful);
        election = new Election(s, doubt);
        seed = new SeedProof(s);
        followerLog = new FollowerLog(s, seed);
        snapshots = new SnapshotIntake(s, followerLog, seed);
        reads = new ReadIndex(s);
        replicator = new Replicator(s, reads, doubt);
        reconfiguration = new Reconfiguration(s, replicator);
        handover = new Handover(s, replicator);
        preference = new Preference(s, replicator);
    }

    /** Said before the first step: what the log begins after was put there before the node joined, and has not come from the group. */
    public void seeded() {
        seed.begin();
    }

    /** Takes one input at {@code nowNanos}, which never goes backwards, and returns the effects. */
    public List<RaftEffect> step(long nowNanos, RaftInput input) {
        s.now = nowNanos;
        s.effects.clear();
        if (!s.outdated) {
            dispatch(input);
        }
        if (s.role == RaftRole.LEADER) {
            reconfiguration.advance();
            if (reconfiguration.leadsOthersOnly()) {
                handover.flee();
                stepDown();
            }
        }
        if (s.role == RaftRole.LEADER) {
            handover.advance();
            replicator.flush();
            replicator.lease().tell();
        }
        arm();
        checkInvariants();
        return s.effects;
    }

    private void dispatch(RaftInput input) {
        if (input instanceof Received received) {
            receive(received.from(), received.message());
        } else if (input instanceof Proposed proposed) {
            propose(proposed);
        } else if (input instanceof Persisted persisted) {
            persisted(persisted);
        } else if (input instanceof ConfigurationRecorded recorded) {
            reconfiguration.recorded(recorded.configuration());
        } else if (input instanceof StorageStalled storage) {
            s.stalled = storage.stalled();
            if (s.stalled && s.role == RaftRole.LEADER) {
                handover.flee();
            }
            if (s.stalled && s.role != RaftRole.FOLLOWER) {
                stepDown();
            }
        } else if (input instanceof FitnessChanged changed) {
            s.fitness = changed.fitness();
        } else if (input instanceof Reshape reshape) {
            if (s.role == RaftRole.LEADER && !handover.isActive()) {
                reconfiguration.reshape(reshape.change());
            }
        } else if (input instanceof Transfer transfer) {
            if (s.role == RaftRole.LEADER && !handover.isActive() && !handover.begin(transfer.to())) {
                renewTerm();
            }
        } else if (input instanceof ReadRequested requested) {
            requested.ids().forEach(this::read);
        } else if (input instanceof TimerFired) {
            armed = false;
            timerFired();
        } else if (input instanceof HardStateSaved saved) {
            if (s.hardStateSaved(saved.version()) && election.hardStateSaved()) {
                lead();
            }
        } else if (input instanceof PeerUp up) {
            peerUp(up.peer());
        } else if (input instanceof PeerDown down) {
            s.reached.remove(down.peer());
            if (s.role == RaftRole.LEADER) {
                replicator.down(down.peer());
            }
        } else if (input instanceof PeerRefused refused) {
            if (s.role == RaftRole.FOLLOWER && refused.node().equals(Voter.nodeOf(s.leader))) {
                election.leaderRefused();
            }
        } else if (input instanceof SendFailed failed) {
            if (s.role == RaftRole.LEADER) {
                replicator.refused(failed.peer());
            }
        } else if (input instanceof SnapshotFetched fetched) {
            snapshots.fetched(fetched);
        } else if (input instanceof SnapshotStored stored) {
            snapshots.stored(stored);
            doubt.caughtUp();
        } else if (input instanceof SnapshotTaken taken) {
            s.snapshot = new SnapshotMark(taken.index(), taken.term(), taken.bytes());
        } else if (input instanceof LogDropped dropped) {
            s.log.dropUpTo(dropped.upToIndex());
            s.members.dropUpTo(dropped.upToIndex());
        } else if (input instanceof SnapshotGone gone) {
            if (s.role == RaftRole.LEADER) {
                replicator.snapshotGone(gone.peer(), gone.index());
            }
        } else if (input instanceof Started) {
            s.armElection();
            boolean first = s.members.alone() || (s.term == 0 && s.log.lastIndex() == 0);
            if (!first) {
                s.promiseAfterRestart();
            }
            doubt.ask();
            if (s.commit > 0) {
                s.effects.add(new RaftEffect.Committed(s.commit));
            }
            if (first && s.members.votes(s.config.self())) {
                election.firstOfItsCluster();
            }
        } else {
            throw new IllegalStateException("an input of an unknown kind: " + input);
        }
    }

    private void receive(String from, RaftMessage message) {
        // Whether the sender belongs to the group is not asked: this node's log may be behind (thesis, 4.1). Who does
        // not is
        // never counted.
        if (message instanceof Introduction introduction) {
            if (!introduction.sender().id().equals(from)) {
                throw new MalformedFrameException(from + " calls itself " + introduction.sender());
            }
            Voter sender = introduction.sender();
            if (s.role == RaftRole.LEADER) {
                reconfiguration.met(sender, introduction.joins(), introduction.level());
            } else if (!s.leader.isEmpty() && !s.members.current().isMember(sender.id())) {
                s.send(s.leader, new Stranger(s.term, sender, introduction.joins(), introduction.level()));
            }
            return;
        }
        if (message instanceof Stranger relayed) {
            if (s.role == RaftRole.LEADER && s.members.current().isMember(from)) {
                reconfiguration.met(relayed.who(), relayed.joins(), relayed.level());
            }
            return;
        }
        if (message instanceof NotMember told) {
            if (s.role != RaftRole.LEADER) {
                election.excluded(told);
            }
            return;
        }
        if (message instanceof StateReport report) {
            s.effects.add(new StateReported(from, report.index(), report.subject(), report.hash()));
            return;
        }
        if (message instanceof LogStatusRequest) {
            s.send(from, new LogStatusReply(s.term, s.log.lastIndex(), s.log.lastTerm(), s.members.current()));
            return;
        }
        if (message instanceof LogStatusReply reply) {
            doubt.told(from, reply);
            return;
        }
        if (!doubt.knowsItsTerm()) {
            return; // it may have promised to hear nobody of an earlier term than one that it forgot
        }
        if (message instanceof PreVoteRequest request) {
            election.asked(from, request);
            if (s.role == RaftRole.LEADER) {
                reconfiguration.tellNoMember(from);
            }
            return;
        }
        if (message instanceof PreVoteReply reply && reply.granted()) {
            election.answered(from, reply);
            return;
        }
        if (message instanceof PreVoteReply) {
            election.refused(from); // and its term is looked at below
        }
        if (message instanceof VoteRequest request
                && !request.transfer()
                && message.term() > s.term
                && election.hearsLeader()) {
            return; // thesis, 4.2.3: a candidate does not depose a leader that this voter hears
        }
        if (message.term() > s.term) {
            adopt(message.term(), leaderOf(from, message));
        } else if (message.term() < s.term) {
            answerStale(from, message);
            return;
        }
        receiveInTerm(from, message);
    }

    private void receiveInTerm(String from, RaftMessage message) {
        if (message instanceof AppendRequest request) {
            follow(from);
            followerLog.append(request);
            doubt.caughtUp();
        } else if (message instanceof Heartbeat heartbeat) {
            follow(from);
            s.commitTo(Math.min(heartbeat.commit(), s.matched));
            doubt.leaderEndsAt(heartbeat.lastIndex());
            seed.leaderEndsAt(heartbeat.lastIndex());
            s.promise(heartbeat.stopWithinNanos());
            s.send(
                    from,
                    new HeartbeatReply(
                            s.term, heartbeat.round(), Math.max(0, s.promiseLeft()), s.fitness, s.config.level()));
        } else if (message instanceof SnapshotOffer offer) {
            follow(from);
            snapshots.offered(offer);
        } else if (message instanceof SnapshotChunk chunk) {
            follow(from);
            snapshots.received(chunk);
        } else if (message instanceof VoteRequest request) {
            election.asked(from, request);
        } else if (message instanceof TimeoutNow order) {
            follow(from);
            election.standAtOnce(order.holdNanos(), order.waitNanos());
        } else if (message instanceof VoteReply reply) {
            if (election.answered(from, reply)) {
                lead();
            }
        } else if (message instanceof ReadIndexReply reply) {
            s.commitTo(Math.min(reply.index(), s.matched));
            s.effects.add(new ReadReady(reply.id(), reply.index()));
        } else if (s.role == RaftRole.LEADER) {
            receiveAsLeader(from, message);
        }
        // What is left are answers to a leader or candidate that this node no longer is.
    }

    private void receiveAsLeader(String from, RaftMessage message) {
        if (message instanceof AppendAccepted reply) {
            replicator.accepted(from, reply);
        } else if (message instanceof AppendRejected reply) {
            replicator.rejected(from, reply);
        } else if (message instanceof HeartbeatReply reply) {
            replicator.answered(from, reply);
        } else if (message instanceof SnapshotRequest request) {
            replicator.requested(from, request);
        } else if (message instanceof ReadIndexRequest request) {
            replicator.read(request.id(), from);
        }
    }

    /** Tells a leader or candidate of an earlier term that its time is over. */
    private void answerStale(String from, RaftMessage message) {
        if (message instanceof AppendRequest request) {
            s.send(from, new AppendRejected(s.term, request.prevIndex(), 0, 0));
        } else if (message instanceof SnapshotOffer || message instanceof SnapshotChunk) {
            s.send(from, new HeartbeatReply(s.term, 0));
        } else if (message instanceof Heartbeat heartbeat) {
            s.send(from, new HeartbeatReply(s.term, heartbeat.round()));
        } else if (message instanceof VoteRequest) {
            s.send(from, new VoteReply(s.term, false));
        }
    }

    private static String leaderOf(String from, RaftMessage message) {
        return message instanceof AppendRequest
                        || message instanceof Heartbeat
                        || message instanceof SnapshotOffer
                        || message instanceof SnapshotChunk
                ? from
                : "";
    }

    private void adopt(long term, String leader) {
        if (s.role == RaftRole.LEADER) {
            deposed();
        }
        boolean waits = s.role != RaftRole.FOLLOWER || !leader.isEmpty();
        s.enterTerm(term);
        s.become(RaftRole.FOLLOWER, leader);
        s.saveHardState();
        s.leaderHeardNanos = s.now;
        // A vote request alone postpones nothing (RATIS-980's mirror image): only a leader or a granted vote does.
        if (waits) {
            s.armElection();
        }
    }

    private void follow(String leader) {
        if (s.role == RaftRole.LEADER) {
            throw new IllegalStateException(leader + " and " + s.config.self() + " both lead in term " + s.term);
        }
        if (!leader.equals(s.leader) || s.role != RaftRole.FOLLOWER) {
            s.become(RaftRole.FOLLOWER, leader);
        }
        s.leaderHeardNanos = s.now;
        s.leaderRefused = false;
        s.belonged |= s.isMemberForSure();
        excused = false;
        s.armElection();
    }

    private void lead() {
        s.become(RaftRole.LEADER, s.config.self());
        s.belonged = true;
        handover.end();
        preference.begin();
        replicator.begin(election.holdUntilNanos(), election.grantFromNanos());
    }

    /** Nobody has taken over: this node leads on, in a term in which it may act as master again. */
    private void renewTerm() {
        handover.end();
        reads.abandon();
        election.standAtOnce(replicator.holdLeftNanos(), replicator.lease().waitLeftNanos());
        if (s.role == RaftRole.LEADER) {
            stepDown(); // it must not stand
        }
    }

    /** It counted itself for its lease, so whoever has its vote next must know of that lease, too. */
    private void deposed() {
        reads.abandon();
        if (!handover.isActive()) {
            s.promise(s.config.stopWithinNanos());
        }
    }

    private void stepDown() {
        if (s.role == RaftRole.LEADER) {
            deposed();
        }
        s.become(RaftRole.FOLLOWER, "");
        s.armElection();
    }

    private void propose(Proposed proposed) {
        if (s.role != RaftRole.LEADER) {
            s.effects.add(new ProposalRefused());
            return;
        }
        if (handover.isActive()) {
            return; // what waits goes to the next leader, by those who sent it
        }
        BatchMeta batch = new BatchMeta(s.log.lastIndex() + 1, proposed.count(), s.term, proposed.bytes());
        s.log.append(batch);
        s.effects.add(new AppendProposed(batch));
        replicator.proposed();
    }

    private void persisted(Persisted persisted) {
        // The term tells a rewritten tail from the one that was forced.
        if (s.log.termAt(persisted.index()) != persisted.term() || persisted.index() <= s.durable) {
            return;
        }
        s.durable = persisted.index();
        if (s.role == RaftRole.LEADER) {
            replicator.commit();
        } else if (!s.leader.isEmpty()) {
            followerLog.persisted();
            doubt.caughtUp();
        }
    }

    private void read(long id) {
        if (s.role == RaftRole.LEADER) {
            replicator.read(id, s.config.self());
        } else if (s.leader.isEmpty()) {
            s.effects.add(new ReadFailed(id));
        } else {
            s.send(s.leader, new ReadIndexRequest(s.term, id));
        }
    }

    private void peerUp(String peer) {
        s.reached.add(peer);
        s.send(peer, s.introduction());
        if (s.role == RaftRole.LEADER) {
            replicator.peerUp(peer);
        } else if (peer.equals(s.leader)) {
            s.leaderRefused = false;
            followerLog.forgetAcknowledged();
        }
        doubt.ask();
    }

    /**
     * A timer that fires late says that this node stood still (a pause, a suspended machine, a busy core), not that the
     * others did: what they sent meanwhile still waits to be read. It gets one heartbeat's time, once.
     */
    private void timerFired() {
        long late = s.now - armedForNanos;
        if (late > s.config.heartbeatNanos() / 2 && !excused) {
            excused = true;
            long pardon = s.config.heartbeatNanos();
            s.electionDeadlineNanos = Math.max(s.electionDeadlineNanos, s.now + pardon);
            replicator.excuse(pardon);
        } else if (late <= s.config.heartbeatNanos() / 2) {
            excused = false;
        }
        if (s.role == RaftRole.LEADER) {
            if (!replicator.timerFired()) {
                stepDown();
            } else if (handover.isOverdue()) {
                renewTerm();
            } else if (!handover.isActive()) {
                preference.look();
            }
        } else if (s.now - s.electionDeadlineNanos >= 0) {
            doubt.ask();
            election.timedOut();
        } else if (doubt.exists()) {
            doubt.ask();
        }
    }

    /** One timer for everything. It is moved forward only; a later deadline is found when it fires early. */
    private void arm() {
        long due = s.role == RaftRole.LEADER ? handover.dueNanos(replicator.dueNanos()) : s.electionDeadlineNanos;
        if (doubt.exists()) {
            due = Math.min(due, s.now + s.config.heartbeatNanos());
        }
        if (!armed || due - armedForNanos < 0) {
            armed = true;
            armedForNanos = due;
            s.effects.add(new SetTimer(due));
        }
    }

    /** Always on: a state that breaks these is a bug, and the node stops before it tells anybody. */
    private void checkInvariants() {
        if (s.commit < s.log.base().index()) {
            throw new IllegalStateException(
                    "the log begins after " + s.log.base() + ", and only " + s.commit + " is decided");
        }
        if (s.commit > s.log.lastIndex() || s.durable > s.log.lastIndex() || s.matched > s.log.lastIndex()) {
            throw new IllegalStateException("commit " + s.commit + ", durable " + s.durable + " or matched " + s.matched
                    + " is beyond the log's end " + s.log.lastIndex());
        }
        if (s.role == RaftRole.LEADER && !s.votedFor.equals(s.config.self())) {
            throw new IllegalStateException("leads term " + s.term + " but voted for '" + s.votedFor + "'");
        }
    }

    /** Its name. */
    public String self() {
        return s.config.self();
    }

    /** Its role. */
    public RaftRole role() {
        return s.role;
    }

    /** The current term. */
    public long term() {
        return s.term;
    }

    /** The leader of this term, empty while unknown. */
    public String leader() {
        return s.leader;
    }

    /** True if that leader is this node, or is alive as far as it can tell. */
    public boolean hearsLeader() {
        return election.hearsLeader();
    }

    /** Decided up to here. */
    public long commitIndex() {
        return s.commit;
    }

    /** The log's end. */
    public long lastIndex() {
        return s.log.lastIndex();
    }

    /** True if an entry of this term is known to be committed. */
    public boolean committedInTerm() {
        return s.log.termAt(s.commit) == s.term;
    }

    /** Who belongs to the group. */
    public Configuration configuration() {
        return s.members.current();
    }

    /** True if this node has a vote. */
    public boolean votes() {
        return s.members.votes(s.config.self()) && !s.isExcluded();
    }

    /**
     * True if this node belonged to the group, and it is decided that it does not any more. Until then it may be needed: those who
     * stay may have to have its vote, or it leads them itself (thesis, 4.2.2).
     */
    public boolean isRemoved() {
        boolean left = s.members.index() <= s.commit && !s.members.current().isMember(s.config.self());
        return s.role != RaftRole.LEADER && s.belonged && (s.isExcluded() || left);
    }

    /** At which index the newest configuration is in the log. */
    public long configurationIndex() {
        return s.members.index();
    }

    /** On a leader: whether that change may begin now. */
    public VoterPlan.Verdict plan(ShapeChange change) {
        return reconfiguration.plan(change);
    }

    /** On a leader: for how long that member has not been heard, in nanoseconds; 0 for itself, very long if it never was. */
    public long silentNanos(String member) {
        return replicator.silentNanos(member);
    }

    /** The highest level of the log that this node supports. */
    public int supports() {
        return s.config.level();
    }

    /** On a leader: the highest level of the log that each member supports who answers now; else empty. */
    public Map<String, Integer> levels() {
        return s.role == RaftRole.LEADER ? replicator.levels() : Map.of();
    }

    /** How many bytes of batches follow the one that ends at {@code index}. */
    public long bytesAfter(long index) {
        return s.log.bytesFrom(index + 1);
    }

    /** True while it neither votes nor stands because the end of its own memory cannot be trusted. */
    public boolean doubtful() {
        return doubt.exists();
    }

    /** True if another voter is known to have had more of the log than this one, which lost its end: it waits for that to be there. */
    public boolean isIncomplete() {
        return s.role == RaftRole.FOLLOWER && s.leader.isEmpty() && !doubt.exists() && !doubt.mayStand();
    }

    /** On a leader: true if that voter is heard, and what it still needs of the log is on its way. */
    public boolean hasCaughtUp(String voter) {
        return s.role == RaftRole.LEADER && replicator.hasCaughtUp(voter);
    }

    /** On a leader: up to where each other voter's disk is known to have the log. */
    public Map<String, Long> matches() {
        return replicator.matches();
    }

    /** To whom links stand, whether they belong to the group or not. */
    public Set<String> reached() {
        return Set.copyOf(s.reached);
    }

    /** Who has refused this node a vote since a leader was last heard. */
    public Set<String> refusals() {
        return Set.copyOf(election.refusals());
    }

    /** While it is {@linkplain #doubtful() doubtful}: whom it has not heard yet. */
    public Set<String> unheard() {
        return doubt.unheard();
    }

    /** On a leader: the others who lack nothing that is not on its way to them. */
    public Set<String> caughtUp() {
        return s.role == RaftRole.LEADER ? replicator.caughtUp() : Set.of();
    }

    /** On a leader: the others who answered within three heartbeats, and do not say of themselves that they are down. */
    public Set<String> sound() {
        return s.role == RaftRole.LEADER ? replicator.sound() : Set.of();
    }

    /** On a leader: from which index on each other voter needs the log. */
    public Map<String, Long> needs() {
        return s.role == RaftRole.LEADER ? replicator.needs() : Map.of();
    }

    /** On a leader: who is offered a snapshot, or fetches it. */
    public Set<String> fetching() {
        return s.role == RaftRole.LEADER ? replicator.fetching() : Set.of();
    }

    /** The log that it decides about. */
    public LogIndex log() {
        return s.log;
    }
}
