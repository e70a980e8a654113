package io.holdfast.replication.log;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.buffer.Unpooled;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class BatchTest {
    private static final String GOLDEN = "00000043" // length 67
            + "385827cd" // CRC32C
            + "01000000" // version, reserved
            + "00000003" // count
            + "0000000000000102" // first index
            + "0000000000000007" // term
            + "00000193dd3ee800" // wall milliseconds
            + "000000003b9aca00" // master nanoseconds
            + "0000000101" + "61"
            + "0000000002"
            + "00000003ff" + "626364";

    private final ByteBufAllocator allocator = new PooledByteBufAllocator(true);
    private final ByteBuf golden = build();

    private ByteBuf build() {
        BatchBuilder builder = BatchBuilder.open(allocator, 64);
        builder.append(1, "a".getBytes(US_ASCII));
        builder.append(2, ByteBuffer.allocate(0));
        builder.append(255, Unpooled.copiedBuffer("bcd", US_ASCII));
        assertEquals(3, builder.count());
        assertEquals(67, builder.bytes());
        return builder.seal(0x102, 7, 0x193dd3ee800L, 1_000_000_000);
    }

    @AfterEach
    void release() {
        golden.release();
    }

    @Test
    void goldenBytes() {
        assertEquals(GOLDEN, ByteBufUtil.hexDump(golden));
    }

    @Test
    void verifiesAndIteratesAtAnyReaderIndex() throws Exception {
        ByteBuf wide =
                Unpooled.buffer().writeZero(13).writeBytes(golden.duplicate()).writeZero(5);
        wide.readerIndex(13);
        assertEquals(67, Batch.verify(wide));
        assertEquals(new BatchMeta(0x102, 3, 7, 67), Batch.meta(wide));
        assertEquals(0x104, Batch.lastIndex(wide));
        assertEquals(0x193dd3ee800L, Batch.wallMillis(wide));
        assertEquals(1_000_000_000, Batch.masterNanos(wide));

        StringBuilder seen = new StringBuilder();
        for (Batch.Entries entries = Batch.entries(wide); entries.next(); ) {
            seen.append(entries.index()).append(':').append(entries.kind()).append(':');
            seen.append(entries.body().toString(US_ASCII)).append(' ');
            assertEquals(
                    entries.body().toString(US_ASCII),
                    wide.toString(entries.bodyOffset(), entries.bodyLength(), US_ASCII));
        }
        assertEquals("258:1:a 259:2: 260:255:bcd ", seen.toString());
    }

    @Test
    void everyFlippedBitIsFound() {
        for (int bit = 0; bit < golden.readableBytes() * 8; bit++) {
            ByteBuf copy = golden.copy();
            copy.setByte(bit / 8, copy.getByte(bit / 8) ^ (1 << (bit % 8)));
            assertThrows(DamagedBatchException.class, () -> Batch.verify(copy), "bit " + bit);
            copy.release();
        }
    }

    @Test
    void everyTruncationIsFound() {
        for (int length = 0; length < golden.readableBytes(); length++) {
            ByteBuf part = golden.slice(0, length);
            assertThrows(DamagedBatchException.class, () -> Batch.verify(part), "length " + length);
        }
    }

    @Test
    void whatIsWrongUnderAGoodCrcIsFound() {
        assertBroken(b -> b.setByte(8, 2), "format version 2");
        assertBroken(b -> b.setByte(9, 1), "reserved");
        assertBroken(b -> b.setShort(10, 1), "reserved");
        assertBroken(b -> b.setInt(12, 0), "count 0");
        assertBroken(b -> b.setInt(12, -1), "count 4294967295");
        assertBroken(b -> b.setInt(12, 2), "follow the last entry");
        assertBroken(b -> b.setInt(48, 2), "beyond the end");
        assertBroken(b -> b.setInt(48, -1), "beyond the end");
        assertBroken(b -> b.setInt(48, 19 - 5), "ends within entry 2");
        assertBroken(b -> b.setLong(16, 0), "first index 0");
        assertBroken(b -> b.setLong(16, Long.MAX_VALUE), "first index");
        assertBroken(b -> b.setLong(24, 0), "term 0");
    }

    private interface Change {
        void to(ByteBuf batch);
    }

    private void assertBroken(Change change, String reason) {
        ByteBuf copy = golden.copy();
        change.to(copy);
        copy.setInt(4, Checksums.crc32c(copy, 8, copy.readableBytes() - 8));
        String message = assertThrows(DamagedBatchException.class, () -> Batch.verify(copy))
                .getMessage();
        assertTrue(message.contains(reason), message);
        copy.release();
    }

    @Test
    void theCrcOfACompositeBufferIsTheSame() throws Exception {
        ByteBuf parts = Unpooled.wrappedBuffer(golden.copy(0, 20), golden.copy(20, 47));
        assertTrue(parts.nioBufferCount() > 1);
        assertEquals(67, Batch.verify(parts));
        parts.release();
    }

    @Test
    void anEntryIsWrittenInPlaceOrTakenBack() throws Exception {
        BatchBuilder builder = BatchBuilder.open(allocator, 0);
        builder.beginEntry(4).writeLong(42);
        builder.endEntry();
        builder.beginEntry(5).writeLong(43);
        builder.abandonEntry();
        assertThrows(IllegalStateException.class, builder::endEntry);
        ByteBuf batch = builder.seal(1, 1, 0, 0);
        assertEquals(48 + 5 + 8, Batch.verify(batch));
        builder.release(); // no effect: it has been given away
        assertEquals(1, batch.refCnt());
        assertThrows(IllegalStateException.class, () -> builder.beginEntry(1));
        batch.release();
    }

    @Test
    void theBoundHoldsAndNothingLeaks() {
        BatchBuilder builder = BatchBuilder.open(allocator, 0);
        byte[] body = new byte[Batch.MAX_BYTES - Batch.HEADER_BYTES - Batch.ENTRY_HEADER_BYTES];
        assertTrue(builder.fits(body.length));
        assertFalse(builder.fits(body.length + 1));
        assertThrows(IllegalArgumentException.class, () -> builder.append(1, new byte[body.length + 1]));
        ByteBuf open = builder.beginEntry(1);
        assertThrows(IndexOutOfBoundsException.class, () -> open.writeBytes(new byte[body.length + 1]));
        builder.abandonEntry();
        builder.append(1, body);
        assertFalse(builder.fits(0));
        assertThrows(IllegalArgumentException.class, () -> builder.beginEntry(1));
        ByteBuf batch = builder.seal(1, 1, 0, 0);
        assertEquals(Batch.MAX_BYTES, batch.readableBytes());
        assertTrue(batch.isDirect());
        batch.release();
        assertEquals(0, batch.refCnt());

        BatchBuilder empty = BatchBuilder.open(allocator, 0);
        assertThrows(IllegalStateException.class, () -> empty.seal(1, 1, 0, 0));
        empty.release();
        empty.release();
    }
}
