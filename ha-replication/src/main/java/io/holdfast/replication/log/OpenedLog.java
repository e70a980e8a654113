package io.holdfast.replication.log;

import io.holdfast.core.runtime.Storage;
import io.holdfast.core.runtime.Storage.OpenMode;
import io.holdfast.core.runtime.Worker;
import io.holdfast.replication.log.LogScanner.Ending;
import io.holdfast.replication.log.SpareSegments.Spare;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings a directory into the state in which a log can be written, and hands over the parts.
 *
 * <p>The order matters, so that a crash between any two steps leaves what the next opening understands: first the
 * segments found are forced; then a torn tail is cut, by a new segment that is forced with its name; only then are files
 * removed that no longer hold anything of the log.
 */
record OpenedLog(
        List<Segment> segments, BatchIndex batches, SpareSegments spares, Recovery recovery, long durableClaim) {
    private static final Logger LOG = LoggerFactory.getLogger(OpenedLog.class);

    static OpenedLog open(
            Storage storage,
            Path directory,
            LogOptions options,
            UUID clusterId,
            RandomGenerator random,
            Worker preparer,
            Consumer<BatchMeta> recovered)
            throws IOException {
        BatchIndex batches = new BatchIndex();
        LogScan.Visitor visitor = (segment, number, offset, batch) -> {
            BatchMeta meta = Batch.meta(batch);
            batches.add(meta, number, offset);
            recovered.accept(meta);
        };
        LogScan scan = LogScan.run(storage, directory, OpenMode.READ_WRITE, options.appending(), clusterId, visitor);
        DamagedLogException damage = scan.damage();
        if (damage != null) {
            LogScan.closeAll(scan.found(), damage);
            throw damage;
        }
        List<Segment> segments = new ArrayList<>();
        try {
            forceFound(storage, directory, scan);
            boolean fresh = scan.live().isEmpty() && scan.ending() == Ending.CLEAN;
            boolean cut = scan.ending() == Ending.TORN;
            SpareSegments spares = spares(storage, directory, options, preparer, scan);
            for (SegmentFile found : scan.live()) {
                segments.add(inUse(found));
            }
            if (fresh || cut) {
                if (cut) {
                    LOG.warn(
                            "the log in {} was cut after index {}, where a torn tail began: {}",
                            directory,
                            scan.lastIndex(),
                            scan.detail());
                }
                Segment first =
                        activate(spares, clusterId, random, scan.lastIndex() + 1, scan.lastTerm(), cut, 0, false);
                segments.add(first);
                first.file.force();
                first.forced = first.written;
            } else {
                Segment active = segments.get(segments.size() - 1);
                active.written = scan.endOffset();
                active.forced = active.written;
            }
            removeOthers(storage, directory, scan, readySpare(scan, options));
            spares.prepare();
            long commit = Math.min(scan.commitIndex(), scan.lastIndex());
            Recovery recovery = new Recovery(
                    fresh, scan.lastIndex(), scan.lastTerm(), commit, scan.lastIndex(), cut || scan.doubtful());
            return new OpenedLog(segments, batches, spares, recovery, scan.durableClaim());
        } catch (IOException | RuntimeException e) {
            LogScan.closeAll(scan.found(), e);
            for (Segment segment : segments) {
                try {
                    segment.file.close();
                } catch (IOException e2) {
                    e.addSuppressed(e2);
                }
            }
            throw e;
        }
    }

    /** What a killed process wrote may be in the system's cache alone: only now can it be called durable. */
    private static void forceFound(Storage storage, Path directory, LogScan scan) throws IOException {
        for (SegmentFile segment : scan.live()) {
            segment.file().force();
        }
        storage.forceDirectory(directory);
    }

    private static SpareSegments spares(
            Storage storage, Path directory, LogOptions options, Worker preparer, LogScan scan) throws IOException {
        List<SegmentFile> found = scan.found();
        long next = found.isEmpty() ? 1 : found.get(found.size() - 1).sequence() + 1;
        SegmentFile ready = readySpare(scan, options);
        if (ready == null) {
            return new SpareSegments(storage, directory, options, preparer, next, null);
        }
        ready.file().force();
        Spare spare = new Spare(ready.sequence(), ready.file(), ready.size());
        return new SpareSegments(storage, directory, options, preparer, next, spare);
    }

    /** A whole spare with a number behind all segments in use; there can be but one, the last file. */
    private static @Nullable SegmentFile readySpare(LogScan scan, LogOptions options) {
        List<SegmentFile> found = scan.found();
        SegmentFile last = found.isEmpty() ? null : found.get(found.size() - 1);
        return last != null && last.spare() && last.size() == options.segmentBytes() ? last : null;
    }

    private static Segment inUse(SegmentFile found) {
        SegmentHeader header = Objects.requireNonNull(found.header(), "a live segment has a header");
        Segment segment = new Segment(found.file(), found.sequence(), header.segmentId(), found.size());
        segment.written = found.size();
        segment.forced = found.size();
        return segment;
    }

    /** Removes what is superseded or cut off, and spares that are of no use. */
    private static void removeOthers(Storage storage, Path directory, LogScan scan, @Nullable SegmentFile spare)
            throws IOException {
        boolean removed = false;
        for (SegmentFile segment : scan.found()) {
            if (!scan.live().contains(segment) && !segment.equals(spare)) {
                segment.file().close();
                storage.delete(segment.path());
                removed = true;
            }
        }
        if (removed) {
            storage.forceDirectory(directory);
        }
    }

    /** Takes a spare into use by writing its header, which the caller or the next ticket forces. */
    static Segment activate(
            SpareSegments spares,
            UUID clusterId,
            RandomGenerator random,
            long firstIndex,
            long previousTerm,
            boolean doubtful,
            int batchBytes,
            boolean expected)
            throws IOException {
        long needed = RecordHeader.align((long) SegmentHeader.BYTES + RecordHeader.BYTES + batchBytes);
        Spare spare = spares.take(needed, expected);
        SegmentHeader header = new SegmentHeader(
                SegmentHeader.VERSION,
                doubtful,
                spare.sequence(),
                random.nextLong(),
                firstIndex,
                previousTerm,
                clusterId);
        Segment segment = new Segment(spare.file(), spare.sequence(), header.segmentId(), spare.size());
        try {
            segment.file.write(header.encode(), 0);
        } catch (IOException | RuntimeException e) {
            segment.file.close();
            throw e;
        }
        segment.written = SegmentHeader.BYTES;
        return segment;
    }
}
