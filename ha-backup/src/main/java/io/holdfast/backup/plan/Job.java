package io.holdfast.backup.plan;

import io.holdfast.backup.catalog.BackupId;
import java.util.List;

/** Something to be done in a layer, which may take long. */
sealed interface Job {
    /** Which of a layer's two lanes it runs in: what is short must not wait for what is long. */
    enum Lane {
        /** Looking, parts of the log, deleting. */
        QUICK,
        /** Whole backups. */
        BULK
    }

    /** Takes the layer's catalogue over, and looks what is in it. Answered by {@link Result.Seen}. */
    record Claim() implements Job {}

    /** Looks what is in it. Answered by {@link Result.Seen}. */
    record Look() implements Job {}

    /** A backup of that source. Answered by {@link Result.Made}. */
    record Make(String source) implements Job {}

    /** The next part of the log. Answered by {@link Result.Made}, or {@link Result.NothingNew}. */
    record Archive(String logId, long after) implements Job {}

    /** A backup from another layer. Answered by {@link Result.Made}. */
    record Copy(BackupId id, String from) implements Job {}

    /** Parts of the log become one. Answered by {@link Result.Made}; what becomes of them then is up to retention. */
    record Merge(List<BackupId> ids) implements Job {
        public Merge {
            ids = List.copyOf(ids);
        }
    }

    /** Deletes those, in that order. Answered by {@link Result.Deleted}, also if only some of them could be. */
    record Delete(List<BackupId> ids) implements Job {
        public Delete {
            ids = List.copyOf(ids);
        }
    }

    /** Removes what is left of what was not finished. Answered by {@link Result.Collected}. */
    record Collect() implements Job {}

    /** What came of one that was done. */
    sealed interface Result {
        /**
         * What is in a layer.
         *
         * @param damaged what cannot be read, for people
         */
        record Seen(List<Entry> entries, List<String> damaged) implements Result {
            public Seen {
                entries = List.copyOf(entries);
                damaged = List.copyOf(damaged);
            }
        }

        /**
         * A backup that is there.
         *
         * @param more true if there is more of the log
         */
        record Made(Entry entry, boolean more) implements Result {}

        /** The log has not gone on. */
        record NothingNew() implements Result {}

        /** Those are not there any more. */
        record Deleted(List<BackupId> ids) implements Result {
            public Deleted {
                ids = List.copyOf(ids);
            }
        }

        /** So many objects were removed. */
        record Collected(int objects) implements Result {}
    }

    /** Whose fault it is that something was not done. */
    enum Fault {
        /** The layer's. */
        LAYER,
        /** Of the layer that was to be copied from. */
        FROM,
        /** What was to be copied is not there any more. */
        GONE,
        /** What was to be copied is damaged. */
        DAMAGED,
        /** The source's, also of the log's. */
        SOURCE,
        /** What follows in the log is not to be had any more: only a new physical backup helps. */
        GAP,
        /** Somebody with a higher fencing token has taken the layer over. */
        DEPOSED,
        /** Nobody's: it was told to end. */
        CANCELLED
    }
}
