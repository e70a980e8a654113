package io.holdfast.replication.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.core.runtime.Storage;
import io.holdfast.replication.log.Batch;
import io.holdfast.replication.log.BatchBuilder;
import io.holdfast.replication.log.BatchMeta;
import io.holdfast.replication.log.LogBase;
import io.holdfast.replication.log.LogOptions;
import io.holdfast.replication.log.SegmentedLog;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LogStoreTest {
    private final ManualTasks loop = new ManualTasks();
    private final ManualTasks forcer = new ManualTasks();
    private final ManualTasks flusher = new ManualTasks();
    private final ManualTasks reader = new ManualTasks();

    private static void append(LogStore store, long index, int bytes) {
        BatchBuilder builder = BatchBuilder.open(UnpooledByteBufAllocator.DEFAULT, 64);
        byte[] body = new byte[bytes];
        new Random(index).nextBytes(body);
        builder.append(0, body);
        ByteBuf batch = builder.seal(index, 1, 1, 1);
        store.append(Batch.meta(batch), batch);
        store.write(0);
    }

    /** Found by the simulator, seed 700219: a snapshot came, and the old log's files were closed while one was flushed. */
    @Test
    void aFileThatIsDroppedIsNotClosedBeforeItIsFlushed(@TempDir Path directory) throws Exception {
        SegmentedLog log = SegmentedLog.open(
                Storage.files(),
                directory,
                new LogOptions(4 << 20, false),
                new UUID(1, 2),
                new Random(1),
                forcer,
                LogBase.NONE);
        LogStore store = new LogStore(log, forcer, flusher, reader, loop, false, 1 << 20, (term, index, byForce) -> {});
        append(store, 1, 300_000); // so large that it is held back
        loop.runAll(); // and the flusher is asked
        store.restartAfter(new LogBase(7, 2));
        for (int turn = 0; turn < 10; turn++) {
            loop.runAll();
            forcer.runAll();
            reader.runAll();
        }
        Path old = directory.resolve("0000000001.seg");
        assertTrue(Files.exists(old), "the flusher may still be at work on it");
        for (int turn = 0; turn < 10; turn++) {
            flusher.runAll();
            loop.runAll();
            reader.runAll();
        }
        assertFalse(Files.exists(old));
        assertEquals(7, log.lastIndex());
        store.close();
        forcer.runAll();
    }

    /** As a master makes them that has one small write after the other: each began with room for far more. */
    @Test
    void recentBatchesTakeNoMoreMemoryThanTheyMayHoweverSmallTheyAre(@TempDir Path directory) throws Exception {
        int most = 8 << 20;
        PooledByteBufAllocator allocator = new PooledByteBufAllocator(true, 0, 1, 8192, 7, 0, 0, false);
        SegmentedLog log = SegmentedLog.open(
                Storage.files(),
                directory,
                new LogOptions(4 << 20, false),
                new UUID(1, 2),
                new Random(1),
                forcer,
                LogBase.NONE);
        LogStore store = new LogStore(log, forcer, flusher, reader, loop, false, most, (term, index, byForce) -> {});
        OpenBatch open = new OpenBatch(allocator);
        int batches = 30_000;
        for (long index = 1; index <= batches; index++) {
            open.addCommand(1, index, 1, 1, new byte[100]);
            BatchMeta meta = new BatchMeta(index, open.count(), 1, open.bytes());
            store.append(meta, open.seal(meta, 1, 1));
            store.write(0);
            loop.runAll();
            forcer.runAll();
        }
        long used = allocator.metric().usedDirectMemory();
        assertTrue(used <= most + (2 << 20), used + " bytes of memory are held by what may take " + most);
        assertNotNull(store.cached(batches - 10_000), "and as much of it is used as can be");
        store.close();
        forcer.runAll();
        flusher.runAll();
        reader.runAll();
        assertEquals(0, allocator.metric().directArenas().get(0).numActiveAllocations());
    }
}
