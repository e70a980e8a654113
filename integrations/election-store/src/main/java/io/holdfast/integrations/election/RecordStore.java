package io.holdfast.integrations.election;

import java.util.List;

/**
 * The few records that one cluster's elections rest on, in a store that all its nodes reach and that outlives them.
 * Implemented for ZooKeeper, PostgreSQL and etcd; anything with an atomic compare-and-set of several records will do.
 *
 * <p>Called by one thread at a time, which may be blocked for about the request time-out that it was opened with, and not for
 * longer.
 */
public interface RecordStore extends AutoCloseable {
    /** What keys of records about nodes begin with. */
    String NODES = "node/";

    /** What keys of records about roles begin with. */
    String ROLES = "role/";

    /**
     * Reads all records. They need not be the newest, but no record under {@link #ROLES} may be newer than those under {@link
     * #NODES}: read the roles first, from the same server, or all in one snapshot.
     *
     * @throws Exception if the store does not answer, or refuses
     */
    List<StoredRecord> readAll() throws Exception;

    /**
     * Carries out all changes or none, durably.
     *
     * @return true once all of them are confirmed to survive the store's restart; false if nothing was changed, because a
     *     record had another version than a change expected
     * @throws Exception if that is not known, or nothing was done
     */
    boolean commit(List<Change> changes) throws Exception;

    /** Releases connections and threads; idempotent. */
    @Override
    void close();

    /**
     * Opens a store; on a thread that may block. Called again after it has thrown, and after a store has failed five times in a
     * row and was closed for that: a store need not mend its own connections, but may.
     */
    @FunctionalInterface
    interface Opener {
        /**
         * Connects.
         *
         * @param cluster whose records; 1 to 64 letters, digits, dots, hyphens and underscores
         * @param requestMillis how long one request may take
         * @param changed to be called, on any thread and rather too often than not, when a record may have changed; a store that
         *     never does is asked at intervals only
         * @throws Exception if it cannot be reached
         */
        RecordStore open(String cluster, long requestMillis, Runnable changed) throws Exception;
    }
}
