package io.holdfast.replication.node;

import io.holdfast.core.runtime.EventLoop;
import io.holdfast.core.runtime.NoSpaceException;
import io.holdfast.core.runtime.Worker;
import io.holdfast.replication.log.BatchMeta;
import io.holdfast.replication.log.FlushTicket;
import io.holdfast.replication.log.ForceTicket;
import io.holdfast.replication.log.LogBase;
import io.holdfast.replication.log.NoRoomException;
import io.holdfast.replication.log.ObsoleteSegments;
import io.holdfast.replication.log.ReadPlan;
import io.holdfast.replication.log.SegmentedLog;
import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayDeque;
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

        /** Nothing more can be written for now; it is tried again every second, until {@link #goesOn}. */
        default void stalled(IOException cause) {}

        /** What had to wait has been written. */
        default void goesOn() {}
    }

    private static final long RETRY_NANOS = 1_000_000_000L;

    private final SegmentedLog log;
    private final Worker forcer;
    private final Worker flusher;
    private final Worker reader;
    private final EventLoop loop;
    private final Persisted persisted;
    private final boolean waitForForce;
    private final long maxCachedBytes;
    private final BatchCache cache = new BatchCache();
    /** Of a step; or, while there is no room, of all steps since. How much that can be is bounded by who sends it. */
    private final ArrayDeque<ByteBuf> unwritten = new ArrayDeque<>();

    private long committed;
    /** Nothing is written to the log meanwhile. */
    private boolean stalled;
    /** What has been written cannot be forced or flushed for want of space. */
    private boolean unforceable;

    private boolean settleDue;
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
     * @param maxCachedBytes how many bytes of memory recent batches may take, at the least the newest batch
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
        committed = commitIndex;
        if (!unwritten.isEmpty() && !stalled) {
            writeAll();
        }
    }

    /** False if there is no room for all of it. */
    private boolean writeAll() {
        boolean any = false;
        try {
            for (ByteBuf next = unwritten.peek(); next != null; next = unwritten.peek()) {
                log.append(next, committed);
                unwritten.remove();
                any = true;
            }
        } catch (NoRoomException e) {
            stallWriting(e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        if (any) {
            count();
        }
        return unwritten.isEmpty();
    }

    private void stall(IOException cause) {
        if (!stalled) {
            stalled = true;
            persisted.stalled(cause);
        }
    }

    private void stallWriting(NoRoomException cause) {
        stall(cause);
        loop.schedule(RETRY_NANOS, this::goOn);
    }

    private void noSpace(NoSpaceException cause, Runnable again) {
        if (!closed) {
            unforceable = true;
            stall(cause);
            loop.schedule(RETRY_NANOS, () -> {
                if (!closed) {
                    again.run();
                }
            });
        }
    }

    private void spaceAgain() {
        if (unforceable) {
            unforceable = false;
            goOn();
        }
    }

    /** Writes what had to wait, if there is room now. */
    private void goOn() {
        if (closed || unforceable) {
            return;
        }
        if (writeAll()) {
            stalled = false;
            if (settleDue) {
                settle();
            }
            if (!stalled) {
                persisted.goesOn();
            }
        }
    }

    /** What has been written is to count. */
    private void count() {
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
        flush(ticket);
    }

    private void flush(FlushTicket ticket) {
        flusher.execute(() -> {
            try {
                ticket.flush();
                loop.execute(() -> flushed(ticket));
            } catch (NoSpaceException e) {
                loop.execute(() -> noSpace(e, () -> flush(ticket)));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
    }

    private void flushed(FlushTicket ticket) {
        if (closed) {
            return;
        }
        spaceAgain();
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
        if (!unwritten.isEmpty() && !stalled) {
            throw new IllegalStateException("a new beginning at " + snapshot + " between a batch and its writing");
        }
        unwritten.clear();
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
        force(ticket);
    }

    private void force(ForceTicket ticket) {
        forcer.execute(() -> {
            try {
                ticket.force();
                loop.execute(() -> forced(ticket));
            } catch (NoSpaceException e) {
                loop.execute(() -> noSpace(e, () -> force(ticket)));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
    }

    private void forced(ForceTicket ticket) {
        forcing = false;
        spaceAgain();
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
        try {
            if (!stalled && log.mark(commitIndex)) {
                forceSoon();
            }
        } catch (NoRoomException e) {
            // the next idle moment will do
        }
    }

    /** What was cut from the log's end when it was opened is certainly here again. */
    void settle() {
        settleDue = true;
        try {
            if (!stalled) {
                log.settle();
                settleDue = false;
                forceSoon();
            }
        } catch (NoRoomException e) {
            stallWriting(e);
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
