package io.holdfast.membership.node;

import io.holdfast.core.Address;
import io.holdfast.core.runtime.Connection.Lane;
import io.holdfast.core.spi.Links.Link;
import io.holdfast.core.spi.MalformedFrameException;
import io.holdfast.core.spi.Seal;
import io.holdfast.membership.swim.SwimTable;
import io.holdfast.membership.wire.StreamCodec;
import io.holdfast.membership.wire.StreamMessage;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.nio.charset.StandardCharsets;

/**
 * Frames of gossip's links, sealed as datagrams are: a byte that says of which kind it is, and what it holds. On the loop.
 */
final class StreamFrames {
    /** The largest before sealing. */
    static final int MOST_BYTES = StreamCodec.MAX_FRAME_BYTES + 512;

    private static final int STREAM = 1;
    private static final int MESSAGES = 2;
    private static final int MESSAGES_IN_RETURN = 3;

    private final Seal seal;
    private final ByteBufAllocator allocator;
    private final byte[] host;
    private final int port;

    /** @param self where this node is reached: whoever gets its messages may not know it yet, and answers there */
    StreamFrames(Seal seal, ByteBufAllocator allocator, Address self) {
        this.seal = seal;
        this.allocator = allocator;
        this.host = self.host().getBytes(StandardCharsets.US_ASCII);
        this.port = self.port();
    }

    /** What a frame may hold. */
    interface Reader {
        /** It is genuine; what it holds follows. */
        default void opened() {}

        default void table(StreamMessage.TablePart part) {}

        default void ping(StreamMessage.StreamPing ping) {}

        default void ack(StreamMessage.StreamAck ack) {}

        default void follow() {}

        default void sightings(StreamMessage.Sightings seen) {}

        /**
         * What a datagram would have held; not to be kept.
         *
         * @param from where the sender is reached
         * @param inReturn true if the sender only answers on the way on which it was written to
         */
        default void messages(Address from, ByteBuf payload, boolean inReturn) {}
    }

    void sendTable(Link link, boolean answer, SwimTable table) {
        StreamCodec.encodeTable(allocator, answer, table, frame -> send(link, STREAM, frame));
    }

    void sendPing(Link link, StreamMessage.StreamPing ping) {
        send(link, STREAM, StreamCodec.encode(allocator, ping));
    }

    void sendFollow(Link link) {
        send(link, STREAM, StreamCodec.encode(allocator, new StreamMessage.Follow()));
    }

    /** @return false if the link is gone or too much waits there already: it was not sent */
    boolean sendSightings(Link link, StreamMessage.Sightings seen) {
        return send(
                link,
                Lane.BULK,
                STREAM,
                StreamCodec.encode(allocator, seen)); // a view may be large, and hurries nobody
    }

    void sendAck(Link link, long challenge) {
        send(link, STREAM, StreamCodec.encode(allocator, new StreamMessage.StreamAck(challenge)));
    }

    /**
     * Takes ownership of {@code payload}.
     *
     * @param inReturn false if this node found itself that datagrams do not get through
     */
    void sendMessages(Link link, ByteBuf payload, boolean inReturn) {
        send(link, inReturn ? MESSAGES_IN_RETURN : MESSAGES, payload);
    }

    private boolean send(Link link, int kind, ByteBuf content) {
        return send(link, Lane.URGENT, kind, content);
    }

    private boolean send(Link link, Lane lane, int kind, ByteBuf content) {
        ByteBuf plain = allocator.buffer(4 + host.length + content.readableBytes());
        try {
            plain.writeByte(kind);
            if (kind != STREAM) {
                plain.writeByte(host.length).writeBytes(host).writeShort(port);
            }
            plain.writeBytes(content);
            return link.send(lane, seal.seal(plain));
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
            int kind = plain.readUnsignedByte(); // a seal holds at least one byte
            reader.opened();
            switch (kind) {
                case STREAM -> {
                    StreamMessage message = StreamCodec.decode(plain);
                    if (message instanceof StreamMessage.TablePart part) {
                        reader.table(part);
                    } else if (message instanceof StreamMessage.StreamPing ping) {
                        reader.ping(ping);
                    } else if (message instanceof StreamMessage.StreamAck ack) {
                        reader.ack(ack);
                    } else if (message instanceof StreamMessage.Follow) {
                        reader.follow();
                    } else if (message instanceof StreamMessage.Sightings seen) {
                        reader.sightings(seen);
                    }
                }
                case MESSAGES -> reader.messages(address(plain), plain, false);
                case MESSAGES_IN_RETURN -> reader.messages(address(plain), plain, true);
                default -> {} // of a later version
            }
        } finally {
            plain.release();
        }
    }

    private static Address address(ByteBuf in) {
        try {
            String host = in.readCharSequence(in.readUnsignedByte(), StandardCharsets.US_ASCII)
                    .toString();
            int port = in.readUnsignedShort();
            if (port == 0) {
                throw new MalformedFrameException("messages of gossip from an address with port 0");
            }
            return new Address(host, port);
        } catch (IndexOutOfBoundsException | IllegalArgumentException e) {
            throw new MalformedFrameException("messages of gossip from an address that is none: " + e.getMessage());
        }
    }
}
