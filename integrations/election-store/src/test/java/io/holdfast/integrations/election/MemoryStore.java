package io.holdfast.integrations.election;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/** A store in memory, which can be away. */
final class MemoryStore {
    private final SortedMap<String, StoredRecord> records = new TreeMap<>();
    private boolean away;

    synchronized void away(boolean now) {
        away = now;
    }

    synchronized List<StoredRecord> readAll() throws IOException {
        if (away) {
            throw new IOException("the store is away");
        }
        return new ArrayList<>(records.values());
    }

    synchronized boolean commit(List<Change> changes) throws IOException {
        if (away) {
            throw new IOException("the store is away");
        }
        for (Change change : changes) {
            StoredRecord now = records.get(change.key());
            if ((now == null ? 0 : now.version()) != change.expected()) {
                return false;
            }
        }
        for (Change change : changes) {
            if (change instanceof Change.Put put) {
                records.put(put.key(), new StoredRecord(put.key(), put.expected() + 1, put.value()));
            } else {
                records.remove(change.key());
            }
        }
        return true;
    }
}
