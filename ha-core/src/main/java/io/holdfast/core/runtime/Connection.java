package io.holdfast.core.runtime;

import io.netty.buffer.ByteBuf;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/** One connection. Used on the loop only. */
public interface Connection {

    /** Which of a connection's two queues a frame waits in. */
    enum Lane {
        /** Votes, heartbeats, handshakes: small, and sent before any {@link #BULK} frame that still waits. */
        URGENT,
        /** Everything else. */
        BULK
    }

    /**
     * Queues a frame and takes ownership of it. The frame leaves at the next {@link #flush()}.
     *
     * @return false if the connection is closed or the lane's queue is full by its bound in bytes; the frame has then
     *     been released and nothing was sent
     * @throws IllegalArgumentException if the frame is empty or larger than {@link Transport#maxFrameBytes()}
     */
    boolean send(Lane lane, ByteBuf frame);

    /** Hands what is queued to the system, as far as it takes it; the rest follows by itself. */
    void flush();

    /** Bytes queued here and not yet taken by the system. */
    long queuedBytes();

    /**
     * Stops or resumes reading. While stopped, the far end's own queues fill, which is how a flood is held back;
     * that it closed may be noticed only after reading is resumed.
     */
    void setReading(boolean reading);

    /**
     * Takes no frame larger than this from now on: one that announces more closes the connection as a protocol error. At
     * first the limit is {@link Transport#maxFrameBytes()}; a stranger is given less.
     *
     * @param bytes 1 to {@link Transport#maxFrameBytes()}
     */
    void limitFrames(int bytes);

    /** The far end. */
    InetSocketAddress remote();

    /** Whom the far end's certificate names, verified; null where the transport speaks without certificates. */
    default @Nullable PeerIdentity peerIdentity() {
        return null;
    }

    /**
     * Closes it, after sending what is queued as far as the system takes it at once. The handler hears
     * {@code closed(LOCAL, why)}, never from within this call. Idempotent.
     */
    void close(String why);
}
