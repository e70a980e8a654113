package io.holdfast.verification.torture;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** Passes the bytes of one direction of one connection on, in order, when its way lets them. On the link's loop. */
@SuppressWarnings("FutureReturnValueIgnored") // a write that fails closes its channel, which is seen
final class Pump extends ChannelInboundHandlerAdapter {
    private static final int MOST_WAITING_BYTES = 256 << 10;

    private record Chunk(ByteBuf bytes, long dueNanos) {}

    private final Channel from;
    private final Channel to;
    private final Supplier<Rule.Way> way;
    private final SplittableRandom random;
    private final Deque<Chunk> waiting = new ArrayDeque<>();
    private long waitingBytes;
    private long lastDueNanos = System.nanoTime();
    private long freeAtNanos = System.nanoTime(); // when a throttled way takes the next bytes
    private boolean timed;
    private boolean sourceClosed;
    private boolean released;

    Pump(Channel from, Channel to, Supplier<Rule.Way> way, SplittableRandom random) {
        this.from = from;
        this.to = to;
        this.way = way;
        this.random = random;
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        ByteBuf bytes = (ByteBuf) message;
        if (released) {
            bytes.release();
            return;
        }
        Rule.Way now = way.get();
        long jitter = now.jitterNanos() == 0 ? 0 : random.nextLong(now.jitterNanos());
        lastDueNanos = Math.max(lastDueNanos, System.nanoTime() + now.delayNanos() + jitter);
        waiting.add(new Chunk(bytes, lastDueNanos));
        waitingBytes += bytes.readableBytes();
        from.config().setAutoRead(waitingBytes < MOST_WAITING_BYTES);
        drain();
    }

    /** Writes what may go now. */
    void drain() {
        Rule.Way state = way.get();
        boolean wrote = false;
        while (!waiting.isEmpty() && !state.blocked() && to.isWritable()) {
            long now = System.nanoTime();
            long due = Math.max(waiting.peek().dueNanos(), state.bytesPerSecond() == 0 ? now : freeAtNanos);
            if (due - now > 0) {
                later(due - now);
                break;
            }
            ByteBuf bytes = waiting.poll().bytes();
            int length = bytes.readableBytes();
            waitingBytes -= length;
            if (state.bytesPerSecond() > 0) {
                freeAtNanos = Math.max(freeAtNanos, now) + length * 1_000_000_000L / state.bytesPerSecond();
            }
            to.write(bytes);
            wrote = true;
        }
        if (wrote) {
            to.flush();
            from.config().setAutoRead(waitingBytes < MOST_WAITING_BYTES);
        }
        if (sourceClosed && waiting.isEmpty()) {
            to.close();
        }
    }

    private void later(long nanos) {
        if (!timed) {
            timed = true;
            from.eventLoop()
                    .schedule(
                            () -> {
                                timed = false;
                                drain();
                            },
                            nanos,
                            TimeUnit.NANOSECONDS);
        }
    }

    /** The end of the connection travels as bytes do, behind them. */
    void sourceClosed() {
        sourceClosed = true;
        if (!way.get().blocked()) {
            drain();
        }
    }

    /** Nothing is passed on any more. */
    void release() {
        released = true;
        waiting.forEach(chunk -> chunk.bytes().release());
        waiting.clear();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        context.close(); // a reset is an end
    }

    /** What tells this that the far side takes more; to be put on it. */
    ChannelHandler writability() {
        return new ChannelInboundHandlerAdapter() {
            @Override
            public void channelWritabilityChanged(ChannelHandlerContext context) {
                drain();
                context.fireChannelWritabilityChanged();
            }

            @Override
            public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
                context.close();
            }
        };
    }
}
