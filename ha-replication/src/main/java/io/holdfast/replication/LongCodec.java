package io.holdfast.replication;

import java.nio.ByteBuffer;

/** Whole numbers so that the order of the bytes is theirs. */
enum LongCodec implements Codec<Long> {
    INSTANCE;

    @Override
    public byte[] encode(Long value) {
        byte[] bytes = new byte[Long.BYTES];
        ByteBuffer.wrap(bytes).putLong(value ^ Long.MIN_VALUE);
        return bytes;
    }

    @Override
    public Long decode(byte[] bytes) {
        if (bytes.length != Long.BYTES) {
            throw new IllegalArgumentException(
                    bytes.length + " bytes are no long; does every user of the map use Codec.longs()?");
        }
        return ByteBuffer.wrap(bytes).getLong() ^ Long.MIN_VALUE;
    }
}
