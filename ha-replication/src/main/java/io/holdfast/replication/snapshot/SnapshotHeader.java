package io.holdfast.replication.snapshot;

import java.nio.ByteBuffer;
import java.util.UUID;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * The first 64 bytes of a snapshot.
 *
 * @param version format version; {@link #VERSION} in all that this release writes
 * @param clusterId whose state it is
 */
record SnapshotHeader(int version, SnapshotMeta meta, UUID clusterId) {
    static final int BYTES = 64;
    static final int VERSION = 1;
    private static final int MAGIC = 0x4846534E; // HFSN
    private static final int CRC_AT = 56;

    ByteBuffer encode() {
        ByteBuffer bytes = ByteBuffer.allocateDirect(BYTES);
        bytes.putInt(MAGIC)
                .putShort((short) version)
                .putShort((short) 0)
                .putLong(meta.index())
                .putLong(meta.term())
                .putLong(meta.wallMillis())
                .putLong(meta.masterNanos())
                .putLong(clusterId.getMostSignificantBits())
                .putLong(clusterId.getLeastSignificantBits());
        bytes.putInt(crc(bytes));
        return bytes.clear();
    }

    /** Null if these 64 bytes are no header. */
    static @Nullable SnapshotHeader decode(ByteBuffer bytes) {
        if (bytes.getInt(0) != MAGIC
                || bytes.getInt(CRC_AT) != crc(bytes)
                || bytes.getInt(60) != 0
                || bytes.getShort(6) != 0
                || bytes.getLong(8) < 1
                || bytes.getLong(16) < 1) {
            return null;
        }
        return new SnapshotHeader(
                Short.toUnsignedInt(bytes.getShort(4)),
                new SnapshotMeta(bytes.getLong(8), bytes.getLong(16), bytes.getLong(24), bytes.getLong(32)),
                new UUID(bytes.getLong(40), bytes.getLong(48)));
    }

    private static int crc(ByteBuffer bytes) {
        CRC32C crc = new CRC32C();
        crc.update(bytes.slice(0, CRC_AT));
        return (int) crc.getValue();
    }
}
