package io.holdfast.testkit;

import io.holdfast.core.runtime.Connection;
import io.holdfast.core.runtime.ConnectionHandler;
import io.holdfast.core.runtime.ConnectionHandler.CloseReason;
import io.holdfast.core.spi.MalformedFrameException;
import io.netty.buffer.ByteBuf;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/** One end of a connection, as its process sees it. The process that dies leaves its end behind as {@link #isGone}. */
final class SimulatedConnection implements Connection {
    private static final int HIGH_MARK_BYTES = 256 * 1024;
    private static final int LOW_MARK_BYTES = 64 * 1024;

    private final SimulatedNetwork network;
    private final SimulatedRuntime runtime;
    private final InetSocketAddress remote;
    private final FrameQueue queue = new FrameQueue();
    private final Inbox inbox = new Inbox();
    private final Scheduler scheduler;
    private @Nullable Pipe out;
    private @Nullable Pipe in;
    private @Nullable ConnectionHandler handler; // null at the accepting end until it has been accepted
    private @Nullable CloseReason reason;
    private String detail = "";
    private boolean open;
    private boolean gone;
    private boolean told;
    private int frameLimit = Integer.MAX_VALUE;
    private boolean reading = true;
    private boolean aboveHigh;
    private long deliveryAtNanos = Long.MAX_VALUE;

    SimulatedConnection(SimulatedNetwork network, SimulatedRuntime runtime, InetSocketAddress remote) {
        this.network = network;
        this.runtime = runtime;
        this.remote = remote;
        this.scheduler = network.scheduler();
    }

    /** Joins two ends. */
    static void join(SimulatedNetwork network, SimulatedConnection a, SimulatedConnection b) {
        SimulatedNode nodeA = a.runtime.node();
        SimulatedNode nodeB = b.runtime.node();
        Pipe there = new Pipe(network, network.link(nodeA, nodeB), a, b, a.queue);
        Pipe back = new Pipe(network, network.link(nodeB, nodeA), b, a, b.queue);
        a.out = there;
        b.in = there;
        b.out = back;
        a.in = back;
    }

    private static Pipe joined(@Nullable Pipe pipe) {
        if (pipe == null) {
            throw new IllegalStateException("a connection was used before its two ends were joined");
        }
        return pipe;
    }

    Pipe out() {
        return joined(out);
    }

    Pipe in() {
        return joined(in);
    }

    boolean isGone() {
        return gone;
    }

    boolean hostStands() {
        return runtime.node().powered();
    }

    /** The end stands for its process. On the loop, in an event of its own. */
    void opened(ConnectionHandler by) {
        if (reason != null) {
            return;
        }
        handler = by;
        open = true;
        call(() -> by.opened(this));
        scheduleDelivery();
    }

    void handler(ConnectionHandler by) {
        handler = by;
    }

    boolean isEnded() {
        return reason != null;
    }

    @Override
    public boolean send(Lane lane, ByteBuf frame) {
        int length = frame.readableBytes();
        if (length < 1 || length > NodeTransport.MAX_FRAME_BYTES) {
            frame.release();
            throw new IllegalArgumentException("a frame of " + length + " bytes to " + remote + "; legal are 1 to "
                    + NodeTransport.MAX_FRAME_BYTES);
        }
        if (reason != null || !queue.offer(lane, frame)) {
            frame.release();
            return false;
        }
        aboveHigh |= queue.bytes() > HIGH_MARK_BYTES;
        return true;
    }

    @Override
    public void flush() {
        if (reason == null) {
            queue.flush();
            out().pump();
            tellIfWritable();
        }
    }

    void tellIfWritable() {
        if (aboveHigh && queue.bytes() < LOW_MARK_BYTES && reason == null) {
            aboveHigh = false;
            onLoop(0, () -> {
                ConnectionHandler by = handler;
                if (reason == null && by != null) {
                    call(() -> by.writable(this));
                }
            });
        }
    }

    @Override
    public long queuedBytes() {
        return queue.bytes();
    }

    @Override
    public void setReading(boolean read) {
        reading = read;
        deliveryAtNanos = Long.MAX_VALUE;
        scheduleDelivery();
    }

