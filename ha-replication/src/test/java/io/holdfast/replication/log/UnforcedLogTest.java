package io.holdfast.replication.log;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.core.runtime.Storage;
import io.holdfast.core.runtime.Storage.OpenMode;
import io.holdfast.core.runtime.StorageFile;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class UnforcedLogTest {
    private final MemoryStorage storage = new MemoryStorage();

    private SegmentedLog open(boolean forced, ManualWorker worker) throws IOException {
        SegmentedLog log = SegmentedLog.open(
                storage,
                LogFixture.DIRECTORY,
                new LogOptions(LogFixture.SMALL, forced),
                LogFixture.CLUSTER,
                new Random(3),
                worker,
                LogBase.NONE);
        worker.runAll();
        return log;
    }

    private static byte[] append(SegmentedLog log, long term) throws IOException {
        ByteBuf batch = LogFixture.batch(log.lastIndex() + 1, 3, term, 700);
        try {
            log.append(batch, 0);
            return ByteBufUtil.getBytes(batch);
        } finally {
            batch.release();
        }
    }

    @Test
    void whatWasWrittenIsThereWithoutAForceAndInBothModesAfterwards() throws IOException {
        List<byte[]> written = new ArrayList<>();
        for (int round = 1; round <= 6; round++) {
            ManualWorker worker = new ManualWorker();
            try (SegmentedLog log = open(round % 3 == 0, worker)) {
                assertEquals(written.size() * 3L, log.lastIndex());
                for (int i = 0; i < 60; i++) {
                    written.add(append(log, round));
                    worker.runAll();
                }
                List<byte[]> all = LogFixture.readAll(log);
                assertEquals(written.size(), all.size());
                for (int i = 0; i < all.size(); i++) {
                    assertArrayEquals(written.get(i), all.get(i));
                }
                assertFalse(log.recovery().tailCut());
            }
            assertEquals(0, storage.openFiles());
        }
    }

    /** Some go round the system's cache. */
    @Test
    void largeBatchesOnARealDiskAreThereAfterwards(@TempDir Path directory) throws IOException {
        List<byte[]> written = new ArrayList<>();
        for (int round = 1; round <= 3; round++) {
            ManualWorker worker = new ManualWorker();
            try (SegmentedLog log = SegmentedLog.open(
                    Storage.files(),
                    directory,
                    new LogOptions(4 << 20, false),
                    LogFixture.CLUSTER,
                    new Random(round),
                    worker,
                    LogBase.NONE)) {
                worker.runAll();
                List<byte[]> found = LogFixture.readAll(log);
                assertEquals(written.size(), found.size());
                for (int i = 0; i < found.size(); i++) {
                    assertArrayEquals(written.get(i), found.get(i));
                }
                assertFalse(log.recovery().tailCut());
                for (int bytes : new int[] {50, 140_000, 141_003, 70_001, 9, 300_000, 64_000, 130_000, 77, 1_000_000}) {
                    ByteBuf batch = LogFixture.batch(log.lastIndex() + 1, 1, round, bytes);
                    log.append(batch, 0);
                    written.add(ByteBufUtil.getBytes(batch));
                    batch.release();
                    worker.runAll();
                    assertTrue(bytes < 128 << 10 || log.holdsBack(), bytes + " bytes");
                    if (log.holdsBack()) {
                        FlushTicket ticket = log.flush();
                        ticket.flush();
                        assertFalse(log.holdsBack());
                        assertTrue(log.stands(ticket));
                        assertEquals(log.lastIndex(), ticket.lastIndex());
                    }
                }
            }
        }
    }

    @Test
    void aLogThatHoldsBackIsNotWholeForWhoeverComesAfterAKill(@TempDir Path directory) throws IOException {
        LogOptions options = new LogOptions(4 << 20, false);
        for (int round = 0; round < 2; round++) {
            try (SegmentedLog log = SegmentedLog.open(
                    Storage.files(),
                    directory,
                    options,
                    LogFixture.CLUSTER,
                    new Random(1),
                    new ManualWorker(),
                    LogBase.NONE)) {
                assertEquals(round, log.lastIndex(), "the large one had not left the process");
                ByteBuf small = LogFixture.batch(log.lastIndex() + 1, 1, 1, 100);
                log.append(small, 0);
                small.release();
                ByteBuf large = LogFixture.batch(log.lastIndex() + 1, 1, 1, 200_000);
                log.append(large, 0);
                large.release();
                assertTrue(log.holdsBack());
                assertEquals(2, LogFixture.readAll(log).size() - round, "but is seen in this one");
            }
        }
    }

    @Test
    void segmentsGrowAsTheyAreWritten() throws IOException {
        ManualWorker worker = new ManualWorker();
        try (SegmentedLog log = open(false, worker)) {
            append(log, 1);
            try (StorageFile file = storage.open(SegmentFile.path(LogFixture.DIRECTORY, 1), OpenMode.READ)) {
                assertTrue(file.size() < 4_000, file.size() + " bytes");
            }
        }
    }

    @Test
    void theMarkStaysUntilItIsRemoved() throws IOException {
        Path directory = Path.of("/data");
        storage.createDirectories(directory);
        assertFalse(UnforcedMark.exists(storage, directory));
        UnforcedMark.create(storage, directory);
        UnforcedMark.create(storage, directory);
        storage.crash(new Random(1));
        assertTrue(UnforcedMark.exists(storage, directory));
        UnforcedMark.remove(storage, directory);
        UnforcedMark.remove(storage, directory);
        storage.crash(new Random(2));
        assertFalse(UnforcedMark.exists(storage, directory));
    }
}
