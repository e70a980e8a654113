package io.holdfast.replication.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.core.runtime.Storage;
import io.holdfast.replication.log.Batch;
import io.holdfast.replication.log.BatchBuilder;
import io.holdfast.replication.log.LogBase;
import io.holdfast.replication.log.LogOptions;
import io.holdfast.replication.log.SegmentedLog;
import io.netty.buffer.ByteBuf;
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
}
