package io.holdfast.replication.log;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * The node's own 40 bytes before a batch in a segment, or alone. It says what was durable when it was written: whoever
 * finds it later knows that anything unreadable up to there is damage and no torn tail.
 *
 * @param kind one of the constants
 * @param segmentId that of the segment
 * @param durableIndex the last index known to be forced
 * @param commitIndex the last index known to be committed, at most that of the log's end
 * @param batchLength 0 if there is no batch
 * @param batchCrc the batch's own CRC
 */
record RecordHeader(int kind, long segmentId, long durableIndex, long commitIndex, int batchLength, int batchCrc) {
    static final int BYTES = 40;
    static final int ALIGNMENT = 16;

    /** A batch follows. "HFR" and a number. */
    static final int BATCH = 0x48465201;
    /** Nothing follows: written for its durable index alone. */
    static final int MARK = 0x48465202;
    /** Nothing follows: the doubt that a cut tail had left is settled. */
    static final int SETTLED = 0x48465203;

    void encode(ByteBuffer to) {
        to.clear();
        to.putInt(0, kind)
                .putLong(8, segmentId)
                .putLong(16, durableIndex)
                .putLong(24, commitIndex)
                .putInt(32, batchLength)
                .putInt(36, batchCrc);
        // The CRC's own place counts as zero.
        to.putInt(4, 0);
        to.putInt(4, Checksums.crc32c(to, 0, BYTES));
    }

    /** Null if the first 40 bytes are no record's header. */
    static @Nullable RecordHeader decode(ByteBuffer bytes) {
        int kind = bytes.getInt(0);
        if (!isKind(kind)) {
            return null;
        }
        ByteBuffer copy = ByteBuffer.allocate(BYTES).put(0, bytes, 0, BYTES).putInt(4, 0);
        if (Checksums.crc32c(copy, 0, BYTES) != bytes.getInt(4)) {
            return null;
        }
        return new RecordHeader(
                kind, bytes.getLong(8), bytes.getLong(16), bytes.getLong(24), bytes.getInt(32), bytes.getInt(36));
    }

    static boolean isKind(int value) {
        return value == BATCH || value == MARK || value == SETTLED;
    }

    /** Where the record after this one begins. */
    long end(long position) {
        return align(position + BYTES + batchLength);
    }

    static long align(long position) {
        return (position + ALIGNMENT - 1) & -ALIGNMENT;
    }
}
