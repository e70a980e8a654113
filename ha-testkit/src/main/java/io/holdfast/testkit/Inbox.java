package io.holdfast.testkit;

import io.netty.buffer.ByteBuf;
import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;

/** What is under way to one end of a connection, or has arrived and was not read. */
final class Inbox {

    /**
     * A frame, or the end of the connection.
     *
     * @param frame null for the end
     */
    record Arrival(long atNanos, long sequence, @Nullable ByteBuf frame, int bytes, String detail)
            implements Comparable<Arrival> {
        @Override
        public int compareTo(Arrival other) {
            int byTime = Long.compare(atNanos, other.atNanos);
            return byTime != 0 ? byTime : Long.compare(sequence, other.sequence);
        }
    }

    private final PriorityQueue<Arrival> arrivals = new PriorityQueue<>();
    private long sequence;

    void frame(long atNanos, ByteBuf frame) {
        arrivals.add(new Arrival(atNanos, sequence++, frame, frame.readableBytes(), ""));
    }

    void end(long atNanos, String detail) {
        arrivals.add(new Arrival(atNanos, sequence++, null, 0, detail));
    }

    /** When the next one arrives, or has; {@code Long.MAX_VALUE} if there is none. */
    long nextAtNanos() {
        Arrival next = arrivals.peek();
        return next == null ? Long.MAX_VALUE : next.atNanos();
    }

    @Nullable
    Arrival poll(long nowNanos) {
        return nextAtNanos() <= nowNanos ? arrivals.poll() : null;
    }

    void release() {
        for (Arrival arrival : arrivals) {
            ByteBuf frame = arrival.frame();
            if (frame != null) {
                frame.release();
            }
        }
        arrivals.clear();
    }
}
