package io.holdfast.replication;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;

/**
 * A user's own replicated state: the same entries in the same order on every node, so the same state on every node.
 *
 * <p>All methods are called on one thread of the machine's own, never at the same time, and may take their time: a
 * slow machine delays its own results and holds back new writes, but no heartbeat and no other node.
 *
 * <p>The state lives in memory: at each start of the node it is made again from the last snapshot and the log after it.
 * A machine without {@link #snapshot} and {@link #restore} works, and its node keeps its whole log for ever.
 *
 * <p>{@link #apply} must be deterministic: no clock (use {@link Entry#wallMillis()}), no randomness, no iteration over
 * salted collections, nothing of this node alone. Nodes compare hashes of what their machines answer, and one that is alone
 * with its answers stops; so a new release of a machine answers old commands as the one before, or all nodes are stopped
 * before it comes. It must either change the state or throw, never both: an exception
 * goes to the caller as a {@link io.holdfast.core.RequestFailedException}, on every node alike, and the entry counts as
 * applied. An {@link Error} stops the node.
 */
public interface StateMachine {

    /**
     * Applies one committed entry.
     *
     * @return the caller's answer; empty if there is nothing to say. At most 1 MiB.
     */
    byte[] apply(Entry entry);

    /**
     * Answers a question about the state without changing it.
     *
     * @param request as the caller gave it; valid during the call only
     */
    byte[] query(ByteBuffer request);

    /**
     * The state as it is now. Must be quick, since entries wait meanwhile: share what can be shared, copy what cannot, and
     * leave the writing to {@link StateSnapshot#writeTo}, which runs later and elsewhere.
     *
     * @throws UnsupportedOperationException if the machine has no snapshots, as by default
     */
    default StateSnapshot snapshot() {
        throw new UnsupportedOperationException(getClass().getName() + " does not implement snapshot()");
    }

    /**
     * Replaces the whole state by what a {@link StateSnapshot} wrote, on this node or another one.
     *
     * @param version as the snapshot said; also versions of earlier releases of the machine are given
     * @param in all of what was written, which has been verified, and nothing after it
     * @throws IOException if it cannot be read; the node then stops
     */
    default void restore(int version, InputStream in) throws IOException {
        throw new UnsupportedOperationException(getClass().getName() + " does not implement restore()");
    }

    /**
     * A committed entry.
     *
     * @param index its place in the log, from 1, rising but not without gaps
     * @param term the term of the master that took it
     * @param wallMillis the master's wall clock when it took it, never decreasing along the log
     * @param command the caller's bytes; valid during the call only
     */
    record Entry(long index, long term, long wallMillis, ByteBuffer command) {}
}
