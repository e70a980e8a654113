package io.holdfast.replication.raft;

import io.holdfast.replication.raft.RaftEffect.ReadFailed;
import io.holdfast.replication.raft.RaftEffect.ReadReady;
import io.holdfast.replication.raft.RaftMessage.ReadIndexReply;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;

/**
 * Linearizable reads without a log write (Ongaro's thesis, 6.4): the leader notes its commit index, makes sure by a
 * round of heartbeats sent afterwards that it still led, and lets the reader wait until that index is applied. A new
 * leader first commits an entry of its own term; before that it does not know what is committed.
 */
final class ReadIndex {
    private record Read(long id, String from, long round, long index) {}

    private final RaftState s;
    private final List<Read> untilFirstCommit = new ArrayList<>();
    private final ArrayDeque<Read> untilConfirmed = new ArrayDeque<>();

    ReadIndex(RaftState state) {
        this.s = state;
    }

    /**
     * Takes a read at the leader.
     *
     * @param round the heartbeat round that will be sent after this moment
     * @param leased true if nobody else can have committed anything up to now
     * @return true if that round is needed now
     */
    boolean asked(long id, String from, long round, boolean leased) {
        if (s.log.termAt(s.commit) != s.term) {
            untilFirstCommit.add(new Read(id, from, 0, 0));
            return false;
        }
        Read read = new Read(id, from, round, s.commit);
        if (leased) {
            answer(read);
            return false;
        }
        untilConfirmed.add(read);
        return true;
    }

    /** The first entry of this term is committed. True if a round is needed for reads that waited for it. */
    boolean committedInTerm(long round) {
        for (Read read : untilFirstCommit) {
            untilConfirmed.add(new Read(read.id(), read.from(), round, s.commit));
        }
        boolean any = !untilFirstCommit.isEmpty();
        untilFirstCommit.clear();
        return any;
    }

    /** A majority has answered this round: whoever asked before it was sent is safe. */
    void confirmed(long round) {
        while (!untilConfirmed.isEmpty() && untilConfirmed.peek().round() <= round) {
            answer(untilConfirmed.remove());
        }
    }

    private void answer(Read read) {
        if (read.from().equals(s.config.self())) {
            s.effects.add(new ReadReady(read.id(), read.index()));
        } else {
            s.send(read.from(), new ReadIndexReply(s.term, read.id(), read.index()));
        }
    }

    /** This node leads no more. */
    void abandon() {
        untilConfirmed.addAll(untilFirstCommit);
        untilFirstCommit.clear();
        for (Read read : untilConfirmed) {
            if (read.from().equals(s.config.self())) {
                s.effects.add(new ReadFailed(read.id()));
            }
        }
        untilConfirmed.clear();
    }
}
