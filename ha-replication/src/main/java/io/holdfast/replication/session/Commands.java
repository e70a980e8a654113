package io.holdfast.replication.session;

import java.util.concurrent.CompletableFuture;

/**
 * How the structures reach the log from any node or client: writes applied exactly once, linearizable reads. Safe from
 * any thread but the node's loop.
 *
 * <p>All methods throw, or complete with, {@link io.holdfast.core.NotAvailableException} (not carried out), {@link
 * io.holdfast.core.OutcomeUnknownException} (a write that was sent), {@link io.holdfast.core.OverloadedException}, {@link
 * io.holdfast.core.TooLargeException} or {@link io.holdfast.core.RequestFailedException}. Writes of one instance are
 * applied in the order of the calls.
 */
public interface Commands {

    /** The built-in maps. */
    int MAPS = 1;
    /** The user's own state machine. */
    int USER = 2;
    /** What becomes different in the built-in maps; can only be asked, by a {@link Poll}. */
    int CHANGES = 3;
    /** The named roles of the cluster's nodes. */
    int ROLES = 4;
    /** Locks and semaphores. */
    int LOCKS = 5;
    /** What a process has been granted of them; can only be asked, by a {@link Poll}. */
    int LOCK_CHANGES = 6;

    /** Writes, and blocks until the answer or the deadline. */
    byte[] write(int machine, byte[] command, long timeoutNanos);

    /** Writes without blocking. */
    CompletableFuture<byte[]> writeAsync(int machine, byte[] command, long timeoutNanos);

    /** Reads linearizably, and blocks until the answer or the deadline. */
    byte[] read(int machine, byte[] request, long timeoutNanos);

    /** Reads linearizably without blocking. */
    CompletableFuture<byte[]> readAsync(int machine, byte[] request, long timeoutNanos);

    /** Begins to ask, until there are no more questions or the process ends. */
    void poll(int machine, Poll poll);

    /** The same, with reads that may be less fresh; reads of this one are linearizable. */
    Commands reading(Freshness freshness);

    /**
     * The same, with other writes.
     *
     * @param storedOnly true if they return, without a result, when they are on the master's disk
     */
    Commands acknowledged(boolean storedOnly);

    /** The deadline of calls that name none, in nanoseconds. */
    long defaultTimeoutNanos();
}
