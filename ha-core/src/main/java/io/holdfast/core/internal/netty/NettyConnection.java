package io.holdfast.core.internal.netty;

import io.holdfast.core.internal.tls.TlsFailure;
import io.holdfast.core.runtime.Connection;
import io.holdfast.core.runtime.ConnectionHandler;
import io.holdfast.core.runtime.ConnectionHandler.CloseReason;
import io.holdfast.core.runtime.EventLoop;
import io.holdfast.core.runtime.PeerIdentity;
import io.holdfast.core.spi.MalformedFrameException;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.DecoderException;
import java.io.IOException;
import java.net.InetSocketAddress;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * A channel after its preamble, seen as a connection. All on the loop. The reason for its end is what was known first;
 * the handler hears of it when the channel's close future has fired, from a task of its own.
 */
// Netty tells of every write, close and registration by a future; the close future says all that matters here.
@SuppressWarnings("FutureReturnValueIgnored")
final class NettyConnection extends ChannelInboundHandlerAdapter implements Connection {
    /** Bytes handed to Netty, above which no more are; also the high mark of the whole queue. */
    static final int HIGH_MARK_BYTES = 256 * 1024;

    /** Bytes with Netty, below which more are handed over; also the low mark of the whole queue. */
    static final int LOW_MARK_BYTES = 64 * 1024;

    private final Channel channel;
    private final InetSocketAddress remote;
    private final ConnectionHandler handler;
    private final EventLoop loop;
    private final Failures failures;
    private final int maxFrameBytes;
    private final SendQueue queue;
    private final FrameDecoder decoder;

    private @Nullable PeerIdentity identity;
    private boolean securing;
    private @Nullable CloseReason reason;
    private String detail = "";
    private boolean paused;
    private boolean delivered;
    private boolean aboveHigh;
    private long withNetty;

    NettyConnection(
            Channel channel,
            InetSocketAddress remote,
            ConnectionHandler handler,
            EventLoop loop,
            Failures failures,
            TransportConfig config) {
        this.channel = channel;
        this.remote = remote;
        this.handler = handler;
        this.loop = loop;
        this.failures = failures;
        this.maxFrameBytes = config.maxFrameBytes();
        this.queue = new SendQueue(config.urgentQueueBytes(), config.bulkQueueBytes());
        this.decoder = new FrameDecoder(channel.alloc(), config.maxFrameBytes());
    }

    /** TLS has begun, and the far end has not shown its certificate yet. */
    void securing() {
        securing = true;
    }

    /** The far end has shown its certificate. Before {@link #opened}. */
    void identified(PeerIdentity shown) {
        identity = shown;
        securing = false;
    }

    /** The preamble is done, and TLS where it is spoken. */
    void opened() {
        if (reason == null) {
            call(() -> handler.opened(this));
        }
    }

    @Override
    public boolean send(Lane lane, ByteBuf frame) {
        int length = frame.readableBytes();
        if (length < 1 || length > maxFrameBytes) {
            frame.release();
            throw new IllegalArgumentException(
                    "a frame of " + length + " bytes to " + remote + "; legal are 1 to " + maxFrameBytes);
        }
        if (reason != null || !queue.offer(lane, frame)) {
            frame.release();
            return false;
        }
        aboveHigh |= queuedBytes() > HIGH_MARK_BYTES;
        return true;
    }

    @Override
    public void flush() {
        if (reason == null) {
            handOver(false);
        }
    }

    private void handOver(boolean all) {
        long before = queue.bytes();
        ChannelFuture last = queue.writeTo(channel, all);
        if (last == null) {
            return;
        }
        long handed = before - queue.bytes();
        withNetty += handed;
        last.addListener(done -> {
            withNetty -= handed;
            tellIfWritable();
        });
        channel.flush();
    }

    private void tellIfWritable() {
        if (aboveHigh && queuedBytes() < LOW_MARK_BYTES) {
            aboveHigh = false;
            // From a task of its own: this may have come about within a call of the handler's.
            loop.execute(() -> {
                if (reason == null) {
                    call(() -> handler.writable(this));
                }
            });
        }
    }

    @Override
    public long queuedBytes() {
        return queue.bytes() + withNetty;
    }

    @Override
    public void setReading(boolean reading) {
        if (reason != null || paused != reading) {
            return;
        }
        paused = !reading;
        if (reading && decoder.hasInput()) {
            loop.execute(() -> {
                deliver();
                deliveredAll();
            });
        }
        channel.config().setAutoRead(reading);
    }

    @Override
    public void limitFrames(int bytes) {
        decoder.limit(bytes);
    }

    @Override
    public InetSocketAddress remote() {
        return remote;
    }

    @Override
    public @Nullable PeerIdentity peerIdentity() {
        return identity;
    }

    @Override
    public void close(String why) {
        if (reason == null) {
            reason = CloseReason.LOCAL;
            detail = why;
            handOver(true);
            channel.close();
        }
    }

    /** Ends it without sending what waits. The first reason given stays. */
    void end(CloseReason because, String why) {
        if (reason == null) {
            reason = because;
            detail = why;
            channel.close();
        }
    }

    /** It will end, closed by whoever knows when. The first reason given stays. */
    void endsAs(CloseReason because, String why) {
        if (reason == null) {
            reason = because;
            detail = why;
        }
    }

    /** The channel is closed. Called once, from a task of its own. */
    void closed() {
        if (reason == null) {
            reason = securing ? CloseReason.SECURITY : CloseReason.REMOTE;
            detail = securing ? TlsFailure.brokenOff().text() : "the far end closed the connection";
        }
        queue.release();
        decoder.release();
        handler.closed(reason, detail);
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        ByteBuf bytes = (ByteBuf) message;
        if (reason != null) {
            bytes.release();
            return;
        }
        decoder.feed(bytes);
        deliver();
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
        deliveredAll();
    }

    private void deliver() {
        call(() -> {
            ByteBuf frame;
            while (!paused && reason == null && (frame = decoder.next()) != null) {
                delivered = true;
                handler.received(this, frame);
            }
        });
    }

    private void deliveredAll() {
        if (delivered && reason == null) {
            delivered = false;
            call(() -> handler.receivedAll(this));
        }
    }

    /** A malformed frame costs this connection; anything else that is thrown costs the node. */
    private void call(Runnable callback) {
        try {
            callback.run();
        } catch (MalformedFrameException malformed) {
            end(CloseReason.PROTOCOL, String.valueOf(malformed.getMessage()));
        } catch (Throwable failure) {
            end(CloseReason.LOCAL, "the handler failed: " + failure);
            failures.report(failure);
        }
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) {
        if (reason == null && channel.isWritable()) {
            handOver(false);
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        if (identity != null && (cause instanceof DecoderException || cause instanceof SSLException)) {
            // What the far end sent is no TLS, or is its alert: nothing of this node's is broken.
            end(CloseReason.SECURITY, TlsFailure.of(cause).text());
        } else if (cause instanceof IOException) {
            end(CloseReason.REMOTE, String.valueOf(cause.getMessage()));
        } else {
            end(CloseReason.LOCAL, "the connection failed: " + cause);
            failures.report(cause);
        }
    }
}
