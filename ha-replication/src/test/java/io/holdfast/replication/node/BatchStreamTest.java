package io.holdfast.replication.node;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.replication.log.Batch;
import io.holdfast.replication.log.BatchBuilder;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.util.Arrays;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class BatchStreamTest {
    private final byte[] first = batch(1);
    private final byte[] second = batch(2);

    private static byte[] batch(long index) {
        BatchBuilder builder = BatchBuilder.open(UnpooledByteBufAllocator.DEFAULT, 64);
        builder.append(1, "abc".getBytes(US_ASCII));
        ByteBuf sealed = builder.seal(index, 1, 1, 1);
        try {
            return ByteBufUtil.getBytes(sealed);
        } finally {
            sealed.release();
        }
    }

    private byte[] both() {
        ByteArrayOutputStream both = new ByteArrayOutputStream();
        both.writeBytes(first);
        both.writeBytes(second);
        return both.toByteArray();
    }

    private static long next(BatchStream stream) throws IOException {
        ByteBuf batch = Objects.requireNonNull(stream.next());
        try {
            return Batch.firstIndex(batch);
        } finally {
            batch.release();
        }
    }

    @Test
    void oneComesAfterTheOtherAndThenNone() throws Exception {
        BatchStream stream = new BatchStream(new ByteArrayInputStream(both()));
        assertEquals(1, next(stream));
        assertEquals(2, next(stream));
        assertNull(stream.next());
    }

    @Test
    void whereverItIsCutWithinABatchItSaysSo() throws Exception {
        for (int bytes = first.length + 1; bytes < first.length + second.length; bytes++) {
            BatchStream stream = new BatchStream(new ByteArrayInputStream(Arrays.copyOf(both(), bytes)));
            assertEquals(1, next(stream));
            EOFException torn = assertThrows(EOFException.class, stream::next, bytes + " bytes");
            assertTrue(
                    String.valueOf(torn.getMessage())
                            .startsWith("the log ends within the batch at byte " + first.length + ", after "
                                    + (bytes - first.length) + " "),
                    torn.toString());
        }
    }

    @Test
    void whatIsNoBatchIsNotReadAsOne() {
        BatchStream stream = new BatchStream(new ByteArrayInputStream(new byte[64]));
        IOException wrong = assertThrows(IOException.class, stream::next);
        assertEquals("no batch begins at byte 0 of the log: its length would be 0", wrong.getMessage());
    }
}
