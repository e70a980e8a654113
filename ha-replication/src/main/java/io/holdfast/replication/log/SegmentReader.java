package io.holdfast.replication.log;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** Reads records of a segment, in their order or wherever they may be. Results are valid until the next call. */
final class SegmentReader {
    private static final int STEP = RecordHeader.ALIGNMENT;
    /** How much is looked at between two questions to the window; small against what it reads at once. */
    private static final int SWEEP = 4096;

    private final Window window;

    SegmentReader(Window window) {
        this.window = window;
    }

    /** Null if no record begins there. */
    @Nullable
    RecordHeader recordAt(SegmentFile segment, long offset) throws IOException {
        ByteBuffer bytes = window.view(segment.file(), offset, RecordHeader.BYTES);
        return bytes == null ? null : RecordHeader.decode(bytes);
    }

    /** The bytes, not verified, behind the header of the record at {@code offset}; null if they cannot be there. */
    @Nullable
    ByteBuf batchAt(SegmentFile segment, long offset, RecordHeader record) throws IOException {
        int length = record.batchLength();
        if (length < 0 || length > Batch.MAX_BYTES) {
            return null;
        }
        ByteBuffer bytes = window.view(segment.file(), offset + RecordHeader.BYTES, length);
        return bytes == null ? null : Unpooled.wrappedBuffer(bytes);
    }

    /**
     * What a segment's records say, each by itself.
     *
     * @param highest the highest durable index that one tells of, -1 if there is none
     * @param committed the highest commit index that one tells of, 0 if there is none
     * @param firstIndex index of the first entry; the largest number if the first batch found cannot be read
     */
    record Claims(long highest, long committed, long firstIndex) {}

    /** Finds the headers that are valid from {@code offset} on, whatever is between them. */
    Claims claims(SegmentFile segment, long offset) throws IOException {
        SegmentHeader header = segment.header();
        long highest = -1;
        long committed = 0;
        long firstIndex = 0;
        for (long at = nextCandidate(segment, offset); at >= 0; at = nextCandidate(segment, at + STEP)) {
            RecordHeader record = recordAt(segment, at);
            if (record == null || (header != null && record.segmentId() != header.segmentId())) {
                continue;
            }
            highest = Math.max(highest, record.durableIndex());
            committed = Math.max(committed, record.commitIndex());
            if (firstIndex == 0 && record.kind() == RecordHeader.BATCH) {
                firstIndex = firstIndexOf(segment, at, record);
            }
        }
        return new Claims(highest, committed, firstIndex == 0 ? Long.MAX_VALUE : firstIndex);
    }

    /** The next place, {@code from} included, where a record's header may begin; -1 if there is none. */
    private long nextCandidate(SegmentFile segment, long from) throws IOException {
        long size = segment.size();
        for (long at = from; at + RecordHeader.BYTES <= size; at += SWEEP) {
            ByteBuffer bytes = window.view(segment.file(), at, (int) Math.min(SWEEP, size - at));
            if (bytes == null) {
                throw new IOException("file " + segment.path() + " shrank while it was read");
            }
            for (int i = 0; i + Integer.BYTES <= bytes.limit(); i += STEP) {
                if (RecordHeader.isKind(bytes.getInt(i))) {
                    return at + i;
                }
            }
        }
        return -1;
    }

    private long firstIndexOf(SegmentFile segment, long offset, RecordHeader record) throws IOException {
        ByteBuf batch = batchAt(segment, offset, record);
        try {
            return batch == null || Batch.verify(batch) == 0 ? Long.MAX_VALUE : Batch.firstIndex(batch);
        } catch (DamagedBatchException e) {
            return Long.MAX_VALUE; // says nothing; the others still may
        }
    }
}
