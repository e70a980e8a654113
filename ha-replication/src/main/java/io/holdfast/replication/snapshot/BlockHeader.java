package io.holdfast.replication.snapshot;

import java.nio.ByteBuffer;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * The 24 bytes before each block of a snapshot. Its checksum covers them, the block's number and what follows, so that
 * a block that is damaged, missing, or in another's place is found.
 *
 * @param kind one of the constants
 * @param length of what follows, at most {@link #MAX_LENGTH}
 * @param section which part of the state it belongs to; 0 in the last block
 * @param sectionVersion the format of that part
 * @param number of blocks before it
 */
record BlockHeader(int kind, int length, int section, int sectionVersion, long number) {
    static final int BYTES = 24;
    static final int MAX_LENGTH = 64 << 10;

    /** Part of a section. "HFSB" */
    static final int PART = 0x48465342;
    /** The last one: nothing comes after it. It holds the length of the sections together. "HFSE" */
    static final int END = 0x48465345;

    private static final int CRC_AT = 20;

    /**
     * Writes it to the beginning of a block whose content is there already.
     *
     * @param block up to the content's end
     */
    void seal(ByteBuffer block) {
        block.putInt(0, kind)
                .putInt(4, length)
                .putShort(8, (short) section)
                .putShort(10, (short) sectionVersion)
                .putLong(12, number);
        block.putInt(CRC_AT, crc(block, length));
    }

    /** The header alone, to be {@link #matches checked} with what follows; null if it is none. */
    static @Nullable BlockHeader decode(ByteBuffer bytes) {
        int kind = bytes.getInt(0);
        int length = bytes.getInt(4);
        if ((kind != PART && kind != END) || length < 0 || length > MAX_LENGTH) {
            return null;
        }
        return new BlockHeader(
                kind,
                length,
                Short.toUnsignedInt(bytes.getShort(8)),
                Short.toUnsignedInt(bytes.getShort(10)),
                bytes.getLong(12));
    }

    /** True if the whole block is as it was sealed. */
    boolean matches(ByteBuffer block) {
        return block.getInt(CRC_AT) == crc(block, length);
    }

    private static int crc(ByteBuffer block, int length) {
        CRC32C crc = new CRC32C();
        crc.update(block.slice(0, CRC_AT));
        crc.update(block.slice(BYTES, length));
        return (int) crc.getValue();
    }
}
