package io.holdfast.backup.plan;

import io.holdfast.backup.catalog.BackupId;
import io.holdfast.backup.catalog.DrillRecord;
import io.holdfast.backup.state.StateSource;
import io.holdfast.core.spi.StateMark;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** Something to be done in a layer, which may take long. */
sealed interface Job {
    /** Which of a layer's lanes it runs in: what is short must not wait for what is long. */
    enum Lane {
        /** Looking, parts of the log, deleting. */
        QUICK("-q"),
        /** Whole backups. */
        BULK(""),
        /** Restoring for a trial, which is in nobody's way. */
        DRILL("-d");

        private final String suffix;

        Lane(String suffix) {
            this.suffix = suffix;
        }

        /** What the name of its thread ends with. */
        String suffix() {
            return suffix;
        }
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

    /** Restores from that layer alone into a scratch place. Answered by {@link Result.Drilled}, whatever comes of it. */
    sealed interface Drill extends Job {
        /** Whose backup. */
        String source();

        /** How long it may take. */
        Duration limit();
    }

    /**
     * Of the replicated state.
     *
     * @param logId of which log
     * @param index up to which entry
     * @param mark what the cluster had there; empty if that is not known
     */
    record StateDrill(String logId, long index, Optional<StateMark> mark, Duration limit) implements Drill {
        @Override
        public String source() {
            return StateSource.NAME;
        }

        @Override
        public String toString() {
            return "a drill up to entry " + index + " of the log " + logId;
        }
    }

    /**
     * Of another source.
     *
     * @param id of the backup
     */
    record SourceDrill(String source, BackupId id, Duration limit) implements Drill {
        @Override
        public String toString() {
            return "a drill of " + source + " by the backup " + id;
        }
    }

    /** What came of one that was done. */
    sealed interface Result {
        /**
         * What is in a layer.
         *
         * @param damaged what cannot be read, for people
         * @param drills what came of drills
         */
        record Seen(List<Entry> entries, List<String> damaged, List<DrillRecord> drills) implements Result {
            public Seen {
                entries = List.copyOf(entries);
                damaged = List.copyOf(damaged);
                drills = List.copyOf(drills);
            }

            /** Without drills. */
            public Seen(List<Entry> entries, List<String> damaged) {
                this(entries, damaged, List.of());
            }
        }

        /**
         * What came of a drill.
         *
         * @param damaged what turned out to be damaged, if anything did
         * @param unstored why it is not in the layer; empty if it is
         */
        record Drilled(DrillRecord record, Optional<BackupId> damaged, Optional<Unstored> unstored) implements Result {
            /** One that is in the layer. */
            public Drilled(DrillRecord record, Optional<BackupId> damaged) {
                this(record, damaged, Optional.empty());
            }
        }

        /**
         * Why the layer did not take what came of a drill.
         *
         * @param reason for people
         */
        record Unstored(Fault fault, String reason) {}

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
        /** That of the place where a drill restores to: no room, or not quick enough. */
        PLACE,
        /** Nobody's: it was told to end. */
        CANCELLED
    }
}
