package io.holdfast.replication.node;

import io.holdfast.core.runtime.EventLoop;
import io.holdfast.core.runtime.Worker;
import io.holdfast.replication.log.BatchMeta;
import io.holdfast.replication.log.FlushTicket;
import io.holdfast.replication.log.ForceTicket;
import io.holdfast.replication.log.LogBase;
import io.holdfast.replication.log.ObsoleteSegments;
import io.holdfast.replication.log.ReadPlan;
import io.holdfast.replication.log.SegmentedLog;
import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The log on disk with its most recent batches in memory. The loop writes and never forces; the log's thread only
 * forces, as soon as it is free: what is forced together is what gathered meanwhile. On the loop.
 */
final class LogStore {
    /** Hears how far the log counts. On the loop. */
    interface Persisted {
        /** Up to there; by a force, or before it where none is waited for. */
        void upTo(long term, long index, boolean byForce);
    }

    private final SegmentedLog log;
    private final Worker forcer;
    private final Worker flusher;
    private final Worker reader;
    private final EventLoop loop;
    private final Persisted persisted;
    private final boolean waitForForce;
    private final long maxCachedBytes;
    private final BatchCache cache = new BatchCache();
    private final List<ByteBuf> unwritten = new ArrayList<>();
    private boolean toldSoon;
    private boolean forceDue;
    private boolean forcing;
    private boolean forceAgain;
    private boolean flushing;
    private volatile boolean closed;

    /**
     * @param flusher used where no force is waited for
     * @param reader reads the files of this log, and removes them when nothing is asked of them any more
     * @param waitForForce false if what is written counts before it is forced
     * @param persisted hears of (term, index) up to which the log counts
     * @param maxCachedBytes how many bytes of recent batches stay in memory, at the least the newest batch
     */
    LogStore(
            SegmentedLog log,
            Worker forcer,
            Worker flusher,
            Worker reader,
            EventLoop loop,
            boolean waitForForce,
            long maxCachedBytes,
            Persisted persisted) {
        this.waitForForce = waitForForce;
        this.log = log;
        this.forcer = forcer;
        this.flusher = flusher;
        this.reader = reader;
        this.loop = loop;
        this.maxCachedBytes = maxCachedBytes;
        this.persisted = persisted;
    }

    /** Takes a batch, which can be sent from now on; {@link #write} must follow. Takes ownership of the buffer. */
    void append(BatchMeta meta, ByteBuf batch) {
        cache.add(meta.firstIndex(), batch);
        unwritten.add(batch);
        while (cache.bytes() > maxCachedBytes && cache.size() > unwritten.size()) {
            cache.dropOldest();
        }
    }

