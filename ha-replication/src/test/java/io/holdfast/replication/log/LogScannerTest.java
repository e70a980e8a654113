package io.holdfast.replication.log;

import static io.holdfast.replication.log.SegmentedLogTest.assertSame;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.replication.log.LogScanner.Ending;
import io.holdfast.replication.log.LogScanner.Report;
import io.netty.buffer.ByteBufUtil;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class LogScannerTest {
    private final MemoryStorage storage = new MemoryStorage();
    private final List<byte[]> written = new ArrayList<>();
    private final List<byte[]> scanned = new ArrayList<>();
    private final Path first = SegmentFile.path(LogFixture.DIRECTORY, 1);

    private void write() throws IOException {
        try (LogFixture f = new LogFixture(storage)) {
            written.add(f.append(2, 1, 100));
            f.append(2, 1, 100);
            f.force();
            f.log.truncateFrom(3);
            written.add(f.append(1, 2, 30_000, 2));
            f.force();
            written.add(f.append(1, 2, 40_000));
        }
    }

    private Report scan() throws IOException {
        long operations = storage.operations;
        scanned.clear();
        Report report = LogScanner.scan(storage, LogFixture.DIRECTORY, LogBase.NONE, (file, offset, batch) -> {
            byte[] bytes = ByteBufUtil.getBytes(batch);
            scanned.add(bytes);
            byte[] content = storage.bytes(file);
            assertArrayEquals(bytes, Arrays.copyOfRange(content, (int) offset, (int) offset + bytes.length));
        });
        assertEquals(operations, storage.operations, "nothing is written");
        assertEquals(0, storage.openFiles());
        return report;
    }

    @Test
    void anEmptyDirectory() throws IOException {
        assertEquals(new Report(0, 0, 0, 0, false, 0, Ending.CLEAN, ""), scan());
    }

    @Test
    void aCleanLogWithoutWhatWasSuperseded() throws IOException {
        write();
        assertEquals(new Report(4, 2, 2, 3, false, 0, Ending.CLEAN, ""), scan());
        assertSame(written, scanned);
    }

    @Test
    void aTornTailIsReportedAndLeftAlone() throws IOException {
        write();
        Path last = storage.list(LogFixture.DIRECTORY)
                .get(storage.list(LogFixture.DIRECTORY).size() - 1);
        storage.bytes(last)[1_000] ^= 1;
        Report report = scan();
        assertEquals(Ending.TORN, report.ending());
        assertEquals(3, report.lastIndex());
        assertTrue(report.detail().contains("CRC32C"), report.detail());
        assertSame(written.subList(0, 2), scanned);
        new LogFixture(storage).close();
        assertTrue(scan().doubtful());
    }

    @Test
    void damageIsReportedWithItsPlace() throws IOException {
        write();
        storage.bytes(first)[120] ^= 1;
        Report report = scan();
        assertEquals(Ending.DAMAGED, report.ending());
        assertEquals(0, report.lastIndex());
        assertTrue(report.detail().contains("0000000001.seg is damaged at offset 64"), report.detail());
    }
}
