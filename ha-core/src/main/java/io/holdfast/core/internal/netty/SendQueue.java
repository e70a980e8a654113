package io.holdfast.core.internal.netty;

import io.holdfast.core.runtime.Connection.Lane;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * What waits to be sent on one connection, in two lanes. Only as much as the channel's water marks allow is handed to
 * Netty, where nothing overtakes any more; so an urgent frame has at most that much before it, and the frame under way.
 *
 * <p>Small frames are copied together, since a buffer and a vector of its own costs more than the copy; large ones are
 * handed on as they are, behind the buffer that holds their length.
 */
// Netty tells of every write, close and registration by a future; the close future says all that matters here.
@SuppressWarnings("FutureReturnValueIgnored")
final class SendQueue {
    private static final int COPIED_BYTES = 1024;
    private static final int PACK_BYTES = 16 * 1024;

    private final LaneQueue urgent;
    private final LaneQueue bulk;

    SendQueue(int urgentBound, int bulkBound) {
        this.urgent = new LaneQueue(urgentBound);
        this.bulk = new LaneQueue(bulkBound);
    }

    /** Queues a frame and takes its ownership, or says false and leaves it to the caller. */
    boolean offer(Lane lane, ByteBuf frame) {
        return (lane == Lane.URGENT ? urgent : bulk).offer(frame);
    }

    long bytes() {
        return urgent.bytes + bulk.bytes;
    }

    /**
     * Writes frames to the channel, urgent ones first, until it has enough, or all of them. Does not flush.
     *
     * @return the last write, or null if there was none
     */
    @Nullable
    ChannelFuture writeTo(Channel channel, boolean all) {
        ChannelFuture last = null;
        ByteBuf pack = null;
        while (all || channel.isWritable()) {
            LaneQueue lane = urgent.frames.isEmpty() ? bulk : urgent;
            ByteBuf frame = lane.frames.peek();
            if (frame == null) {
                break;
            }
            int length = frame.readableBytes();
            int packed = FrameDecoder.HEADER_BYTES + (length <= COPIED_BYTES ? length : 0);
            if (pack != null && pack.writableBytes() < packed) {
                last = channel.write(pack);
                pack = null;
            }
            if (pack == null) {
                pack = channel.alloc().directBuffer(packSize(length, packed));
            }
            pack.writeInt(length);
            lane.remove();
            if (length <= COPIED_BYTES) {
                pack.writeBytes(frame, frame.readerIndex(), length);
                frame.release();
            } else {
                channel.write(pack);
                pack = null;
                last = channel.write(frame);
            }
        }
        return pack == null ? last : channel.write(pack);
    }

    /** A single large frame needs its length alone; small ones as much as may follow them. */
    private int packSize(int length, int packed) {
        if (length > COPIED_BYTES) {
            return packed;
        }
        int frames = urgent.frames.size() + bulk.frames.size();
        return (int) Math.min(PACK_BYTES, bytes() + (long) frames * FrameDecoder.HEADER_BYTES);
    }

    /** Lets go of everything. Idempotent. */
    void release() {
        urgent.release();
        bulk.release();
    }

    private static final class LaneQueue {
        final ArrayDeque<ByteBuf> frames = new ArrayDeque<>();
        final int bound;
        long bytes;

        LaneQueue(int bound) {
            this.bound = bound;
        }

        boolean offer(ByteBuf frame) {
            int length = frame.readableBytes();
            if (bytes + length > bound) {
                return false;
            }
            frames.add(frame);
            bytes += length;
            return true;
        }

        void remove() {
            bytes -= frames.remove().readableBytes();
        }

        void release() {
            ByteBuf frame;
            while ((frame = frames.poll()) != null) {
                frame.release();
            }
            bytes = 0;
        }
    }
}
