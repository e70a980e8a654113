package io.holdfast.core.spi;

import java.io.IOException;
import java.io.InputStream;

/**
 * A copy of all replicated state as it was after one entry, which stays as it is while the state goes on. It lies on the node's disk
 * already; holding it takes room there until it is closed. Safe from any thread.
 */
public interface StateCut extends AutoCloseable {
    /** Of which log it is, as {@link ReplicatedState#logId()} says. */
    String logId();

    /** The last entry in it. */
    long index();

    /** The term of that entry. */
    long term();

    /** When that entry was taken, by its master's wall clock, in milliseconds since 1970. */
    long wallMillis();

    /** Its length in bytes. */
    long bytes();

    /**
     * Its bytes, from the beginning; again with each call, and until the cut is closed. Each piece is checked before it is handed out:
     * reading fails where the disk has damaged it, so who has read to the end has read a whole state.
     */
    InputStream open() throws IOException;

    /** Lets go of it. Idempotent. */
    @Override
    void close();
}
