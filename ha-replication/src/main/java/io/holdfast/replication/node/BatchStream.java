package io.holdfast.replication.node;

import io.holdfast.replication.log.Batch;
import io.holdfast.replication.log.DamagedBatchException;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import org.jspecify.annotations.Nullable;

/** Batches one after the other, as a log has them. Blocks; for one thread. */
final class BatchStream {
    private static final int CHUNK_BYTES = 64 << 10;

    private final InputStream in;
    private long offset;

    BatchStream(InputStream in) {
        this.in = in;
    }

    /**
     * The next one, which is the caller's and whole; null at the end.
     *
     * @throws IOException with the place, if there is something else
     */
    @Nullable
    ByteBuf next() throws IOException {
        byte[] header = in.readNBytes(Integer.BYTES);
        if (header.length == 0) {
            return null;
        }
        if (header.length < Integer.BYTES) {
            throw new EOFException("the log ends within the batch at byte " + offset + ", after " + header.length
                    + " bytes, before it says how many there are");
        }
        int length = Unpooled.wrappedBuffer(header).getInt(0);
        if (length < Batch.HEADER_BYTES || length > Batch.MAX_BYTES) {
            throw new IOException("no batch begins at byte " + offset + " of the log: its length would be " + length);
        }
        ByteBuf batch = Unpooled.buffer(Math.min(length, CHUNK_BYTES), length).writeBytes(header);
        while (batch.readableBytes() < length) { // a length that is not true reserves nothing
            byte[] more = in.readNBytes(Math.min(CHUNK_BYTES, length - batch.readableBytes()));
            if (more.length == 0) {
                throw new EOFException("the log ends within the batch at byte " + offset + ", after "
                        + batch.readableBytes() + " of " + length + " bytes");
            }
            batch.writeBytes(more);
        }
        try {
            Batch.verify(batch);
        } catch (DamagedBatchException e) {
            throw new IOException("the batch at byte " + offset + " of the log is damaged: " + e.getMessage(), e);
        }
        offset += length;
        return batch;
    }
}
