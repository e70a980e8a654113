package io.holdfast.replication.raft;

import io.holdfast.replication.log.BatchMeta;
import io.holdfast.replication.log.Configuration;
import io.holdfast.replication.log.Voter;

/** What a {@link Raft} wants done, in this order. */
public sealed interface RaftEffect {

    /** Send, as soon as can be; may be lost. For an append the driver adds the batches' bytes. */
    record Send(String to, RaftMessage message) implements RaftEffect {}

    /**
     * Put on disk, then say {@link RaftInput.HardStateSaved}. The core holds messages back until then.
     *
     * @param masterStopNanos the longest {@code stopWithin} of the masters that may still act
     */
    record SaveHardState(long version, long term, String votedFor, long masterStopNanos) implements RaftEffect {}

    /** Seal the proposed batch with these numbers and write it; say {@link RaftInput.Persisted} once forced. */
    record AppendProposed(BatchMeta batch) implements RaftEffect {}

    /** Make a batch of this configuration alone, and write it; say {@link RaftInput.Persisted} once forced. */
    record AppendConfiguration(BatchMeta batch, Configuration configuration) implements RaftEffect {}

    /** From now on these belong to the group. */
    record ConfigurationChanged(Configuration configuration) implements RaftEffect {}

    /** The log is at a level that this node does not support. It takes no part in anything any more: stop it. */
    record LevelTooHigh(int level) implements RaftEffect {}

    /**
     * The state that was put on the disk before the node joined is not one of this log. It takes no part in anything any more: stop it.
     *
     * @param index where that state ends
     * @param term of its last entry
     * @param leaderTerm of the leader's entry there
     */
    record SeedRefuted(long index, long term, long leaderTerm) implements RaftEffect {}

    /** Somebody asked the leader to be taken in, and is not. */
    record NotTakenIn(Voter stranger, String reason) implements RaftEffect {}

    /** Write this batch of the message at hand; say {@link RaftInput.Persisted} once forced. */
    record AppendReceived(BatchMeta batch) implements RaftEffect {}

    /** Drop the log from this index, the first of a batch. Forces begun before no longer count. */
    record TruncateLog(long fromIndex) implements RaftEffect {}

    /** Entries up to this index are decided: apply them. */
    record Committed(long index) implements RaftEffect {}

    /** The read may be answered once {@code index} is applied. */
    record ReadReady(long id, long index) implements RaftEffect {}

    /** The read got no answer, because there is no leader or it changed; it may be asked for again. */
    record ReadFailed(long id) implements RaftEffect {}

    /** The proposal came to a node that does not lead; nothing was appended. */
    record ProposalRefused() implements RaftEffect {}

    /** Role, term or known leader changed; {@code leader} is empty while none is known. */
    record RoleChanged(RaftRole role, long term, String leader) implements RaftEffect {}

    /**
     * This node leads, and nobody else acts as master: it may, until then or until {@link MasterExtended} names a later time, or
     * its role changes. Once in a term.
     */
    record MasterGranted(long term, long untilNanos) implements RaftEffect {}

    /** It may for longer. */
    record MasterExtended(long term, long untilNanos) implements RaftEffect {}

    /** That node would be a better leader: end acting as master, then say {@link RaftInput.Transfer}. */
    record HandOverWanted(String to, String reason) implements RaftEffect {}

    /** This node has again everything that it may once have acknowledged: its disk needs no longer be doubted. */
    record DoubtSettled() implements RaftEffect {}

    /** Say {@link RaftInput.TimerFired} at this time; replaces the timer before. */
    record SetTimer(long atNanos) implements RaftEffect {}

    /** Another voter said what the hash of its state is. */
    record StateReported(String from, long index, long subject, long hash) implements RaftEffect {}

    /**
     * Fetch a snapshot, or go on with it: say {@link RaftInput.SnapshotFetched} with the offset to go on from. Another one
     * that is being fetched is given up.
     *
     * @param offeredInTerm by the leader of which term: another leader's file is another file
     */
    record FetchSnapshot(long index, long term, long bytes, long offeredInTerm) implements RaftEffect {}

    /** Add the bytes of the message at hand to the snapshot that is being fetched. */
    record StoreChunk(long index, long offset, int length) implements RaftEffect {}

    /**
     * Send a chunk of this node's snapshot at that index; say {@link RaftInput.SnapshotGone} if it cannot be read.
     *
     * @param term this leader's
     * @param indexTerm of the last entry in the snapshot
     */
    record SendChunk(String to, long term, long index, long indexTerm, long offset) implements RaftEffect {}

    /**
     * The log ends before the snapshot that was fetched, or holds something else: drop all of it, begin anew after the
     * snapshot's end, and take the state from it.
     */
    record InstallSnapshot(long index, long term) implements RaftEffect {}
}
