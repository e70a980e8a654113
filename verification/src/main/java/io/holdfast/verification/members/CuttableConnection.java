package io.holdfast.verification.members;

import io.holdfast.core.runtime.Connection;
import io.holdfast.core.runtime.ConnectionHandler;
import io.holdfast.core.runtime.EventLoop;
import io.holdfast.core.runtime.PeerIdentity;
import io.holdfast.core.spi.MalformedFrameException;
import io.netty.buffer.ByteBuf;
import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * A connection that this node dialled, and that a cut stops as it stops TCP's: what is sent waits, what comes is not read, neither
 * end hears of the other's end, and all of it goes on when the cut is over. On the loop.
 */
final class CuttableConnection implements Connection, ConnectionHandler {
    /** How long a dial waits for an answer; what {@code TransportConfig} says by default. */
    static final long CONNECT_NANOS = 2_000_000_000L;

    private static final int MOST_HELD_BYTES = 1 << 20;

    private record Held(Lane lane, ByteBuf frame) {}

    private final Cuts cuts;
    private final EventLoop loop;
    private final InetSocketAddress target;
    private final ConnectionHandler handler;
    private final ArrayDeque<Held> unsent = new ArrayDeque<>();
    private final ArrayDeque<Runnable> unheard = new ArrayDeque<>();
    private @Nullable Connection real;
    private long heldBytes;
    private boolean reading = true;
    private boolean dialling = true; // as the handler knows
    private boolean ended; // the handler has heard of the end, or will
    private @Nullable String closing; // this end has closed it while it was cut

    CuttableConnection(Cuts cuts, EventLoop loop, InetSocketAddress target, ConnectionHandler handler) {
        this.cuts = cuts;
        this.loop = loop;
        this.target = target;
        this.handler = handler;
        cuts.opened(this);
    }

    private boolean isCut() {
        return cuts.isCut(target);
    }

    private Connection real() {
        Connection connection = real;
        if (connection == null) {
            throw new IllegalStateException("it is not open yet");
        }
        return connection;
    }

    void cutBegan() {
        if (!isCut()) {
            return;
        }
        if (dialling) {
            loop.schedule(CONNECT_NANOS, this::dialledInVain);
        }
        if (real != null) {
            real.setReading(false);
        }
    }

    private void dialledInVain() {
        if (dialling && isCut() && !ended) {
            ended = true;
            closing = "nobody answered the dial";
            handler.closed(CloseReason.UNREACHABLE, "connection timed out: " + target);
        }
    }

    void cutEnded() {
        Connection connection = real;
        for (Held held = unsent.poll(); held != null; held = unsent.poll()) {
            if (connection == null) {
                held.frame().release();
            } else {
                connection.send(held.lane(), held.frame());
            }
        }
        heldBytes = 0;
        if (connection != null) {
            connection.flush();
        }
        for (Runnable event = unheard.poll(); event != null; event = unheard.poll()) {
            event.run();
        }
        String why = closing;
        if (connection != null && why != null) {
            connection.close(why);
        } else if (connection != null) {
            connection.setReading(reading);
        }
    }

    // ---- what the real one tells

    private void hear(Runnable event) {
        if (isCut() || !unheard.isEmpty()) {
            unheard.add(event);
        } else {
            event.run();
        }
    }

    @Override
    public void opened(Connection connection) {
        real = connection;
        if (isCut()) {
            connection.setReading(false);
        }
        hear(() -> {
            if (!ended) {
                dialling = false;
                handler.opened(this);
            } else {
                connection.close("its dial was given up");
            }
        });
    }

    @Override
    public void received(Connection connection, ByteBuf frame) {
        if (!isCut() && unheard.isEmpty()) {
            if (!ended) {
                handler.received(this, frame);
            }
            return;
        }
        frame.retain();
        unheard.add(() -> {
            try {
                if (!ended) {
                    handler.received(this, frame);
                }
            } catch (MalformedFrameException malformed) {
                connection.close("malformed: " + malformed.getMessage());
            } finally {
                frame.release();
            }
        });
    }

    @Override
    public void receivedAll(Connection connection) {
        hear(() -> {
            if (!ended) {
                handler.receivedAll(this);
            }
        });
    }

    @Override
    public void writable(Connection connection) {
        hear(() -> {
            if (!ended) {
                handler.writable(this);
            }
        });
    }

    @Override
    public void closed(CloseReason reason, String detail) {
        hear(() -> {
            cuts.closed(this);
            real = null;
            if (!ended) {
                ended = true;
                handler.closed(reason, detail);
            }
        });
    }

    // ---- what the node does with it

    @Override
    public boolean send(Lane lane, ByteBuf frame) {
        if (!isCut()) {
            return real().send(lane, frame);
        }
        if (ended || heldBytes + frame.readableBytes() > MOST_HELD_BYTES) {
            frame.release();
            return false;
        }
        heldBytes += frame.readableBytes();
        unsent.add(new Held(lane, frame));
        return true;
    }

    @Override
    public void flush() {
        if (!isCut() && real != null) {
            real.flush();
        }
    }

    @Override
    public long queuedBytes() {
        return heldBytes + (real == null ? 0 : real.queuedBytes());
    }

    @Override
    public void setReading(boolean wanted) {
        reading = wanted;
        if (!isCut() && real != null) {
            real.setReading(wanted);
        }
    }

    @Override
    public void limitFrames(int bytes) {
        if (real != null) {
            real.limitFrames(bytes);
        }
    }

    @Override
    public InetSocketAddress remote() {
        return target;
    }

    @Override
    public @Nullable PeerIdentity peerIdentity() {
        return real == null ? null : real.peerIdentity();
    }

    @Override
    public void close(String why) {
        if (!isCut()) {
            if (real != null) {
                real.close(why);
            }
        } else if (!ended) {
            ended = true;
            closing = why; // the far end hears of it when the cut is over
            loop.execute(() -> handler.closed(CloseReason.LOCAL, why));
        }
    }
}
