package io.holdfast.replication.raft;

import io.holdfast.replication.log.BatchMeta;
import io.holdfast.replication.log.Configuration;
import io.holdfast.replication.raft.RaftEffect.AppendReceived;
import io.holdfast.replication.raft.RaftEffect.TruncateLog;
import io.holdfast.replication.raft.RaftMessage.AppendAccepted;
import io.holdfast.replication.raft.RaftMessage.AppendRejected;
import io.holdfast.replication.raft.RaftMessage.AppendRequest;

/** The follower's side of replication: figure 3.1 of Ongaro's thesis, "AppendEntries RPC", receiver. */
final class FollowerLog {
    private final RaftState s;
    private final SeedProof seed;
    private long acknowledged;
    private long acknowledgedTerm;

    FollowerLog(RaftState state, SeedProof seed) {
        this.s = state;
        this.seed = seed;
    }

    /** A new connection to the leader: what was acknowledged before may have to be said again. */
    void forgetAcknowledged() {
        acknowledgedTerm = 0;
    }

    /** Called after the sender has been recognised as this term's leader. */
    void append(AppendRequest request) {
        if (!seed.allows(request)) {
            return;
        }
        long previous = request.prevIndex();
        long base = s.log.base().index();
        if (previous < base) {
            // What is in our snapshot is decided, so this leader has it, too.
            s.matched = Math.max(s.matched, base);
        } else if (s.log.termAt(previous) != request.prevTerm()) {
            long hint = s.log.lastIndexWithTermAtMost(Math.min(previous, s.log.lastIndex()), request.prevTerm());
            s.send(s.leader, new AppendRejected(s.term, previous, hint, s.log.termAt(hint)));
            return;
        }
        boolean stored = false;
        long upTo = previous;
        for (BatchMeta batch : request.batches()) {
            if (batch.firstIndex() <= base || s.log.termAt(batch.firstIndex()) == batch.term()) {
                upTo = batch.lastIndex();
                continue; // decided, or by log matching we have exactly this batch
            }
            Configuration configuration = request.configurations().get(batch.firstIndex());
            if (configuration != null && s.isTooHigh(configuration.level())) {
                return;
            }
            if (s.stalled) {
                break; // what cannot be written would only fill the memory
            }
            upTo = batch.lastIndex();
            if (batch.firstIndex() <= s.log.lastIndex()) {
                truncateFrom(batch.firstIndex());
            }
            s.log.append(batch);
            s.effects.add(new AppendReceived(batch));
            if (configuration != null) {
                s.members.append(batch.firstIndex(), configuration);
                s.configurationChanged();
            }
            stored = true;
        }
        s.matched = Math.max(s.matched, upTo);
        s.commitTo(Math.min(request.commit(), s.matched));
        if (!stored) {
            acknowledge();
        }
    }

    /** What is decided up to there, this term's leader has, too. */
    void agreeUpTo(long committed) {
        s.matched = Math.max(s.matched, committed);
        acknowledge();
    }

    private void truncateFrom(long index) {
        if (index <= s.commit) {
            throw new IllegalStateException("leader " + s.leader + " of term " + s.term + " overwrites index " + index
                    + ", but " + s.commit + " is committed");
        }
        s.log.truncateFrom(index);
        s.durable = Math.min(s.durable, index - 1);
        s.effects.add(new TruncateLog(index));
        if (s.members.truncateFrom(index)) {
            s.configurationChanged();
        }
    }

    /** More is on disk. */
    void persisted() {
        if (seed.isWanted()) {
            return;
        }
        if (acknowledgedTerm != s.term || Math.min(s.durable, s.matched) > acknowledged) {
            acknowledge();
        }
    }

    private void acknowledge() {
        acknowledged = Math.min(s.durable, s.matched);
        acknowledgedTerm = s.term;
        s.send(s.leader, new AppendAccepted(s.term, s.matched, acknowledged));
    }
}