    @Override
    public void limitFrames(int bytes) {
        frameLimit = bytes;
    }

    @Override
    public InetSocketAddress remote() {
        return remote;
    }

    @Override
    public void close(String why) {
        if (reason == null) {
            flush();
            end(CloseReason.LOCAL, why);
        }
    }

    /** A frame will arrive, or has arrived at an end that is closed. */
    void arrive(long atNanos, ByteBuf frame) {
        if (reason != null) {
            frame.release();
            return;
        }
        inbox.frame(atNanos, frame);
        scheduleDelivery();
    }

    /** The far end has been closed; that will be noticed behind the frames before it. */
    void arriveEnd(long atNanos, String why) {
        if (reason == null) {
            inbox.end(atNanos, why);
            scheduleDelivery();
        }
    }

    /** The connection breaks, without regard to what has not been read. */
    void resetAt(long atNanos, String why) {
        if (reason == null) {
            scheduler.schedule(EventKind.NETWORK, null, atNanos, () -> end(CloseReason.REMOTE, why));
        }
    }

    private void scheduleDelivery() {
        long next = inbox.nextAtNanos();
        if (open && reading && reason == null && next < deliveryAtNanos) {
            deliveryAtNanos = Math.max(next, scheduler.nowNanos());
            onLoop(deliveryAtNanos, this::deliver);
        }
    }

    private void onLoop(long atNanos, Runnable task) {
        scheduler.schedule(EventKind.CONNECTION, runtime, atNanos, task);
    }

    private void deliver() {
        deliveryAtNanos = Long.MAX_VALUE;
        boolean any = false;
        Inbox.Arrival arrival;
        while (reading && reason == null && (arrival = inbox.poll(scheduler.nowNanos())) != null) {
            ByteBuf frame = arrival.frame();
            if (frame == null) {
                receivedAll(any);
                any = false;
                end(CloseReason.REMOTE, arrival.detail());
            } else {
                any = true;
                received(frame);
            }
        }
        receivedAll(any);
        scheduleDelivery();
    }

    private void received(ByteBuf frame) {
        int bytes = frame.readableBytes();
        scheduler.trace(network.fingerprint(frame));
        try {
            ConnectionHandler by = handler;
            if (by != null) {
                call(() -> {
                    if (bytes > frameLimit) {
                        throw new MalformedFrameException("a frame of " + bytes + " bytes; legal are " + frameLimit);
                    }
                    by.received(this, frame);
                });
            }
        } finally {
            network.handedOver(runtime, frame);
            in().consumed(bytes);
        }
    }

    private void receivedAll(boolean any) {
        ConnectionHandler by = handler;
        if (any && reason == null && by != null) {
            call(() -> by.receivedAll(this));
        }
    }

    /** A malformed frame costs this connection; anything else that is thrown costs the node. */
    private void call(Runnable callback) {
        try {
            callback.run();
        } catch (MalformedFrameException malformed) {
            end(CloseReason.PROTOCOL, String.valueOf(malformed.getMessage()));
        } catch (Throwable failure) { // the loop's edge, as in the real transport
            end(CloseReason.LOCAL, "the handler failed: " + failure);
            runtime.failed(failure);
        }
    }

    /** The first reason stays. */
    private void end(CloseReason because, String why) {
        if (reason != null) {
            return;
        }
        reason = because;
        detail = why;
        queue.release();
        inbox.release();
        out().end("the far end closed the connection: " + why);
        onLoop(0, this::tellClosed);
    }

    /** Tells the handler, once. */
    void tellClosed() {
        ConnectionHandler by = handler;
        CloseReason because = reason;
        if (told || because == null) {
            return;
        }
        told = true;
        runtime.nodeTransport().forget(this);
        if (by != null) {
            by.closed(because, detail);
        }
    }

    /** The process is gone; if its host is still there, it tells the far end. */
    void vanish(boolean hostStands) {
        gone = true;
        told = true;
        boolean wasOpen = reason == null;
        reason = CloseReason.LOCAL;
        queue.release();
        inbox.release();
        if (hostStands && wasOpen) {
            out().end("the far process has died");
        }
    }
}
