package io.holdfast.core.testing;

import io.holdfast.core.runtime.Connection;
import io.holdfast.core.runtime.ConnectionHandler;
import io.holdfast.core.runtime.ConnectionHandler.CloseReason;
import io.holdfast.core.spi.MalformedFrameException;
import io.netty.buffer.ByteBuf;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One end of a connection between two {@link MemoryRuntime}s. */
final class MemoryConnection implements Connection {
    private static final int HIGH_MARK = 64 * 1024;

    private final MemoryRuntime runtime;
    private final InetSocketAddress remote;
    private final ConnectionHandler handler;
    private int frameLimit = Integer.MAX_VALUE;
    private final List<ByteBuf> queued = new ArrayList<>();
    private final List<ByteBuf> arrived = new ArrayList<>();
    private @Nullable MemoryConnection peer;
    private boolean reading = true;
    private boolean closed;
    private boolean above;

    MemoryConnection(MemoryRuntime runtime, InetSocketAddress remote, ConnectionHandler handler) {
        this.runtime = runtime;
        this.remote = remote;
        this.handler = handler;
    }

    void pairWith(MemoryConnection other) {
        peer = other;
    }

    void open() {
        runtime.connected(this);
        runtime.later(0, () -> {
            if (!closed) {
                handler.opened(this);
            }
        });
    }

    @Override
    public boolean send(Lane lane, ByteBuf frame) {
        if (closed) {
            frame.release();
            return false;
        }
        queued.add(frame);
        above |= queuedBytes() > HIGH_MARK;
        return true;
    }

    @Override
    public void flush() {
        runtime.flushed();
        if (closed || queued.isEmpty()) {
            return;
        }
        handOver();
        if (above) {
            above = false;
            runtime.later(0, () -> handler.writable(this));
        }
    }

    private void handOver() {
        MemoryConnection to = peer;
        List<ByteBuf> frames = List.copyOf(queued);
        queued.clear();
        if (to != null) {
            to.runtime.world.schedule(0, () -> to.arrive(frames));
        }
    }

    private void arrive(List<ByteBuf> frames) {
        arrived.addAll(frames);
        deliver();
    }

    private void deliver() {
        if (closed) {
            arrived.forEach(ByteBuf::release);
            arrived.clear();
        }
        if (!reading || arrived.isEmpty()) {
            return;
        }
        List<ByteBuf> frames = List.copyOf(arrived);
        arrived.clear();
        runtime.guarded(() -> {
            for (ByteBuf frame : frames) {
                if (!closed) {
                    try {
                        handler.received(this, frame);
                    } catch (MalformedFrameException e) {
                        end(CloseReason.PROTOCOL, String.valueOf(e.getMessage()), CloseReason.REMOTE);
                    }
                }
            }
            if (!closed) {
                handler.receivedAll(this);
            }
        });
        frames.forEach(ByteBuf::release);
    }

    @Override
    public long queuedBytes() {
        return queued.stream().mapToLong(ByteBuf::readableBytes).sum();
    }

    @Override
    public void setReading(boolean on) {
        reading = on;
        if (on) {
            runtime.world.schedule(0, this::deliver);
        }
    }

    @Override
    public void limitFrames(int bytes) {
        frameLimit = bytes;
    }

    /** How large a frame this end takes. */
    public int frameLimit() {
        return frameLimit;
    }

    @Override
    public InetSocketAddress remote() {
        return remote;
    }

    @Override
    public void close(String why) {
        if (!closed) {
            handOver();
            end(CloseReason.LOCAL, why, CloseReason.REMOTE);
        }
    }

    void end(CloseReason here, String detail, CloseReason there) {
        if (closed) {
            return;
        }
        closed = true;
        queued.forEach(ByteBuf::release);
        queued.clear();
        arrived.forEach(ByteBuf::release);
        arrived.clear();
        runtime.disconnected(this);
        runtime.later(0, () -> handler.closed(here, detail));
        MemoryConnection other = peer;
        if (other != null) {
            other.runtime.world.schedule(0, () -> other.end(there, "closed by the far end", here));
        }
    }
}
