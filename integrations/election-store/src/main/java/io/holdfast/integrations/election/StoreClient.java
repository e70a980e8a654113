package io.holdfast.integrations.election;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A node's way to its store: opened when it is asked first, and opened anew when it has failed for a while. Client libraries
 * wait longer and longer before they connect again, up to minutes, and one that waits for the first bytes of a connection that
 * leads nowhere may wait for ever; the store is reached at once again by a new client. Of one thread.
 */
final class StoreClient {
    private static final Logger LOG = LoggerFactory.getLogger(StoreClient.class);

    /** In a row; each waits for its time-out, or is followed by a rest. */
    private static final int MOST_FAILURES = 5;

    private final String node;
    private final String where;
    private final Opening opening;
    private @Nullable RecordStore store;
    private int failures;
    private boolean told;

    /** Opens the store. */
    interface Opening {
        RecordStore open() throws Exception;
    }

    /** What came of a request: of a read {@code records}, of a write whether it was {@code done}, or why it failed. */
    record Answer(
            List<StoredRecord> records,
            boolean done,
            @Nullable Exception failure) {}

    /** @param where the store is, for people */
    StoreClient(String node, String where, Opening opening) {
        this.node = node;
        this.where = where;
        this.opening = opening;
    }

    Answer ask(Request request) {
        try {
            RecordStore open = store;
            if (open == null) {
                open = opening.open();
                store = open;
            }
            Answer answer = request instanceof Request.Write write
                    ? new Answer(List.of(), open.commit(write.changes()), null)
                    : new Answer(open.readAll(), true, null);
            failures = 0;
            told = false;
            return answer;
        } catch (Exception e) { // whatever a client library throws: it did not work, and will be tried again
            failed();
            return new Answer(List.of(), false, e);
        }
    }

    private void failed() {
        if (store == null) {
            return; // opened anew with the next request anyway
        }
        failures++;
        if (failures < MOST_FAILURES) {
            return;
        }
        failures = 0;
        if (!told) {
            told = true;
            LOG.info("{}: {} has not answered {} times in a row, and is connected to anew", node, where, MOST_FAILURES);
        }
        close();
    }

    /** May be used again. */
    void close() {
        RecordStore open = store;
        store = null;
        if (open != null) {
            try {
                open.close();
            } catch (RuntimeException e) {
                LOG.warn("{}: the connection to {} was not closed in good order", node, where, e);
            }
        }
    }
}
