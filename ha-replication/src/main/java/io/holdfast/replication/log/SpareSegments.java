package io.holdfast.replication.log;

import io.holdfast.core.runtime.Storage;
import io.holdfast.core.runtime.Storage.AppendMode;
import io.holdfast.core.runtime.Storage.OpenMode;
import io.holdfast.core.runtime.StorageFile;
import io.holdfast.core.runtime.Worker;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes segments ahead of their use: a file of zeros, forced, whose name is forced too. Writing into such a file
 * changes neither its length nor its blocks, so forcing it later is one write of the disk and not several.
 *
 * <p>{@link #prepare} and {@link #take} are for the loop; the files are made on a worker.
 */
final class SpareSegments {
    private static final Logger LOG = LoggerFactory.getLogger(SpareSegments.class);
    private static final int CHUNK = 1 << 20;
    /** What is filled at once at the beginning: all of a small segment. */
    private static final long HEAD_START = 2 << 20;
    /** And afterwards. */
    private static final long STEP = 1 << 20;
    /**
     * Forces of so many bytes at an average gain less from a filled file than filling it costs: every byte is written
     * twice, for two writes of the disk saved at each force.
     */
    private static final long LARGE_FORCE = 128 << 10;

    /** A segment without a header. */
    record Spare(long sequence, StorageFile file, long size) {}

    private final Storage storage;
    private final Path directory;
    private final long segmentBytes;
    /** Otherwise segments grow as they are written, and none is filled. */
    private final boolean forced;

    private final AppendMode appending;

    private final Worker worker;

    // Guarded by this.
    private @Nullable Spare ready;
    private long nextSequence;
    /** The number of the file that the worker is making, 0 while it makes none that is wanted. */
    private long making;

    /** How far the one that is made has been asked to be filled. */
    private long wanted;

    /** True if the one that is made is filled; otherwise it grows as it is written. */
    private boolean filled;

    /** A running average. */
    private long bytesPerForce;

    private long writtenAtLastForce;

    /** Of the worker's thread: what it makes, filled up to its size. */
    private @Nullable Spare unfinished;

    /** Never written to. */
    private volatile ByteBuffer zeros = ByteBuffer.allocate(0);

    private volatile boolean closed;

    SpareSegments(
            Storage storage,
            Path directory,
            LogOptions options,
            Worker worker,
            long nextSequence,
            @Nullable Spare ready) {
        this.storage = storage;
        this.directory = directory;
        this.segmentBytes = options.segmentBytes();
        this.forced = options.forced();
        this.appending = options.appending();
        this.worker = worker;
        this.nextSequence = nextSequence;
        this.ready = ready;
    }

    Path directory() {
        return directory;
    }

    /** Has the next one made, unless it is or is being made: its beginning now, the rest by and by. */
    synchronized void prepare() {
        if (ready == null && making == 0 && !closed) {
            making = nextSequence++;
            wanted = 0;
            filled = forced && bytesPerForce < LARGE_FORCE;
            progress(0);
        }
    }

    /** The segment in use is forced up to there. */
    synchronized void forcing(long written) {
        long bytes = written < writtenAtLastForce ? written : written - writtenAtLastForce;
        writtenAtLastForce = written;
        bytesPerForce += (bytes - bytesPerForce) / 8;
    }

    /**
     * The segment in use is written up to there, and the next one is to be filled a little further: it is whole when three
     * quarters of this one are full. All at once would take the disk away from the log's own forces for as long.
     */
    synchronized void progress(long written) {
        long want = Math.min(segmentBytes, written + written / 3 + HEAD_START);
        boolean step = want - wanted >= STEP || (want == segmentBytes && wanted < want);
        if (making != 0 && step && !closed) {
            wanted = want;
            long sequence = making;
            boolean fill = filled;
            worker.execute(() -> make(sequence, want, fill));
        }
    }

    private void make(long sequence, long upTo, boolean fill) {
        try {
            if (isWanted(sequence)) {
                makeFurther(sequence, upTo, fill);
            } else {
                dropUnfinished();
            }
        } catch (IOException e) {
            giveUp(sequence, e);
        }
    }

    /** There is still the segment in use; when that is full, one is made on the spot, or cannot be. */
    private synchronized void giveUp(long sequence, IOException cause) {
        if (making == sequence && !closed) {
            making = 0;
            LOG.warn("segment {} of the log in {} could not be made ahead", sequence, directory, cause);
        }
    }

    private void makeFurther(long sequence, long upTo, boolean fill) throws IOException {
        try {
            Spare begun = unfinished;
            if (begun == null || begun.sequence() != sequence) {
                dropUnfinished();
                begun = new Spare(sequence, create(sequence), 0);
                unfinished = begun;
            }
            if (fill) {
                fill(begun.file(), begun.size(), upTo);
            }
            unfinished = new Spare(sequence, begun.file(), upTo);
            if (upTo == segmentBytes) {
                finish(sequence, begun.file());
            }
        } catch (IOException | RuntimeException e) {
            Spare failed = unfinished;
            unfinished = null;
            if (failed != null) {
                discard(failed.file(), e);
            }
            throw e;
        }
    }

    /** What there is of it would only take room. */
    void discard(StorageFile file, Exception cause) {
        try {
            file.close();
            storage.delete(file.path());
        } catch (IOException e) {
            cause.addSuppressed(e);
        }
    }

    private synchronized boolean isWanted(long sequence) {
        return making == sequence && !closed;
    }

    private void finish(long sequence, StorageFile file) throws IOException {
        if (!closed) {
            // Also where nothing waits for a force: the background's force of what is in it must not outlive its name.
            force(file);
        }
        if (offer(sequence, file)) {
            unfinished = null;
        } else {
            dropUnfinished();
        }
    }

    /**
     * A segment with a later number is in use already, so this one must never be. At a close it may stay: the next start
     * uses it, or removes it if it is not whole.
     */
    private void dropUnfinished() throws IOException {
        Spare dropped = unfinished;
        unfinished = null;
        if (dropped != null) {
            dropped.file().close();
            if (!closed) {
                storage.delete(dropped.file().path());
            }
        }
    }

    private synchronized boolean offer(long sequence, StorageFile file) {
        if (making != sequence || closed) {
            return false;
        }
        making = 0;
        ready = new Spare(sequence, file, segmentBytes);
        return true;
    }

    /**
     * Takes one for use, making it now if there is none.
     *
     * @param atLeast how many bytes it must hold
     * @param expected true if one should have been ready
     * @throws NoRoomException if none is there and none can be made; another call may be made later
     */
    Spare take(long atLeast, boolean expected) throws IOException {
        Spare spare;
        long sequence = 0;
        synchronized (this) {
            spare = ready;
            ready = null;
            if (spare == null) {
                making = 0;
                sequence = nextSequence++;
            }
        }
        if (spare == null) {
            if (expected) {
                LOG.warn(
                        "no log segment is ready in {}, so segment {} is not filled beforehand and its forces take longer;"
                                + " the disk is too slow for this load, or segments of {} bytes are too small",
                        directory,
                        sequence,
                        segmentBytes);
            }
            spare = new Spare(sequence, made(sequence), 0);
        }
        long size = Math.max(atLeast, segmentBytes);
        if (spare.size() >= size) {
            return spare;
        }
        try {
            if (forced && !expected) {
                fill(spare.file(), spare.size(), size);
            }
            // Else filling it would hold up every write for as long: it grows as it is written, at a dearer force each.
            force(spare.file());
        } catch (IOException e) {
            discard(spare.file(), e);
            throw new NoRoomException(directory, e);
        } catch (RuntimeException e) {
            discard(spare.file(), e);
            throw e;
        }
        return new Spare(spare.sequence(), spare.file(), size);
    }

    private StorageFile made(long sequence) throws NoRoomException {
        try {
            return create(sequence);
        } catch (IOException e) {
            throw new NoRoomException(directory, e);
        }
    }

    private StorageFile create(long sequence) throws IOException {
        Path path = SegmentFile.path(directory, sequence);
        return storage.openForAppending(path, OpenMode.CREATE, appending);
    }

    private void fill(StorageFile file, long from, long to) throws IOException {
        ByteBuffer zeros = zeros(to - from);
        for (long at = from; at < to && !closed; at += zeros.limit()) {
            zeros.clear().limit((int) Math.min(zeros.capacity(), to - at));
            file.write(zeros, at);
            // In steps, so that the log's own forces never wait behind a long one.
            file.force();
        }
    }

    /** The same memory each time: what is made anew is free again only when the heap's next collection finds it. */
    private ByteBuffer zeros(long atMost) {
        int bytes = (int) Math.min(CHUNK, atMost);
        ByteBuffer all = zeros;
        if (all.capacity() < bytes) {
            all = ByteBuffer.allocateDirect(bytes);
            zeros = all;
        }
        return all.duplicate();
    }

    private void force(StorageFile file) throws IOException {
        file.force();
        storage.forceDirectory(directory);
    }

    /** Stops making any. The worker may still be busy for an instant; closing it waits for that. */
    void close() throws IOException {
        Spare spare;
        synchronized (this) {
            closed = true;
            spare = ready;
            ready = null;
        }
        if (spare != null) {
            spare.file().close();
        }
        worker.execute(() -> {
            try {
                dropUnfinished();
            } catch (IOException e) {
                LOG.warn("a log segment in {} that was not finished could not be closed", directory, e);
            }
        });
    }
}
