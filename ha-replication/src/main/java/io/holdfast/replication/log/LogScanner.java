package io.holdfast.replication.log;

import io.holdfast.core.runtime.Storage;
import io.holdfast.core.runtime.Storage.AppendMode;
import io.holdfast.core.runtime.Storage.OpenMode;
import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.nio.file.Path;

/** Reads the log of a node that is not running, for tools. Writes nothing and cuts nothing. */
public final class LogScanner {
    private LogScanner() {}

    /** How a log ends. */
    public enum Ending {
        /** Nothing comes after the last entry. */
        CLEAN,
        /** Something comes after the last entry that no force is known to have covered: a start of the node cuts it. */
        TORN,
        /** Entries that had been durable cannot be read: a start of the node cuts them if it has peers, or is refused. */
        DAMAGED
    }

    /** Hears of each batch, in the order of the log; superseded ones are left out. */
    @FunctionalInterface
    public interface Visitor {
        /** The log begins after that entry, perhaps once more: what was told before does not count then. */
        default void begins(LogBase base) {}

        /**
         * A batch.
         *
         * @param file which file holds it
         * @param offset where in the file it begins, in bytes
         * @param batch verified; valid during the call
         */
        void batch(Path file, long offset, ByteBuf batch);
    }

    /**
     * What a log says of itself.
     *
     * @param lastIndex index of the last entry that can be read, 0 if there is none
     * @param lastTerm its term
     * @param commitIndex an index known to be committed; the true one may be higher
     * @param durableIndex an index that the log itself says was durable; the true one may be higher
     * @param doubtful true if a tail was cut at an earlier start, and the node has not caught up since
     * @param neededIndex after damage, now or earlier: entries up to there are known to be committed; 0 if none is missing
     * @param ending how it ends
     * @param detail what is wrong, with file and offset; empty if the end is clean
     */
    public record Report(
            long lastIndex,
            long lastTerm,
            long commitIndex,
            long durableIndex,
            boolean doubtful,
            long neededIndex,
            Ending ending,
            String detail) {}

    /**
     * Reads the log in {@code directory}. Blocks; on any thread.
     *
     * @param snapshot what the node's snapshot ends with: entries up to there may be missing
     * @throws IOException if a file cannot be read at all, or a later release wrote it; damage is in the report instead
     */
    public static Report scan(Storage storage, Path directory, LogBase snapshot, Visitor visitor) throws IOException {
        LogScan scan = LogScan.run(
                storage, directory, OpenMode.READ, AppendMode.GATHER, null, snapshot, new LogScan.Visitor() {
                    @Override
                    public void begins(LogBase base) {
                        visitor.begins(base);
                    }

                    @Override
                    public void batch(SegmentFile segment, int number, long offset, ByteBuf batch) {
                        visitor.batch(segment.path(), offset, batch);
                    }
                });
        DamagedLogException damage = scan.damage();
        long needed = MissingMark.read(storage, directory);
        if (damage != null) {
            needed = Math.max(needed, scan.committedAnywhere());
        }
        for (SegmentFile segment : scan.found()) {
            segment.file().close();
        }
        String detail = scan.detail();
        if (damage != null && damage.getMessage() != null) {
            detail = damage.getMessage();
        }
        return new Report(
                scan.lastIndex(),
                scan.lastTerm(),
                scan.commitIndex(),
                scan.durableClaim(),
                scan.doubtful(),
                needed,
                scan.ending(),
                detail);
    }
}
