package io.holdfast.core.internal.seal;

import io.holdfast.core.spi.Seal;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.nio.ByteBuffer;

/**
 * No seal: keeps clusters of different names apart, and a later version from this one. A message is the version, the
 * cluster's mark, the payload.
 */
final class PlainSeal implements Seal {
    static final int HEADER_BYTES = 9;

    private final long clusterMark;
    private final String clusterName;
    private final ByteBufAllocator allocator;
    private final int maxPayloadBytes;

    PlainSeal(String clusterName, ByteBufAllocator allocator, int maxPayloadBytes) {
        this.clusterName = clusterName;
        this.clusterMark = ByteBuffer.wrap(KeyDerivation.mark(clusterName)).getLong();
        this.allocator = allocator;
        this.maxPayloadBytes = maxPayloadBytes;
    }

    @Override
    public int overheadBytes() {
        return HEADER_BYTES;
    }

    @Override
    public int maxPayloadBytes() {
        return maxPayloadBytes;
    }

    @Override
    public ByteBuf seal(ByteBuf payload) {
        int bytes = SealFactory.checked(payload.readableBytes(), maxPayloadBytes);
        return allocator
                .buffer(HEADER_BYTES + bytes)
                .writeByte(SealFactory.PLAIN_1)
                .writeLong(clusterMark)
                .writeBytes(payload, payload.readerIndex(), bytes);
    }

    @Override
    public Opening open(ByteBuf message) {
        int at = message.readerIndex();
        int bytes = message.readableBytes() - HEADER_BYTES;
        int version = bytes >= 1 - HEADER_BYTES ? message.getUnsignedByte(at) : 0;
        if (version == SealFactory.SEALED_1) {
            return new Opening(Outcome.FOREIGN, null, "it is sealed, and this node has no keys");
        }
        if (version != SealFactory.PLAIN_1 || bytes < 1 || bytes > maxPayloadBytes) {
            return SealFactory.malformed(version, message.readableBytes());
        }
        if (message.getLong(at + 1) != clusterMark) {
            return new Opening(Outcome.FOREIGN, null, "it is of another cluster than " + clusterName);
        }
        ByteBuf payload = allocator.buffer(bytes).writeBytes(message, at + HEADER_BYTES, bytes);
        return new Opening(Outcome.OPENED, payload, "");
    }
}
