package io.holdfast.replication.log;

import io.holdfast.core.runtime.NoSpaceException;
import io.holdfast.core.runtime.Storage;
import io.holdfast.core.runtime.Worker;
import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * A node's log on disk: batches of entries in segment files, written in place ahead of any force and never overwritten.
 *
 * <p>The loop writes and never forces; another thread forces what a {@link #ticket} names; back on the loop {@link
 * #forced} says whether that counts. A record's own header tells what was durable when it was written, so that damage
 * can be told from a torn tail (see {@link LogScan}). Truncation begins a new segment, whose first index supersedes what
 * earlier ones hold from there on.
 *
 * <p>On the loop only, unless said otherwise. Any {@link IOException} is final: the log refuses all further writes, since
 * nobody knows what reached the disk.
 */
public final class SegmentedLog implements AutoCloseable {
    private final Storage storage;
    private final Path directory;
    private final UUID clusterId;
    private final RandomGenerator random;
    private final SpareSegments spares;
    private final Recovery recovery;
    private final Map<Long, Configuration> configurations;

    private final List<Segment> segments;
    private final BatchTable batches;
    private final BatchIndex places;
    /** Of no use any more; their files are still there. */
    private final List<Segment> obsolete = new ArrayList<>();
    /** How many segments there were before the first one: batches name theirs by its number from the beginning. */
    private int dropped;

    private final ByteBuffer recordHeader = ByteBuffer.allocateDirect(RecordHeader.BYTES);
    private long durableIndex;
    private long commitIndex;
    /** The highest durable index that a record of the log tells of. */
    private long durableClaim;

    private boolean doubtful;
    private long generation;
    private boolean newSinceTicket;
    private boolean closed;
    private volatile @Nullable IOException failure;

    SegmentedLog(OpenedLog opened, Storage storage, Path directory, UUID clusterId, RandomGenerator random) {
        this.storage = storage;
        this.directory = directory;
        this.clusterId = clusterId;
        this.random = random;
        this.spares = opened.spares();
        this.recovery = opened.recovery();
        this.configurations = Collections.unmodifiableMap(opened.configurations());
        this.segments = opened.segments();
        this.places = opened.batches();
        this.batches = places.table();
        this.durableIndex = recovery.durableIndex();
        this.commitIndex = recovery.commitIndex();
        this.durableClaim = opened.durableClaim();
        this.doubtful = recovery.tailCut();
    }

    /**
     * Opens the log in a directory that exists, or begins one there. Reads all of it, forces what it found, and cuts a
     * torn tail. Blocks; on any thread. A crash at any point of it loses nothing that the next call needs.
     *
     * @param clusterId whose log it is
     * @param random for segments' ids; need not be secret
     * @param preparer makes segments ahead; the caller closes it, after the log
     * @param snapshot what the node's snapshot ends with: entries up to there may be missing
     * @throws DamagedLogException if entries that were durable cannot be read and the options do not say that this heals, or
     *     the log is another cluster's
     */
    public static SegmentedLog open(
            Storage storage,
            Path directory,
            LogOptions options,
            UUID clusterId,
            RandomGenerator random,
            Worker preparer,
            LogBase snapshot)
            throws IOException {
        OpenedLog opened = OpenedLog.open(storage, directory, options, clusterId, random, preparer, snapshot);
        return new SegmentedLog(opened, storage, directory, clusterId, random);
    }

    /** What was found when it was opened. Safe from any thread. */
    public Recovery recovery() {
        return recovery;
    }

    /** The entry before the first one. */
    public LogBase base() {
        return batches.base();
    }

    /** Tells of each batch, in order. */
    public void describe(Consumer<BatchMeta> batch) {
        for (int i = 0; i < batches.size(); i++) {
            batch.accept(batches.meta(i));
        }
    }

    /** The configurations that were in it when it was opened, by index, in order. */
    public Map<Long, Configuration> configurations() {
        return configurations;
    }

    /** Index of the last entry written, that of the base if there is none. */
    public long lastIndex() {
        return batches.lastIndex();
    }

    /** Its term. */
    public long lastTerm() {
        return batches.lastTerm();
    }

    /** The last index known to be forced. */
    public long durableIndex() {
        return durableIndex;
    }

    /** Term of the entry at {@code index}, which must be within {@link #base} to {@link #lastIndex}. */
    public long termAt(long index) {
        return index == base().index() ? base().term() : batches.term(batches.ordinal(index));
    }

    /**
     * Writes a batch behind the others. Neither forces nor consumes nor releases it; it may be released afterwards.
     *
     * @param batch sealed or verified, and following the last one
     * @param committed the last index known to be committed
     * @throws NoRoomException if there is no room for it: nothing has changed, and it may be tried again
     */
    public void append(ByteBuf batch, long committed) throws IOException {
        BatchMeta meta = Batch.meta(batch);
        if (meta.bytes() != batch.readableBytes()
                || meta.firstIndex() != lastIndex() + 1
                || meta.count() < 1
                || meta.term() < Math.max(1, lastTerm())) {
            throw new IllegalStateException(meta + " in " + batch.readableBytes() + " bytes does not follow ("
                    + lastIndex() + ", term " + lastTerm() + ") in " + directory);
        }
        writing(() -> {
            commitIndex = Math.max(commitIndex, Math.min(committed, meta.lastIndex()));
            Segment segment = roomFor(meta.bytes());
            long offset = segment.written + RecordHeader.BYTES;
            write(segment, RecordHeader.BATCH, batch);
            places.add(meta, dropped + segments.size() - 1, offset);
        });
    }

    /**
     * Writes a record for the sake of the durable index in it, unless one that tells of it is there already. For idle
     * moments and before a stop: damage to what is durable can then be told from a torn tail.
     *
     * @return true if it was written; it then waits to be forced
     */
    public boolean mark(long committed) throws IOException {
        checkUsable();
        if (durableClaim >= durableIndex) {
            return false;
        }
        writing(() -> {
            commitIndex = Math.max(commitIndex, Math.min(committed, lastIndex()));
            write(roomFor(0), RecordHeader.MARK, null);
        });
        return true;
    }

    /**
     * Ends the doubt that {@link Recovery#tailCut} tells of, once the node has caught up with a master. Until that is
     * forced, and for ever if it is never called, each opening tells of it again.
     */
    public void settle() throws IOException {
        if (doubtful) {
            writing(() -> {
                write(roomFor(0), RecordHeader.SETTLED, null);
                doubtful = false;
            });
        }
    }

    /**
     * Drops the entries from {@code index} on, which must be the first of a batch and not committed. What is forced
     * under tickets taken before no longer counts.
     */
    public void truncateFrom(long index) throws IOException {
        int ordinal = batches.ordinal(index);
        if (batches.first(ordinal) != index) {
            throw new IllegalStateException("index " + index + " is inside the batch that begins at "
                    + batches.first(ordinal) + " in " + directory + "; batches are never split");
        }
        if (index <= commitIndex) {
            throw new IllegalStateException(
                    "index " + index + " must not be dropped from " + directory + ": " + commitIndex + " is committed");
        }
        writing(() -> {
            batches.cut(ordinal);
            durableIndex = Math.min(durableIndex, index - 1);
            durableClaim = Math.min(durableClaim, index - 1);
            generation++;
            begin(0, true);
        });
    }

    /**
     * Drops whole segments that hold nothing from {@code index} on, all of which is in a snapshot. {@link #takeObsolete}
     * takes their files away.
     *
     * @param index at most the one after the last that is committed
     * @param committed the last index known to be committed
     */
    public void dropBefore(long index, long committed) {
        commitIndex = Math.max(commitIndex, Math.min(committed, lastIndex()));
        if (index > commitIndex + 1) {
            throw new IllegalStateException("index " + (index - 1) + " must not be dropped from " + directory
                    + ": only up to " + commitIndex + " is known to be committed");
        }
        int keep = segments.size() - 1;
        while (keep > 0 && segments.get(keep).firstIndex > index) {
            keep--;
        }
        if (keep > 0) {
            places.dropUpTo(segments.get(keep).firstIndex - 1);
            drop(keep);
        }
    }

    private void drop(int count) {
        List<Segment> first = segments.subList(0, count);
        obsolete.addAll(first);
        first.clear();
        dropped += count;
    }

    /**
     * Drops everything, and begins anew after an entry with which a snapshot on stable storage ends. What is forced under
     * tickets taken before no longer counts.
     */
    public void restartAfter(LogBase snapshot) throws IOException {
        if (snapshot.index() <= commitIndex) {
            throw new IllegalStateException("a log that is committed up to " + commitIndex + " in " + directory
                    + " does not begin anew after " + snapshot.index());
        }
        writing(() -> {
            commitIndex = snapshot.index();
            durableIndex = snapshot.index();
            durableClaim = 0;
            generation++;
            drop(segments.size());
            batches.reset(snapshot);
            begin(0, true);
        });
    }

    /**
     * What has been dropped, once what follows it is on stable storage; null if there is nothing to be removed yet. To be
     * run on the thread that reads, behind what it was asked to read before.
     */
    public @Nullable ObsoleteSegments takeObsolete() {
        if (obsolete.isEmpty() || segments.get(0).forced == 0) {
            return null;
        }
        ObsoleteSegments taken = new ObsoleteSegments(
                storage,
                directory,
                obsolete.stream().map(segment -> segment.file).toList());
        obsolete.clear();
        return taken;
    }

    /** What was written and is not known to be forced; null if nothing was written since the last ticket. */
    public @Nullable ForceTicket ticket() throws IOException {
        checkUsable();
        if (!newSinceTicket) {
            return null;
        }
        newSinceTicket = false;
        spares.forcing(segments.get(segments.size() - 1).written);
        List<Segment> unforced = List.copyOf(segments.subList(firstUnforced(), segments.size()));
        return new ForceTicket(unforced, lastIndex(), lastTerm(), generation, this::fail);
    }

    private int firstUnforced() {
        int from = segments.size();
        while (from > 0 && segments.get(from - 1).forced < segments.get(from - 1).written) {
            from--;
        }
        return from;
    }

    /** True if something that was written may be in this process alone: it counts once it is {@link #flush flushed}. */
    public boolean holdsBack() {
        for (int i = firstUnforced(); i < segments.size(); i++) {
            if (segments.get(i).file.holdsBack()) {
                return true;
            }
        }
        return false;
    }

    /** What was written so far, to be flushed on another thread. */
    public FlushTicket flush() throws IOException {
        checkUsable();
        return new FlushTicket(
                segments.subList(firstUnforced(), segments.size()).stream()
                        .map(segment -> segment.file)
                        .toList(),
                lastIndex(),
                lastTerm(),
                generation,
                this::fail);
    }

    /** False if the log has been truncated since the ticket was made: what it covers no longer counts. */
    public boolean stands(FlushTicket ticket) {
        return ticket.generation() == generation;
    }

    /**
     * Takes back a ticket that has been forced.
     *
     * @return false if the log has been truncated since it was taken: what it covers no longer counts
     */
    public boolean forced(ForceTicket ticket) {
        if (!ticket.isForced()) {
            throw new IllegalStateException("the ticket up to index " + ticket.lastIndex() + " has not been forced");
        }
        ticket.settle();
        if (ticket.generation() != generation) {
            return false;
        }
        durableIndex = Math.max(durableIndex, ticket.lastIndex());
        return true;
    }

    /** True if this batch is in the log, and no other in its place. */
    public boolean holds(BatchMeta batch) {
        if (batch.firstIndex() <= base().index() || batch.lastIndex() > lastIndex()) {
            return false;
        }
        int ordinal = batches.ordinal(batch.firstIndex());
        return batches.first(ordinal) == batch.firstIndex() && batches.term(ordinal) == batch.term();
    }

    /**
     * Says where batches are, from the one that holds {@code fromIndex} on: whole ones up to {@code maxBytes} together,
     * but at least one. None if {@code fromIndex} is the index after the last.
     */
    public ReadPlan plan(long fromIndex, int maxBytes) {
        ReadPlan plan = new ReadPlan();
        if (fromIndex == lastIndex() + 1) {
            return plan;
        }
        long total = 0;
        for (int i = batches.ordinal(fromIndex); i < batches.size(); i++) {
            total += batches.length(i);
            if (total > maxBytes && plan.count() > 0) {
                break;
            }
            plan.add(segments.get(places.segment(i) - dropped).file, batches.meta(i), places.offset(i));
        }
        return plan;
    }

    private Segment roomFor(int batchBytes) throws IOException {
        Segment active = segments.get(segments.size() - 1);
        return active.fits(batchBytes) ? active : begin(batchBytes, true);
    }

    /** Begins a segment after what is in the log now. */
    private Segment begin(int batchBytes, boolean expected) throws IOException {
        LogBase end = new LogBase(lastIndex(), lastTerm());
        Segment segment = OpenedLog.activate(spares, clusterId, random, end, doubtful, batchBytes, expected);
        segments.add(segment);
        newSinceTicket = true;
        spares.prepare();
        return segment;
    }

    private void write(Segment segment, int kind, @Nullable ByteBuf batch) throws IOException {
        int length = batch == null ? 0 : batch.readableBytes();
        RecordHeader header = new RecordHeader(
                kind, segment.id, durableIndex, commitIndex, length, batch == null ? 0 : Batch.crc(batch));
        header.encode(recordHeader);
        if (batch == null) {
            segment.file.write(recordHeader, segment.written);
        } else {
            segment.file.write(sources(batch), segment.written);
        }
        segment.written = header.end(segment.written);
        spares.progress(segment.written);
        durableClaim = durableIndex;
        newSinceTicket = true;
    }

    private ByteBuffer[] sources(ByteBuf batch) {
        if (batch.nioBufferCount() == 1) {
            return new ByteBuffer[] {recordHeader, batch.nioBuffer()};
        }
        ByteBuffer[] parts = batch.nioBuffers();
        ByteBuffer[] sources = new ByteBuffer[parts.length + 1];
        sources[0] = recordHeader;
        System.arraycopy(parts, 0, sources, 1, parts.length);
        return sources;
    }

    private interface Writing {
        void run() throws IOException;
    }

    private void writing(Writing work) throws IOException {
        checkUsable();
        try {
            work.run();
        } catch (NoRoomException e) {
            throw e; // nothing was written
        } catch (NoSpaceException e) {
            throw new NoRoomException(directory, e); // what was written is written again, at the same place
        } catch (IOException e) {
            fail(e);
            throw e;
        }
    }

    /** Also called by a ticket, on the thread that forces. */
    private void fail(IOException cause) {
        failure = cause;
    }

    private void checkUsable() throws IOException {
        IOException cause = failure;
        if (cause != null) {
            throw new IOException(
                    "the log in " + directory + " failed earlier and is not written any more; restart the node once the"
                            + " disk is good",
                    cause);
        }
        if (closed) {
            throw new IOException("the log in " + directory + " is closed");
        }
    }

    /** Closes the files without forcing them. Tickets and plans can no longer be used. Idempotent. */
    @Override
    public void close() throws IOException {
        if (closed) {
            return;
        }
        closed = true;
        IOException problem = null;
        try {
            spares.close();
        } catch (IOException e) {
            problem = e;
        }
        obsolete.addAll(segments); // which closes both
        for (Segment segment : obsolete) {
            try {
                segment.file.close();
            } catch (IOException e) {
                if (problem == null) {
                    problem = e;
                } else {
                    problem.addSuppressed(e);
                }
            }
        }
        if (problem != null) {
            throw problem;
        }
    }
}
