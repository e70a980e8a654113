package io.holdfast.replication.log;

import java.nio.ByteBuffer;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The first 64 bytes of a segment.
 *
 * @param version format version; {@link #VERSION} in all that this release writes
 * @param doubtful true if a tail that was not empty had been cut, and nothing had settled that, when this was written
 * @param sequence the number in the file's name
 * @param segmentId random, so that no old bytes look like records of this segment
 * @param firstIndex index of the first entry; supersedes all from there on in earlier segments
 * @param previousTerm term of the entry before it, 0 if there is none
 * @param clusterId whose log it is
 */
record SegmentHeader(
        int version,
        boolean doubtful,
        long sequence,
        long segmentId,
        long firstIndex,
        long previousTerm,
        UUID clusterId) {
    static final int BYTES = 64;
    static final int VERSION = 1;
    static final int MAGIC = 0x48464C47; // HFLG

    private static final int DOUBTFUL = 1;
    private static final int CRC_AT = 56;

    ByteBuffer encode() {
        ByteBuffer bytes = ByteBuffer.allocateDirect(BYTES);
        bytes.putInt(MAGIC)
                .putShort((short) version)
                .putShort((short) (doubtful ? DOUBTFUL : 0))
                .putLong(sequence)
                .putLong(segmentId)
                .putLong(firstIndex)
                .putLong(previousTerm)
                .putLong(clusterId.getMostSignificantBits())
                .putLong(clusterId.getLeastSignificantBits());
        bytes.putInt(Checksums.crc32c(bytes, 0, CRC_AT));
        return bytes.clear();
    }

    /** Null if these 64 bytes are no header. */
    static @Nullable SegmentHeader decode(ByteBuffer bytes) {
        if (bytes.getInt(0) != MAGIC || bytes.getInt(CRC_AT) != Checksums.crc32c(bytes, 0, CRC_AT)) {
            return null;
        }
        return new SegmentHeader(
                Short.toUnsignedInt(bytes.getShort(4)),
                (bytes.getShort(6) & DOUBTFUL) != 0,
                bytes.getLong(8),
                bytes.getLong(16),
                bytes.getLong(24),
                bytes.getLong(32),
                new UUID(bytes.getLong(40), bytes.getLong(48)));
    }
}