    /** Writes what has been appended, and has it forced once the loop's turn is over: what is to be sent goes first. */
    void write(long commitIndex) {
        if (unwritten.isEmpty()) {
            return;
        }
        try {
            for (ByteBuf batch : unwritten) {
                log.append(batch, commitIndex);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        unwritten.clear();
        if (waitForForce) {
            forceSoon();
        } else if (log.holdsBack()) {
            flushSoon();
        } else {
            tellSoon();
        }
    }

    /** From a task of its own: what it leads to must not happen in the midst of what led to the write. */
    private void tellSoon() {
        if (!toldSoon) {
            toldSoon = true;
            loop.execute(() -> {
                toldSoon = false;
                if (!log.holdsBack()) { // else the flush that is under way tells
                    persisted.upTo(log.lastTerm(), log.lastIndex(), false);
                }
            });
        }
    }

    private void flushSoon() {
        if (!flushing) {
            flushing = true;
            loop.execute(this::flush);
        }
    }

    /** What is too large for the system's cache would hold up the loop. */
    private void flush() {
        if (closed) {
            return;
        }
        FlushTicket ticket;
        try {
            ticket = log.flush();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        flusher.execute(() -> {
            try {
                ticket.flush();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            loop.execute(() -> flushed(ticket));
        });
    }

    private void flushed(FlushTicket ticket) {
        if (closed) {
            return;
        }
        flushing = log.holdsBack();
        if (flushing) {
            flush();
        }
        if (log.stands(ticket)) {
            persisted.upTo(ticket.lastTerm(), ticket.lastIndex(), false);
        }
    }

    /** Has forced what is not, if nothing else does. */
    void forceInBackground() {
        if (!isForced()) {
            forceSoon();
        }
    }

    private void forceSoon() {
        if (forcing) {
            forceAgain = true; // the one under way may have begun before what is to be forced was written
        } else if (!forceDue) {
            forceDue = true;
            loop.execute(this::force);
        }
    }

    /** Drops the log from this index on. */
    void truncateFrom(long index) {
        if (!unwritten.isEmpty()) {
            throw new IllegalStateException("a cut at " + index + " between a batch and its writing");
        }
        cache.dropFrom(index);
        try {
            log.truncateFrom(index);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Drops whole segments that hold nothing from {@code index} on.
     *
     * @return the index before the log's first one
     */
    long dropBefore(long index, long committed) {
        log.dropBefore(index, committed);
        removeObsolete();
        return log.base().index();
    }

    /** Drops everything, and begins anew after what a snapshot holds. */
    void restartAfter(LogBase snapshot) {
        if (!unwritten.isEmpty()) {
            throw new IllegalStateException("a new beginning at " + snapshot + " between a batch and its writing");
        }
        cache.clear();
        try {
            log.restartAfter(snapshot);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        forceSoon();
    }

    /** Behind whatever the flusher and the reader have been asked of those files before. */
    private void removeObsolete() {
        ObsoleteSegments obsolete = log.takeObsolete();
        if (obsolete != null) {
            flusher.execute(() -> reader.execute(obsolete::remove));
        }
    }

    /** A batch by its first index, if it is still in memory; retain it to keep it. */
    @Nullable
    ByteBuf cached(long firstIndex) {
        return cache.get(firstIndex);
    }

    /** True if this batch is in the log, and no other in its place. */
    boolean holds(BatchMeta batch) {
        return log.holds(batch) || (!unwritten.isEmpty() && cache.get(batch.firstIndex()) != null);
    }

    /** How to read whole batches from the disk; the reading is for another thread. */
    ReadPlan plan(long fromIndex, int maxBytes) {
        return log.plan(fromIndex, maxBytes);
    }

    private void force() {
        forceDue = false;
        ForceTicket ticket;
        try {
            ticket = forcing ? null : log.ticket();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        if (ticket == null) {
            return;
        }
        forcing = true;
        forcer.execute(() -> {
            try {
                ticket.force();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            loop.execute(() -> forced(ticket));
        });
    }

    private void forced(ForceTicket ticket) {
        forcing = false;
        boolean counts = log.forced(ticket);
        removeObsolete();
        if (waitForForce || forceAgain) {
            forceAgain = false;
            force();
        }
        if (counts) {
            persisted.upTo(ticket.lastTerm(), ticket.lastIndex(), true);
        }
    }

    /** True while a force or flush is under way or about to be. */
    boolean isForcing() {
        return forcing || forceDue || flushing;
    }

    /** True if everything written is on disk. */
    boolean isForced() {
        return log.durableIndex() == log.lastIndex();
    }

    /** Writes that all is on disk, so that damage to it later is not taken for a torn write. */
    void mark(long commitIndex) throws IOException {
        if (log.mark(commitIndex)) {
            forceSoon();
        }
    }

    /** What was cut from the log's end when it was opened is certainly here again. */
    void settle() {
        try {
            log.settle();
            forceSoon();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** On disk up to here. */
    long durableIndex() {
        return log.durableIndex();
    }

    /** Releases memory and files. */
    void close() throws IOException {
        closed = true;
        cache.clear();
        log.close();
    }
}
