package io.holdfast.membership.node;

import io.holdfast.core.runtime.Connection.Lane;
import io.holdfast.core.spi.Links.Link;
import io.holdfast.core.spi.MalformedFrameException;
import io.holdfast.core.spi.Seal;
import io.holdfast.membership.swim.SwimTable;
import io.holdfast.membership.wire.StreamCodec;
import io.holdfast.membership.wire.StreamMessage;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;

/**
 * Frames of gossip's links, sealed as datagrams are: a byte that says which of the two kinds it is, and what it holds. On the
 * loop.
 */
final class StreamFrames {
    /** The largest before sealing. */
    static final int MOST_BYTES = StreamCodec.MAX_FRAME_BYTES + 1;

    private static final int STREAM = 1;
    private static final int MESSAGES = 2;

    private final Seal seal;
    private final ByteBufAllocator allocator;

    StreamFrames(Seal seal, ByteBufAllocator allocator) {
        this.seal = seal;
        this.allocator = allocator;
    }

    /** What a frame may hold. */
    interface Reader {
        void table(StreamMessage.TablePart part);

        /** What a datagram would have held; not to be kept. */
        void messages(ByteBuf payload);
    }

    void sendTable(Link link, boolean answer, SwimTable table) {
        StreamCodec.encodeTable(allocator, answer, table, frame -> send(link, STREAM, frame));
    }

    /** Takes ownership of {@code payload}. */
    void sendMessages(Link link, ByteBuf payload) {
        send(link, MESSAGES, payload);
    }

    private void send(Link link, int kind, ByteBuf content) {
        ByteBuf plain = allocator.buffer(1 + content.readableBytes());
        try {
            plain.writeByte(kind).writeBytes(content);
            link.send(Lane.URGENT, seal.seal(plain));
        } finally {
            plain.release();
            content.release();
        }
    }

    /**
     * Opens a frame.
     *
     * @throws MalformedFrameException if it is not one, or not sealed with a key of the key ring
     */
    void open(ByteBuf frame, Reader reader) {
        Seal.Opening opening = seal.open(frame);
        ByteBuf plain = opening.payload();
        if (plain == null) {
            throw new MalformedFrameException("gossip over TCP is " + opening.outcome() + ": " + opening.detail());
        }
        try {
            switch (plain.readUnsignedByte()) {
                case STREAM -> {
                    if (StreamCodec.decode(plain) instanceof StreamMessage.TablePart part) {
                        reader.table(part);
                    }
                }
                case MESSAGES -> reader.messages(plain);
                default -> {} // of a later version
            }
        } finally {
            plain.release();
        }
    }
}
