package io.holdfast.replication.log;

import io.holdfast.core.runtime.NoSpaceException;
import io.holdfast.core.runtime.Storage;
import io.holdfast.core.runtime.Storage.OpenMode;
import io.holdfast.core.runtime.Worker;
import io.holdfast.replication.log.LogScanner.Ending;
import io.holdfast.replication.log.SpareSegments.Spare;
import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.UUID;
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
        List<Segment> segments,
        BatchIndex batches,
        Map<Long, Configuration> configurations,
        SpareSegments spares,
        Recovery recovery,
        long durableClaim) {
    private static final Logger LOG = LoggerFactory.getLogger(OpenedLog.class);

    static OpenedLog open(
            Storage storage,
            Path directory,
            LogOptions options,
            UUID clusterId,
            RandomGenerator random,
            Worker preparer,
            LogBase snapshot)
            throws IOException {
        BatchIndex batches = new BatchIndex();
        Map<Long, Configuration> configurations = new TreeMap<>();
        LogScan scan = LogScan.run(
                storage,
                directory,
                OpenMode.READ_WRITE,
                options.appending(),
                clusterId,
                snapshot,
                new Indexing(batches, configurations, options.level()));
        DamagedLogException damage = scan.damage();
        boolean heal = damage != null && options.heals() && scan.canBeHealed();
        if (damage != null && !heal) {
            LogScan.closeAll(scan.found(), damage);
            throw damage;
        }
        List<Segment> segments = new ArrayList<>();
        try {
            forceFound(storage, directory, scan);
            boolean fresh = scan.live().isEmpty() && scan.ending() == Ending.CLEAN;
            boolean cut = scan.ending() == Ending.TORN || heal;
            boolean behind = isBehind(batches.table(), snapshot);
            if (behind) {
                batches.table().reset(snapshot);
                configurations.clear();
            }
            LogBase end = behind ? snapshot : new LogBase(scan.lastIndex(), scan.lastTerm());
            List<SegmentFile> kept = behind ? List.of() : scan.live();
            if (heal) {
                long known = MissingMark.read(storage, directory); // of damage before, which is not healed yet
                MissingMark.write(storage, directory, Math.max(known, scan.committedAnywhere()));
            }
            SpareSegments spares = spares(storage, directory, options, preparer, scan);
            for (SegmentFile found : kept) {
                segments.add(inUse(found));
            }
            if (fresh || cut || behind) {
                if (damage != null) {
                    LOG.error(
                            "{}. The log goes on after index {}, and this node takes part in no election until it has what"
                                    + " is missing from its peers",
                            damage.getMessage(),
                            end.index());
                } else if (cut) {
                    LOG.warn(
                            "the log in {} was cut after index {}, where a torn tail began: {}",
                            directory,
                            scan.lastIndex(),
                            scan.detail());
                }
                Segment first = activate(spares, clusterId, random, end, cut || scan.doubtful(), 0, false);
                segments.add(first);
                first.file.force();
                first.forced = first.written;
            } else {
                Segment active = segments.get(segments.size() - 1);
                active.written = scan.endOffset();
                active.forced = active.written;
            }
            removeOthers(storage, directory, scan, kept, readySpare(scan, options));
            spares.prepare();
            long commit = Math.max(snapshot.index(), Math.min(scan.commitIndex(), end.index()));
            boolean doubtful = cut || scan.doubtful();
            if (!doubtful) {
                MissingMark.remove(storage, directory);
            }
            long needed = MissingMark.read(storage, directory);
            Recovery recovery =
                    new Recovery(fresh, end.index(), end.term(), commit, end.index(), doubtful, needed, damage);
            return new OpenedLog(segments, batches, configurations, spares, recovery, scan.durableClaim());
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

    /**
     * True if nothing of this log is needed: the snapshot was fetched, or taken before the log's end was forced, and the log
     * ends before it; or it says otherwise at the snapshot's end, which is decided.
     */
    private static boolean isBehind(BatchTable batches, LogBase snapshot) {
        if (snapshot.index() > batches.lastIndex()) {
            return true;
        }
        if (snapshot.index() == batches.base().index()) {
            return snapshot.term() != batches.base().term();
        }
        return snapshot.index() > batches.base().index()
                && batches.term(batches.ordinal(snapshot.index())) != snapshot.term();
    }

    /** Takes note of where each batch is. */
    private record Indexing(BatchIndex batches, Map<Long, Configuration> configurations, int supported)
            implements LogScan.Visitor {
        @Override
        public void begins(LogBase base) {
            batches.table().reset(base);
            configurations.clear();
        }

        @Override
        public void batch(SegmentFile segment, int number, long offset, ByteBuf batch) {
            batches.add(Batch.meta(batch), number, offset);
            Configuration configuration = Batch.configuration(batch);
            if (configuration != null) {
                // Before anything is made of what follows: to this release it would look damaged, and be cut.
                FeatureLevel.require("this node", configuration.level(), supported);
                configurations.put(Batch.firstIndex(batch), configuration);
            }
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
        Segment segment =
                new Segment(found.file(), found.sequence(), header.segmentId(), header.firstIndex(), found.size());
        segment.written = found.size();
        segment.forced = found.size();
        return segment;
    }

    /**
     * Takes away what is superseded, cut off or replaced by a snapshot, and spares that are of no use. What no other file
     * holds is not erased.
     */
    private static void removeOthers(
            Storage storage, Path directory, LogScan scan, List<SegmentFile> kept, @Nullable SegmentFile spare)
            throws IOException {
        boolean removed = false;
        Quarantine quarantine = new Quarantine(storage, directory.resolveSibling("quarantine"));
        for (SegmentFile segment : scan.found()) {
            if (!kept.contains(segment) && !segment.equals(spare)) {
                segment.file().close();
                // Behind where the log ends there may be more in it that nobody could read in order.
                boolean readToItsEnd = scan.ending() == Ending.CLEAN
                        || scan.live().indexOf(segment) < scan.live().size() - 1;
                boolean known = scan.live().contains(segment) && readToItsEnd;
                if (segment.spare() || known || Quarantine.isEmpty(storage, segment.path())) {
                    storage.delete(segment.path());
                } else {
                    quarantine.take(segment.path());
                }
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
            LogBase after,
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
                after.index() + 1,
                after.term(),
                clusterId);
        Segment segment =
                new Segment(spare.file(), spare.sequence(), header.segmentId(), header.firstIndex(), spare.size());
        try {
            segment.file.write(header.encode(), 0);
        } catch (NoSpaceException e) {
            spares.discard(segment.file, e);
            throw new NoRoomException(spares.directory(), e);
        } catch (IOException | RuntimeException e) {
            segment.file.close();
            throw e;
        }
        segment.written = SegmentHeader.BYTES;
        return segment;
    }
}
