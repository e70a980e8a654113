package io.holdfast.replication.raft;

import io.holdfast.replication.log.Configuration;
import java.util.List;

/** What can happen to a {@link Raft}. */
public sealed interface RaftInput {

    /** The node begins. First, and once. */
    record Started() implements RaftInput {}

    /** A voter said something. */
    record Received(String from, RaftMessage message) implements RaftInput {}

    /** The time of the last {@link RaftEffect.SetTimer} has come. */
    record TimerFired() implements RaftInput {}

    /** The log is on disk up to an index, whose entry was of that term when the force began. */
    record Persisted(long term, long index) implements RaftInput {}

    /** {@link RaftEffect.SaveHardState} of that version is on disk, and so are all before it. */
    record HardStateSaved(long version) implements RaftInput {}

    /**
     * The log cannot be written for now, or can be again. A node that cannot write neither leads nor stands.
     */
    record StorageStalled(boolean stalled) implements RaftInput {}

    /**
     * Nobody acts as master here any more: another node is to lead, in good order.
     *
     * @param to a node; empty for whoever suits best
     */
    record Transfer(String to) implements RaftInput {}

    /** How fit this node is to lead has changed. */
    record FitnessChanged(Fitness fitness) implements RaftInput {}

    /** That this configuration holds is written where it outlasts whatever becomes of the log's end. */
    record ConfigurationRecorded(Configuration configuration) implements RaftInput {}

    /** Others are to vote; begun if {@link VoterPlan} says so at that moment, and nothing happens otherwise. */
    record Reshape(ShapeChange change) implements RaftInput {}

    /** Users' entries wait in a batch of this count and length. */
    record Proposed(int count, int bytes) implements RaftInput {}

    /** Linearizable reads have been asked for. */
    record ReadRequested(List<Long> ids) implements RaftInput {}

    /** A link to that voter stands. */
    record PeerUp(String peer) implements RaftInput {}

    /** The link to that voter is gone: what was on its way may be lost. */
    record PeerDown(String peer) implements RaftInput {}

    /** That node's host refused a connection: evidence that its process is dead. */
    record PeerRefused(String node) implements RaftInput {}

    /** An append could not be handed to the link. */
    record SendFailed(String peer) implements RaftInput {}

    /** A snapshot of this node's own is on stable storage. */
    record SnapshotTaken(long index, long term, long bytes) implements RaftInput {}

    /** The log begins after that index now, which is in the snapshot. */
    record LogDropped(long upToIndex) implements RaftInput {}

    /** Of the snapshot that {@link RaftEffect.FetchSnapshot} names, the part before the offset is here. */
    record SnapshotFetched(long index, long offset) implements RaftInput {}

    /**
     * All of it is here, is whole, and is on stable storage under its own name.
     *
     * @param configuration that holds at its end
     */
    record SnapshotStored(long index, long term, long bytes, Configuration configuration) implements RaftInput {}

    /** A snapshot that was offered to that follower can no longer be read. */
    record SnapshotGone(String peer, long index) implements RaftInput {}
}
