package io.holdfast.replication.node;

import io.holdfast.core.runtime.Clock;
import io.holdfast.core.runtime.Worker;
import io.holdfast.core.spi.LogPart;
import io.holdfast.replication.log.Batch;
import io.holdfast.replication.log.ReadPlan;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.io.IOException;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Hands out what of the log is decided, and keeps the log for whoever comes back for more: for a while, and within what the log is
 * kept for a slave at the most. On the loop; the reading is done elsewhere.
 */
final class LogParts {
    private static final Logger LOG = LoggerFactory.getLogger(LogParts.class);
    /** For so long the log is kept from where somebody asked last. */
    private static final long HELD_NANOS = 600_000_000_000L;

    private static final int MAX_BYTES = 16 << 20;

    private final String node;
    private final LogStore store;
    private final Worker reader;
    private final Clock clock;
    private final ByteBufAllocator allocator;
    private long needed = Long.MAX_VALUE;
    private long neededUntil;

    LogParts(String node, LogStore store, Worker reader, Clock clock, ByteBufAllocator allocator) {
        this.node = node;
        this.store = store;
        this.reader = reader;
        this.clock = clock;
        this.allocator = allocator;
    }

    /** From which index on somebody needs the log; {@link Long#MAX_VALUE} if nobody does. */
    long needed() {
        if (needed != Long.MAX_VALUE && clock.nanoTime() - neededUntil >= 0) {
            LOG.info("{} keeps its log no longer from index {} on: nobody has asked for it lately", node, needed);
            needed = Long.MAX_VALUE;
        }
        return needed;
    }

    /**
     * What follows an entry.
     *
     * @param logId of this log
     * @param base the last entry that the log does not have any more
     * @param decided the last entry that is committed
     */
    void read(String logId, long after, long base, long decided, int maxBytes, StateRequests.Request<LogPart> request) {
        if (after < base) {
            request.gap(
                    "entries up to " + base + " are in snapshots alone, and those after " + after
                            + " were asked for; begin again with a cut",
                    base);
            return;
        }
        needed = after + 1;
        neededUntil = clock.nanoTime() + HELD_NANOS;
        if (after >= decided) {
            request.answer(nothing(after));
            return;
        }
        ReadPlan plan = store.plan(after + 1, Math.min(maxBytes, MAX_BYTES));
        reader.execute(() -> {
            List<ByteBuf> batches;
            try {
                batches = plan.read(allocator);
            } catch (IOException e) {
                LOG.warn("{} cannot read its log after index {}", node, after, e);
                request.failed(String.valueOf(e.getMessage()));
                return;
            }
            try {
                request.answer(part(logId, after, decided, batches));
            } finally {
                batches.forEach(ByteBuf::release);
            }
        });
    }

    /** The plan may go on into a tail that was not decided when it was made. */
    private static LogPart part(String logId, long after, long decided, List<ByteBuf> read) {
        List<ByteBuf> batches = read.stream()
                .takeWhile(batch -> Batch.lastIndex(batch) <= decided)
                .toList();
        if (batches.isEmpty()) {
            return nothing(after);
        }
        byte[] bytes =
                new byte[batches.stream().mapToInt(ByteBuf::readableBytes).sum()];
        int filled = 0;
        for (ByteBuf batch : batches) {
            batch.getBytes(batch.readerIndex(), bytes, filled, batch.readableBytes());
            filled += batch.readableBytes();
        }
        ByteBuf first = batches.get(0);
        ByteBuf last = batches.get(batches.size() - 1);
        return new LogPart(
                logId,
                Batch.firstIndex(first),
                Batch.lastIndex(last),
                Batch.term(last),
                Batch.wallMillis(first),
                Batch.wallMillis(last),
                bytes);
    }

    private static LogPart nothing(long after) {
        return new LogPart("", after + 1, after, 0, 0, 0, new byte[0]);
    }
}
