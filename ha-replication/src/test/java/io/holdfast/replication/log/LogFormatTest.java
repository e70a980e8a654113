package io.holdfast.replication.log;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

/** The bytes of docs/formats.md; the CRCs were calculated by another program. */
class LogFormatTest {
    private static final String HEADER = "48464c47" // HFLG
            + "0001" // version
            + "0001" // flags: doubtful
            + "0000000000000003" // sequence
            + "1122334455667788" // segment id
            + "0000000000000102" // first index
            + "0000000000000006" // term before it
            + "0123456789abcdef0123456789abcdef" // cluster id
            + "6c507ecf" // CRC32C
            + "00000000";
    private static final String BATCH_RECORD = "48465201" // HFR 1
            + "b530b1ea" // CRC32C
            + "1122334455667788" // segment id
            + "0000000000000005" // durable index
            + "0000000000000004" // commit index
            + "00000043" // batch length
            + "385827cd"; // batch CRC
    private static final String MARK_RECORD =
            "48465202f0c1ca311122334455667788000000000000000500000000000000040000000000000000";
    private static final String SETTLED_RECORD =
            "484652030fa4bb931122334455667788000000000000000500000000000000040000000000000000";
    private static final long ID = 0x1122334455667788L;

    @Test
    void segmentHeader() {
        SegmentHeader header = new SegmentHeader(1, true, 3, ID, 0x102, 6, LogFixture.CLUSTER);
        ByteBuffer encoded = header.encode();
        assertEquals(HEADER, hex(encoded));
        assertEquals(header, SegmentHeader.decode(encoded));
        for (int i = 0; i < 60; i++) {
            ByteBuffer broken = ByteBuffer.wrap(HexFormat.of().parseHex(HEADER));
            broken.put(i, (byte) (broken.get(i) ^ 4));
            assertNull(SegmentHeader.decode(broken), "byte " + i);
        }
    }

    @Test
    void recordHeaders() {
        check(BATCH_RECORD, new RecordHeader(RecordHeader.BATCH, ID, 5, 4, 67, 0x385827cd));
        check(MARK_RECORD, new RecordHeader(RecordHeader.MARK, ID, 5, 4, 0, 0));
        check(SETTLED_RECORD, new RecordHeader(RecordHeader.SETTLED, ID, 5, 4, 0, 0));
    }

    private static void check(String golden, RecordHeader header) {
        ByteBuffer bytes = ByteBuffer.allocateDirect(RecordHeader.BYTES);
        header.encode(bytes);
        assertEquals(golden, hex(bytes));
        assertEquals(header, RecordHeader.decode(bytes));
        for (int i = 0; i < RecordHeader.BYTES; i++) {
            ByteBuffer broken = ByteBuffer.wrap(HexFormat.of().parseHex(golden));
            broken.put(i, (byte) (broken.get(i) ^ 32));
            assertNull(RecordHeader.decode(broken), "byte " + i);
        }
    }

    @Test
    void recordsLieInTheFileAsDescribed() throws IOException {
        MemoryStorage storage = new MemoryStorage();
        try (LogFixture f = new LogFixture(storage)) {
            byte[] first = f.append(1, 3, 10); // 63 bytes, so its record ends at 64 + 40 + 63 = 167
            f.force();
            byte[] second = f.append(2, 3, 20, 1);
            byte[] file = storage.bytes(f.file(1));
            assertEquals(LogFixture.SMALL, file.length);
            assertArrayEquals(first, Arrays.copyOfRange(file, 104, 167));
            assertArrayEquals(new byte[9], Arrays.copyOfRange(file, 167, 176));
            RecordHeader header =
                    RecordHeader.decode(ByteBuffer.wrap(file, 176, 40).slice());
            int crc = ByteBuffer.wrap(second).getInt(4);
            long id = ByteBuffer.wrap(file).getLong(16);
            assertEquals(new RecordHeader(RecordHeader.BATCH, id, 1, 1, second.length, crc), header);
            assertArrayEquals(second, Arrays.copyOfRange(file, 216, 216 + second.length));
            assertArrayEquals(
                    new byte[LogFixture.SMALL - 216 - second.length],
                    Arrays.copyOfRange(file, 216 + second.length, LogFixture.SMALL));
        }
    }

    private static String hex(ByteBuffer bytes) {
        byte[] copy = new byte[bytes.capacity()];
        bytes.get(0, copy);
        return HexFormat.of().formatHex(copy);
    }
}
