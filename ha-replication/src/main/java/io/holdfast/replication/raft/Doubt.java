package io.holdfast.replication.raft;

import io.holdfast.replication.log.Configuration;
import io.holdfast.replication.log.Voter;
import io.holdfast.replication.raft.RaftMessage.LogStatusReply;
import io.holdfast.replication.raft.RaftMessage.LogStatusRequest;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
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
 * <p>Who the other voters are may have changed by an entry that it lost, so each tells besides whom its log names, and those
 * count whom the newest of all these logs names. That suffices: an entry that names others is decided by a majority of those
 * who voted until then, in joint consensus of each half, so if this voter helped to decide it, one of the others whom it has
 * heard has it, and thereby a newer log. Where nobody else votes, nobody else's memory counts; but then the other members are
 * heard for whom they name, since one of them may have been given a vote by what was lost.
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
    /** By who said it: the first word counts, since nothing was promised after the restart. */
    private final Map<String, LogStatusReply> heard = new TreeMap<>();

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
            for (String peer : unheard()) {
                s.send(peer, new LogStatusRequest(s.term));
            }
        }
    }

    /** Who belongs to the group by the newest log that it knows of, its own among them. */
    private Configuration newestMembers() {
        Configuration newest = s.members.current();
        long term = s.log.lastTerm();
        long index = s.log.lastIndex();
        for (LogStatusReply reply : heard.values()) {
            if (reply.members() != null && !Election.atLeast(term, index, reply.lastTerm(), reply.lastIndex())) {
                newest = reply.members();
                term = reply.lastTerm();
                index = reply.lastIndex();
            }
        }
        return newest;
    }

    private Set<String> others(List<Voter> of) {
        Set<String> others = new TreeSet<>();
        of.forEach(voter -> others.add(voter.id()));
        others.remove(s.config.self());
        return others;
    }

    private Set<String> otherVoters(Configuration members) {
        Set<String> voters = others(members.voters());
        voters.addAll(others(members.outgoing()));
        return voters;
    }

    private Set<String> toBeHeard() {
        Configuration members = newestMembers();
        Set<String> voters = otherVoters(members);
        return voters.isEmpty() ? others(members.members()) : voters;
    }

    /** For people. */
    Set<String> unheard() {
        if (!doubtful) {
            return Set.of();
        }
        Set<String> unheard = toBeHeard();
        unheard.removeAll(heard.keySet());
        return unheard;
    }

    boolean exists() {
        return doubtful;
    }

    void told(String from, LogStatusReply reply) {
        if (!doubtful || heard.putIfAbsent(from, reply) != null || !unheard().isEmpty()) {
            return;
        }
        Set<String> voters = otherVoters(newestMembers());
        heard.forEach((who, said) -> {
            highestTerm = Math.max(highestTerm, said.term());
            if (voters.contains(who) && !Election.atLeast(floorTerm, floorIndex, said.lastTerm(), said.lastIndex())) {
                floorTerm = said.lastTerm();
                floorIndex = said.lastIndex();
            }
        });
        end();
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
