package io.holdfast.replication.log;

import io.holdfast.core.runtime.Storage;
import io.holdfast.core.runtime.Storage.AppendMode;
import io.holdfast.core.runtime.Storage.OpenMode;
import io.holdfast.core.runtime.StorageFile;
import io.holdfast.replication.log.LogScanner.Ending;
import io.holdfast.replication.log.SegmentReader.Claims;
import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Reads a directory's segments and finds where the log ends, and whether it ends there as it should. Writes nothing.
 *
 * <p>Segments are taken in the order of their numbers. A segment that begins at index i supersedes all from i on in
 * those before it, which is how a tail is truncated without overwriting anything. The log begins with the first segment
 * before which a snapshot holds everything, or with a later such one if there is a gap or damage between them. It ends at the first record that
 * is not valid, or where a segment does not follow. The end is
 * <ul>
 *   <li>clean, if nothing but zeros comes after it;
 *   <li>damage, if a record after it says that the missing index was durable (Alagappan et al., "Protocol-Aware Recovery
 *       for Consensus-Based Storage", FAST 2018, section 3.3.2, use a record of their own for that);
 *   <li>torn otherwise: written and never forced, or forced as the very last and damaged since, which nobody can tell.
 * </ul>
 *
 * <p>The segments stay open; whoever asked for the scan closes them.
 */
final class LogScan {

    /** Hears of each live batch, in order. */
    interface Visitor {
        /** The log begins after that entry; all that was told before does not count. */
        void begins(LogBase base);

        /**
         * @param number which of the live segments, from 0
         * @param offset where the batch begins in the file, behind the record's header
         * @param batch verified; valid during the call
         */
        void batch(SegmentFile segment, int number, long offset, ByteBuf batch);
    }

    private final Visitor visitor;
    private final LogBase snapshot;
    private final Window window = new Window();
    private final SegmentReader reader = new SegmentReader(window);
    private final List<SegmentFile> found = new ArrayList<>();
    private final List<SegmentFile> live = new ArrayList<>();

    private long nextIndex;
    private long lastTerm;
    private long commitIndex;
    private long durableClaim;
    private boolean doubtful;
    /** A file of another cluster's log is among them. */
    private boolean foreign;
    /** True if the last batch reaches into the next segment, so that what had replaced it is lost. */
    private boolean crossed;

    private long endOffset = SegmentHeader.BYTES;
    private Ending ending = Ending.CLEAN;
    private @Nullable DamagedLogException damage;
    private String detail = "";

    private LogScan(LogBase snapshot, Visitor visitor) {
        this.snapshot = snapshot;
        this.visitor = visitor;
        begin(snapshot);
    }

    /**
     * @param appending how, if the mode allows it
     * @param clusterId whose log it must be, or null to take the first segment's word
     * @param snapshot what a snapshot ends with: entries up to there may be missing
     * @throws IOException if a file cannot be read, or was written by a later release; all files are then closed
     */
    static LogScan run(
            Storage storage,
            Path directory,
            OpenMode mode,
            AppendMode appending,
            @Nullable UUID clusterId,
            LogBase snapshot,
            Visitor visitor)
            throws IOException {
        LogScan scan = new LogScan(snapshot, visitor);
        try {
            scan.findSegments(storage, directory, mode, appending);
            scan.checkOwner(clusterId);
            if (scan.ending == Ending.CLEAN) {
                scan.followChain();
            }
            return scan;
        } catch (IOException | RuntimeException e) {
            closeAll(scan.found, e);
            throw e;
        }
    }

    /** Closes all files; a failure to do so is attached to {@code cause}. */
    static void closeAll(List<SegmentFile> segments, Exception cause) {
        for (SegmentFile segment : segments) {
            try {
                segment.file().close();
            } catch (IOException e) {
                cause.addSuppressed(e);
            }
        }
    }

    private void findSegments(Storage storage, Path directory, OpenMode mode, AppendMode appending) throws IOException {
        for (Path path : storage.list(directory)) {
            long sequence = SegmentFile.sequence(path);
            if (sequence >= 0) {
                StorageFile file = storage.openForAppending(path, mode, appending);
                // Listed at once, so that it is closed if reading it fails.
                found.add(new SegmentFile(sequence, file, file.size(), null, false));
                found.set(found.size() - 1, read(sequence, file));
            }
        }
        found.sort(Comparator.comparingLong(SegmentFile::sequence));
    }

    private SegmentFile read(long sequence, StorageFile file) throws IOException {
        long size = file.size();
        ByteBuffer bytes = window.view(file, 0, SegmentHeader.BYTES);
        SegmentHeader header = bytes == null ? null : SegmentHeader.decode(bytes);
        if (header != null && header.version() != SegmentHeader.VERSION) {
            throw new IOException("log file " + file.path() + " has format version " + header.version()
                    + ", and this release reads " + SegmentHeader.VERSION + ": start the release that wrote it");
        }
        if (header != null && header.sequence() != sequence) {
            header = null; // a copy of another file
        }
        return new SegmentFile(sequence, file, size, header, header == null && window.allZero(file, 0));
    }

    private void checkOwner(@Nullable UUID clusterId) {
        UUID owner = clusterId;
        for (SegmentFile segment : found) {
            SegmentHeader header = segment.header();
            if (header != null && owner != null && !header.clusterId().equals(owner)) {
                foreign = true;
                damaged(
                        segment,
                        0,
                        header.firstIndex(),
                        "it belongs to cluster " + header.clusterId() + ", and the log to cluster " + owner);
            } else if (header != null && owner == null) {
                owner = header.clusterId();
            }
        }
    }

    private void followChain() throws IOException {
        long[] limits = new long[found.size()];
        long limit = Long.MAX_VALUE;
        for (int i = found.size() - 1; i >= 0; i--) {
            limits[i] = limit;
            SegmentHeader header = found.get(i).header();
            if (header != null) {
                limit = Math.min(limit, header.firstIndex());
            }
        }
        int last = -1;
        for (int i = 0; i < found.size(); i++) {
            SegmentFile segment = found.get(i);
            SegmentHeader header = segment.header();
            if (header == null || header.firstIndex() >= limits[i]) {
                continue; // superseded, spare, or unreadable, which is looked at where the log ends
            }
            if (live.isEmpty() || header.firstIndex() != nextIndex || header.previousTerm() != lastTerm) {
                if (!mayBegin(header)) {
                    endBefore(i, header);
                    return;
                }
                begin(new LogBase(header.firstIndex() - 1, header.previousTerm()));
            }
            live.add(segment);
            last = i;
            doubtful = header.doubtful();
            String problem = readRecords(segment, header, limits[i]);
            if (problem != null && limits[i] > snapshot.index() + 1) {
                end(last, problem);
                return;
            } // else what is wrong is in the snapshot: the log begins anew with the next one
        }
        // Nothing readable at all: perhaps files whose headers are gone.
        end(last, "no segment's header can be read");
    }

    /** True if all entries before this segment are in the snapshot. */
    private boolean mayBegin(SegmentHeader header) {
        if (header.firstIndex() == snapshot.index() + 1 && header.previousTerm() != snapshot.term()) {
            return false; // of a log that says otherwise at the snapshot's end
        }
        return header.firstIndex() <= snapshot.index() + 1
                && (header.firstIndex() == 1) == (header.previousTerm() == 0);
    }

    private void begin(LogBase base) {
        live.clear();
        nextIndex = base.index() + 1;
        lastTerm = base.term();
        durableClaim = 0;
        crossed = false;
        visitor.begins(base);
    }

    /** Returns null if the segment was read up to {@code limit}, else what its first invalid record suffers from. */
    private @Nullable String readRecords(SegmentFile segment, SegmentHeader header, long limit) throws IOException {
        endOffset = SegmentHeader.BYTES;
        while (nextIndex != limit) {
            RecordHeader record = reader.recordAt(segment, endOffset);
            if (record == null || record.segmentId() != header.segmentId()) {
                return "no valid record";
            }
            if (record.durableIndex() >= nextIndex) {
                return "a record says that index " + record.durableIndex() + " was durable before it";
            }
            if (record.kind() == RecordHeader.BATCH) {
                String problem = readBatch(segment, record, limit);
                if (problem != null || crossed) {
                    return problem; // the next segment will not follow
                }
            } else if (record.kind() == RecordHeader.SETTLED) {
                doubtful = false;
            }
            commitIndex = Math.max(commitIndex, record.commitIndex());
            durableClaim = Math.max(durableClaim, record.durableIndex());
            endOffset = record.end(endOffset);
        }
        return null;
    }

    private @Nullable String readBatch(SegmentFile segment, RecordHeader record, long limit) throws IOException {
        ByteBuf batch = reader.batchAt(segment, endOffset, record);
        if (batch == null) {
            return "the file ends within a batch";
        }
        try {
            Batch.verify(batch);
        } catch (DamagedBatchException e) {
            return "no valid batch: " + e.getMessage();
        }
        if (Batch.length(batch) != record.batchLength() || Batch.crc(batch) != record.batchCrc()) {
            return "a batch that is not the one its record's header tells of";
        }
        if (Batch.firstIndex(batch) != nextIndex || Batch.term(batch) < lastTerm) {
            return Batch.meta(batch) + " does not follow (" + (nextIndex - 1) + ", term " + lastTerm + ")";
        }
        if (Batch.lastIndex(batch) >= limit) {
            crossed = true;
            return null;
        }
        visitor.batch(segment, live.size() - 1, endOffset + RecordHeader.BYTES, batch);
        nextIndex = Batch.lastIndex(batch) + 1;
        lastTerm = Batch.term(batch);
        return null;
    }

    /** The segment at {@code ordinal} does not follow what has been read. */
    private void endBefore(int ordinal, SegmentHeader header) throws IOException {
        SegmentFile segment = found.get(ordinal);
        String problem = "segment " + segment.path() + " begins at index " + header.firstIndex() + " after term "
                + header.previousTerm() + ", but the log before it ends at (" + (nextIndex - 1) + ", term " + lastTerm
                + ")";
        if (live.isEmpty()) {
            damaged(segment, 0, nextIndex, "nothing is left of what was before. " + problem);
            return;
        }
        // The term before is another, or a batch crosses the border: something between is lost, which had replaced at
        // least the entry before. Segments without a header between count by their own first entry alone: they may be
        // older than what is lost. So may what is left of the live segment.
        long missing = Math.min(nextIndex, header.firstIndex() - 1);
        for (int i = found.indexOf(live.get(live.size() - 1)) + 1; i < found.size(); i++) {
            if (i >= ordinal) {
                judge(i, SegmentHeader.BYTES, missing, problem);
            } else if (found.get(i).header() == null) {
                judge(i, SegmentHeader.BYTES, Long.MAX_VALUE, problem);
            }
        }
        if (ending == Ending.CLEAN) {
            torn(problem);
        }
    }

    /** The log ends at {@link #endOffset} of the live segment at {@code ordinal}, or nowhere if that is -1. */
    private void end(int ordinal, String problem) throws IOException {
        if (ordinal >= 0) {
            judge(ordinal, endOffset, nextIndex, problem);
        }
        boolean more = false;
        for (int i = ordinal + 1; i < found.size(); i++) {
            judge(i, SegmentHeader.BYTES, nextIndex, problem);
            more |= !found.get(i).spare();
        }
        if (ending != Ending.DAMAGED && (more || !rest(ordinal))) {
            torn(problem);
        }
    }

    private boolean rest(int ordinal) throws IOException {
        return ordinal < 0 || window.allZero(found.get(ordinal).file(), endOffset);
    }

    private void torn(String problem) {
        ending = Ending.TORN;
        detail = problem;
    }

    /** Looks for proof, from {@code offset} on in one segment, that {@code missing} had been durable. */
    private void judge(int ordinal, long offset, long missing, String problem) throws IOException {
        SegmentFile segment = found.get(ordinal);
        if (segment.spare() || ending == Ending.DAMAGED) {
            return;
        }
        Claims claims = reader.claims(segment, offset);
        long highest = claims.highest();
        // A file whose header is gone: it had been forced, and its header too, if its own first entry was.
        boolean headless = segment.header() == null;
        long proof = Math.max(headless ? Math.min(missing, claims.firstIndex()) : missing, snapshot.index() + 1);
        if (highest < proof) {
            return;
        }
        String proven = "a record in " + segment.path() + " proves that index " + highest + " had been durable";
        if (headless || live.isEmpty()) {
            damaged(segment, 0, Math.min(proof, nextIndex), "the file's header cannot be read, and " + proven);
        } else {
            damaged(live.get(live.size() - 1), endOffset, missing, problem + ", and " + proven);
        }
    }

    private void damaged(SegmentFile segment, long offset, long index, String reason) {
        if (ending != Ending.DAMAGED) {
            ending = Ending.DAMAGED;
            damage = new DamagedLogException(segment.path(), offset, index, reason);
            detail = reason;
        }
    }

    /** All segments, by number. */
    List<SegmentFile> found() {
        return found;
    }

    /** Those that the log is made of, in order. */
    List<SegmentFile> live() {
        return live;
    }

    long lastIndex() {
        return nextIndex - 1;
    }

    long lastTerm() {
        return lastTerm;
    }

    long commitIndex() {
        return commitIndex;
    }

    /** The highest durable index that a record of the live log tells of. */
    long durableClaim() {
        return durableClaim;
    }

    /** True if an earlier cut has not been settled. */
    boolean doubtful() {
        return doubtful;
    }

    /** Where in the last live segment the next record belongs. */
    long endOffset() {
        return endOffset;
    }

    Ending ending() {
        return ending;
    }

    /** Not null if damaged. */
    @Nullable
    DamagedLogException damage() {
        return damage;
    }

    /** True if the log can be cut where the damage begins, and what is missing be had from elsewhere. */
    boolean canBeHealed() {
        return !foreign;
    }

    /** The highest index that any record, wherever it is, tells to be committed. */
    long committedAnywhere() throws IOException {
        long committed = snapshot.index();
        for (SegmentFile segment : found) {
            if (!segment.spare()) {
                committed = Math.max(
                        committed, reader.claims(segment, SegmentHeader.BYTES).committed());
            }
        }
        return committed;
    }

    /** Why the log ends where it does, empty if the end is clean. */
    String detail() {
        return detail;
    }
}
