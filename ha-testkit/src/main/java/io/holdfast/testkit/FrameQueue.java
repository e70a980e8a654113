package io.holdfast.testkit;

import io.holdfast.core.runtime.Connection.Lane;
import io.netty.buffer.ByteBuf;
import java.util.ArrayDeque;
import java.util.Deque;

/** What waits to be sent on one connection, in two lanes, each bounded by bytes. Only flushed frames may leave. */
final class FrameQueue {
    private static final int URGENT_BOUND = 1024 * 1024;
    private static final int BULK_BOUND = 64 * 1024 * 1024;

    private final Deque<ByteBuf> urgent = new ArrayDeque<>();
    private final Deque<ByteBuf> bulk = new ArrayDeque<>();
    private long urgentBytes;
    private long bulkBytes;
    private int flushedUrgent;
    private int flushedBulk;

    /** Takes the frame, or returns false if its lane is full. */
    boolean offer(Lane lane, ByteBuf frame) {
        int bytes = frame.readableBytes();
        if (lane == Lane.URGENT) {
            if (urgentBytes + bytes > URGENT_BOUND) {
                return false;
            }
            urgentBytes += bytes;
            urgent.add(frame);
        } else {
            if (bulkBytes + bytes > BULK_BOUND) {
                return false;
            }
            bulkBytes += bytes;
            bulk.add(frame);
        }
        return true;
    }

    void flush() {
        flushedUrgent = urgent.size();
        flushedBulk = bulk.size();
    }

    boolean hasFlushed() {
        return flushedUrgent + flushedBulk > 0;
    }

    /** The next frame to leave, if {@link #hasFlushed}; its owner is the caller. */
    ByteBuf next() {
        if (flushedUrgent > 0) {
            flushedUrgent--;
            ByteBuf frame = urgent.remove();
            urgentBytes -= frame.readableBytes();
            return frame;
        }
        flushedBulk--;
        ByteBuf frame = bulk.remove();
        bulkBytes -= frame.readableBytes();
        return frame;
    }

    long bytes() {
        return urgentBytes + bulkBytes;
    }

    void release() {
        urgent.forEach(ByteBuf::release);
        bulk.forEach(ByteBuf::release);
        urgent.clear();
        bulk.clear();
        urgentBytes = 0;
        bulkBytes = 0;
        flushedUrgent = 0;
        flushedBulk = 0;
    }
}
