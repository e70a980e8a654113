package io.holdfast.replication;

import java.nio.ByteBuffer;

/**
 * A user's own replicated state: the same entries in the same order on every node, so the same state on every node.
 *
 * <p>Both methods are called on one thread of the machine's own, never at the same time, and may take their time: a
 * slow machine delays its own results and holds back new writes, but no heartbeat and no other node.
 *
 * <p>{@link #apply} must be deterministic: no clock (use {@link Entry#wallMillis()}), no randomness, no iteration over
 * salted collections, nothing of this node alone. It must either change the state or throw, never both: an exception
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
     * A committed entry.
     *
     * @param index its place in the log, from 1, rising but not without gaps
     * @param term the term of the master that took it
     * @param wallMillis the master's wall clock when it took it, never decreasing along the log
     * @param command the caller's bytes; valid during the call only
     */
    record Entry(long index, long term, long wallMillis, ByteBuffer command) {}
}
