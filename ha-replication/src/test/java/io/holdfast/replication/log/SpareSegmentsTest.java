package io.holdfast.replication.log;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.core.runtime.Storage.OpenMode;
import io.holdfast.core.runtime.StorageFile;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class SpareSegmentsTest {
    private static final int SEGMENT = 16 << 20;
    private static final int MIB = 1 << 20;

    private final MemoryStorage storage = new MemoryStorage();
    private final ManualWorker worker = new ManualWorker();
    private final SpareSegments spares;

    SpareSegmentsTest() throws IOException {
        Path directory = LogFixture.DIRECTORY;
        storage.createDirectories(directory);
        spares = new SpareSegments(storage, directory, new LogOptions(SEGMENT, true), worker, 1, null);
    }

    private long size(int sequence) throws IOException {
        try (StorageFile file = storage.open(SegmentFile.path(LogFixture.DIRECTORY, sequence), OpenMode.READ)) {
            return file.size();
        }
    }

    @Test
    void theNextOneIsFilledAlittleFasterThanTheOneInUseAndNeverAllAtOnce() throws IOException {
        spares.prepare();
        worker.runAll();
        long before = size(1);
        assertTrue(before > 0 && before < SEGMENT / 4, before + " bytes at the beginning");
        for (long written = 0; written <= SEGMENT * 3L / 4; written += MIB / 4) {
            spares.progress(written);
            worker.runAll();
            long now = size(1);
            assertTrue(now >= Math.min(SEGMENT, written * 4 / 3), now + " bytes while " + written + " are written");
            assertTrue(now - before <= 2 * MIB, "from " + before + " to " + now + " in one step");
            before = now;
        }
        assertEquals(SEGMENT, before);
        SpareSegments.Spare taken = spares.take(0, true);
        assertEquals(1, taken.sequence());
        assertEquals(SEGMENT, taken.size());
        taken.file().close();
        spares.close();
        worker.runAll();
        assertEquals(0, storage.openFiles());
    }

    @Test
    void theFirstOneOfAllIsFilledAtOnce() throws IOException {
        SpareSegments.Spare taken = spares.take(0, false);
        assertEquals(SEGMENT, size(1));
        taken.file().close();
    }

    @Test
    void oneThatIsNeededBeforeItIsWholeIsMadeAnewAndTheOtherIsRemoved() throws IOException {
        spares.prepare();
        worker.runAll();
        SpareSegments.Spare taken = spares.take(0, true);
        assertEquals(2, taken.sequence());
        assertEquals(SEGMENT, taken.size());
        assertEquals(0, size(2), "no write waits for it to be filled");
        spares.prepare();
        worker.runAll();
        assertTrue(!storage.exists(SegmentFile.path(LogFixture.DIRECTORY, 1)), "its number is too low to be used now");
        assertTrue(size(3) > 0);
        taken.file().close();
        spares.close();
        worker.runAll();
        assertEquals(0, storage.openFiles());
    }

    @Test
    void noneIsFilledWhileForcesAreLargeAndFillingBeginsAgainWhenTheyAreNot() throws IOException {
        forceOften(512 << 10);
        assertEquals(0, bytesFilledInNext(1), "while forces are large");
        forceOften(4 << 10);
        assertEquals(SEGMENT, bytesFilledInNext(2), "while forces are small");
    }

    private void forceOften(int bytes) {
        spares.forcing(0);
        for (int i = 1; i <= 64; i++) {
            spares.forcing((long) i * bytes);
        }
    }

    private long bytesFilledInNext(int sequence) throws IOException {
        spares.prepare();
        spares.progress(SEGMENT);
        worker.runAll();
        SpareSegments.Spare taken = spares.take(0, true);
        assertEquals(sequence, taken.sequence());
        assertEquals(SEGMENT, taken.size(), "what may be written into it");
        taken.file().close();
        return size(sequence);
    }
}
