package io.holdfast.replication.log;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.UUID;

/** A log on {@link MemoryStorage}, with the few steps that tests take. */
final class LogFixture implements AutoCloseable {
    static final Path DIRECTORY = Path.of("/data/log");
    static final UUID CLUSTER = UUID.fromString("01234567-89ab-cdef-0123-456789abcdef");
    static final int SMALL = 64 << 10;

    final MemoryStorage storage;
    final ManualWorker worker = new ManualWorker();
    final List<BatchMeta> recovered = new ArrayList<>();
    final SegmentedLog log;

    LogFixture(MemoryStorage storage) throws IOException {
        this(storage, 7);
    }

    LogFixture(MemoryStorage storage, long seed) throws IOException {
        this(storage, seed, LogBase.NONE);
    }

    LogFixture(MemoryStorage storage, long seed, LogBase snapshot) throws IOException {
        this.storage = storage;
        log = SegmentedLog.open(
                storage, DIRECTORY, new LogOptions(SMALL, true), CLUSTER, new Random(seed), worker, snapshot);
        log.describe(recovered::add);
        try {
            worker.runAll();
        } catch (RuntimeException e) {
            log.close();
            throw e;
        }
    }

    Path file(int sequence) {
        return SegmentFile.path(DIRECTORY, sequence);
    }

    /** A batch of {@code count} entries, whose content follows from the other arguments. */
    static ByteBuf batch(long firstIndex, int count, long term, int bodyBytes) {
        BatchBuilder builder = BatchBuilder.open(UnpooledByteBufAllocator.DEFAULT, 256);
        for (int i = 0; i < count; i++) {
            byte[] body = new byte[bodyBytes];
            new Random((firstIndex + i) * 31 + term).nextBytes(body);
            builder.append(i % 7, body);
        }
        return builder.seal(firstIndex, term, 1_000 + firstIndex, 5_000 + firstIndex);
    }

    /** Appends, and returns the bytes. */
    byte[] append(int count, long term, int bodyBytes) throws IOException {
        return append(count, term, bodyBytes, 0);
    }

    byte[] append(int count, long term, int bodyBytes, long commit) throws IOException {
        ByteBuf batch = batch(log.lastIndex() + 1, count, term, bodyBytes);
        try {
            log.append(batch, commit);
            return ByteBufUtil.getBytes(batch);
        } finally {
            batch.release();
        }
    }

    boolean force() throws IOException {
        ForceTicket ticket = log.ticket();
        if (ticket == null) {
            return true;
        }
        ticket.force();
        return log.forced(ticket);
    }

    /** All batches of the log, read back. */
    List<byte[]> readAll() throws IOException {
        return readAll(log);
    }

    static List<byte[]> readAll(SegmentedLog log) throws IOException {
        List<byte[]> all = new ArrayList<>();
        for (long next = log.base().index() + 1; next <= log.lastIndex(); ) {
            for (ByteBuf batch : log.plan(next, 1 << 16).read(UnpooledByteBufAllocator.DEFAULT)) {
                all.add(ByteBufUtil.getBytes(batch));
                next = Batch.lastIndex(batch) + 1;
                batch.release();
            }
        }
        return all;
    }

    @Override
    public void close() throws IOException {
        log.close();
    }
}
