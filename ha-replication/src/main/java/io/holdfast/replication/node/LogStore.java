package io.holdfast.replication.node;

import io.holdfast.core.runtime.EventLoop;
import io.holdfast.core.runtime.Worker;
import io.holdfast.replication.log.BatchMeta;
import io.holdfast.replication.log.ForceTicket;
import io.holdfast.replication.log.ReadPlan;
import io.holdfast.replication.log.SegmentedLog;
import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The log on disk with its most recent batches in memory. The loop writes and never forces; the log's thread only
 * forces, as soon as it is free: what is forced together is what gathered meanwhile. On the loop.
 */
final class LogStore {
    private final SegmentedLog log;
    private final Worker forcer;
    private final EventLoop loop;
    private final Consumer<ForceTicket> forced;
    private final long maxCachedBytes;
    private final TreeMap<Long, ByteBuf> cache = new TreeMap<>();
    private long cachedBytes;
    private boolean forcing;

    /**
     * @param forced hears of each force that counts
     * @param maxCachedBytes how many bytes of recent batches stay in memory, at the least the newest batch
     */
    LogStore(SegmentedLog log, Worker forcer, EventLoop loop, long maxCachedBytes, Consumer<ForceTicket> forced) {
        this.log = log;
        this.forcer = forcer;
        this.loop = loop;
        this.maxCachedBytes = maxCachedBytes;
        this.forced = forced;
    }

    /** Writes a batch and sees to it that it is forced. Takes ownership of the buffer. */
    void append(BatchMeta meta, ByteBuf batch, long commitIndex) {
        try {
            log.append(batch, commitIndex);
        } catch (IOException e) {
            batch.release();
            throw new UncheckedIOException(e);
        }
        cache.put(meta.firstIndex(), batch);
        cachedBytes += batch.readableBytes();
        while (cachedBytes > maxCachedBytes && cache.size() > 1) {
            drop(cache.pollFirstEntry());
        }
        force();
    }

    /** Drops the log from this index on. */
    void truncateFrom(long index) {
        while (!cache.isEmpty() && cache.lastKey() >= index) {
            drop(cache.pollLastEntry());
        }
        try {
            log.truncateFrom(index);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void drop(Map.Entry<Long, ByteBuf> entry) {
        cachedBytes -= entry.getValue().readableBytes();
        entry.getValue().release();
    }

    /** A batch by its first index, if it is still in memory; retain it to keep it. */
    @Nullable
    ByteBuf cached(long firstIndex) {
        return cache.get(firstIndex);
    }

    /** How to read whole batches from the disk; the reading is for another thread. */
    ReadPlan plan(long fromIndex, int maxBytes) {
        return log.plan(fromIndex, maxBytes);
    }

    private void force() {
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
        force();
        if (counts) {
            forced.accept(ticket);
        }
    }

    /** True if everything written is on disk. */
    boolean isForced() {
        return log.durableIndex() == log.lastIndex();
    }

    /** Writes that all is on disk, so that damage to it later is not taken for a torn write. */
    void mark(long commitIndex) throws IOException {
        log.mark(commitIndex);
    }

    /** What was cut from the log's end when it was opened is certainly here again. */
    void settle() {
        try {
            log.settle();
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
        cache.values().forEach(ByteBuf::release);
        cache.clear();
        log.close();
    }
}
