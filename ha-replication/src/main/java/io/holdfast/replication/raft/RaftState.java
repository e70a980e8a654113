package io.holdfast.replication.raft;

import io.holdfast.replication.raft.RaftEffect.RoleChanged;
import io.holdfast.replication.raft.RaftEffect.SaveHardState;
import io.holdfast.replication.raft.RaftEffect.Send;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** The one state that the decisions around it share, and the effects of the step that is running. */
final class RaftState {
    /** What a node votes for in a term in which it may have voted for another before it lost its memory. */
    static final String FORGOTTEN = "?";

    final RaftConfig config;
    final LogIndex log;
    final Membership members;
    final RandomGenerator random;
    final List<RaftEffect> effects = new ArrayList<>();
    private final List<RaftEffect> heldUntilSaved = new ArrayList<>();
    private long saveVersion;
    private long savedVersion;

    long now;
    long term;
    /** Whom this node voted for in {@link #term}; empty if nobody. */
    String votedFor;

    RaftRole role = RaftRole.FOLLOWER;
    /** The leader of {@link #term}; empty while unknown. */
    String leader = "";

    /** The newest of this node's own; null if there is none. */
    @Nullable
    SnapshotMark snapshot;

    long commit;
    /** On this node's disk up to here. */
    long durable;
    /** Known to equal the log of this term's leader up to here. */
    long matched;
    /** When the leader last gave a sign of life. */
    long leaderHeardNanos;
    /** True after the leader's host refused a connection, until the leader is heard again. */
    boolean leaderRefused;

    /** This node's own. */
    Fitness fitness = Fitness.PLAIN;

    private final Promise promise;
    /** To whom a link stands, whether this node's configuration knows them or not. */
    final TreeSet<String> reached = new TreeSet<>();
    /** True while the log cannot be written. */
    boolean stalled;
    /**
     * True once the log is known to be at a level that this node does not support, or not to be that of which its state is: it has no part in
     * anything from then on.
     */
    boolean outdated;

    long electionDeadlineNanos;

    RaftState(
            RaftConfig config,
            LogIndex log,
            Membership members,
            RandomGenerator random,
            long term,
            String votedFor,
            long masterStopNanos,
            long commit) {
        this.config = config;
        this.log = log;
        this.members = members;
        this.random = random;
        this.term = term;
        this.votedFor = votedFor;
        this.promise = new Promise(config, masterStopNanos);
        this.commit = Math.max(log.base().index(), Math.min(commit, log.lastIndex()));
        this.durable = log.lastIndex();
    }

    /** Told by a leader: from that index on this node does not belong to the group. */
    long excludedAt;
    /** True once a leader has been followed, or this node has led, while it was decided that it belongs to the group. */
    boolean belonged;

    /** True if others have decided so, and this node's log does not go that far. */
    boolean isExcluded() {
        return commit < excludedAt;
    }

    /**
     * True if this node has no vote by the newest configuration, had one until then, and does not know whether that is decided. It may
     * be the only one that has that configuration: those who have a vote by it then need this node's by the one before, which
     * it cannot give to whoever has less than it has.
     */
    boolean isNeeded() {
        return members.index() > commit && !members.votes(config.self()) && members.votedBefore(config.self());
    }

    /** True if that is decided: an entry that takes it in may still be lost. */
    boolean isMemberForSure() {
        return !isExcluded() && members.index() <= commit && members.current().isMember(config.self());
    }

    /** Who this node is. It asks to join if it does not belong to the group, unless it has been sent away just now. */
    RaftMessage.Introduction introduction() {
        boolean outside = isExcluded() || !members.current().isMember(config.self());
        return new RaftMessage.Introduction(term, config.own(), outside && !belonged, config.level());
    }

    /** To the leader of this term, which is heard now; what has to outlast a restart is on disk before it is told. */
    void promise(long stopWithinNanos) {
        if (promise.give(now, term, stopWithinNanos)) {
            saveHardState();
        }
    }

    /** To the leader that may have been heard before a restart. */
    void promiseAfterRestart() {
        promise.giveAfterRestart(now);
    }

    /** How much is left of what was promised last; negative if that has ended. */
    long promiseLeft() {
        return promise.leftNanos(now);
    }

    /** For how long a leader that was promised something may act as master; negative if that has ended. */
    long actsLeft() {
        return promise.actsNanos(now);
    }

    /** True if this node cannot go on from here: nothing of that log may be stored, applied or voted on by it. */
    boolean isTooHigh(int level) {
        if (level > config.level()) {
            outdated = true;
            effects.add(new RaftEffect.LevelTooHigh(level));
        }
        return outdated;
    }

    /** From now on others count. */
    void configurationChanged() {
        effects.add(new RaftEffect.ConfigurationChanged(members.current()));
    }

    /** Nothing that speaks of a term or vote leaves before that is on disk: persist before you tell. */
    void send(String to, RaftMessage message) {
        if (savedVersion == saveVersion) {
            effects.add(new Send(to, message));
        } else {
            heldUntilSaved.add(new Send(to, message));
        }
    }

    /** A term and the vote in it that come in one step are one write. */
    void saveHardState() {
        effects.removeIf(SaveHardState.class::isInstance);
        effects.add(new SaveHardState(++saveVersion, term, votedFor, promise.stopWithinNanos()));
    }

    boolean hardStateSaved(long version) {
        savedVersion = Math.max(savedVersion, version);
        if (savedVersion < saveVersion) {
            return false;
        }
        effects.addAll(heldUntilSaved);
        heldUntilSaved.clear();
        return true;
    }

    void become(RaftRole newRole, String newLeader) {
        role = newRole;
        leader = newLeader;
        effects.add(new RoleChanged(role, term, leader));
    }

    /** Enters a higher term; whoever leads it is not known yet. */
    void enterTerm(long newTerm) {
        if (newTerm <= term) {
            throw new IllegalStateException("term " + newTerm + " does not follow term " + term);
        }
        term = newTerm;
        votedFor = "";
        matched = 0;
        leaderRefused = false;
    }

    void commitTo(long index) {
        if (index <= commit) {
            return;
        }
        if (index > log.lastIndex()) {
            throw new IllegalStateException("commit of " + index + " beyond the log's end " + log.lastIndex());
        }
        commit = index;
        effects.add(new RaftEffect.Committed(index));
    }

    /** Waits for a leader: at least the election time-out and a heartbeat, plus up to half of it by chance. */
    void armElection() {
        long timeout = config.electionTimeoutNanos();
        electionDeadlineNanos = now + timeout + config.heartbeatNanos() + random.nextLong(timeout / 2 + 1);
    }
}
