package io.holdfast.core.internal.netty;

import io.holdfast.core.runtime.Clock;
import io.holdfast.core.runtime.Datagrams;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.DatagramChannel;
import io.netty.channel.socket.DatagramPacket;
import java.net.InetSocketAddress;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One UDP socket. What is sent within a turn of the loop is flushed together at its end (with epoll by one system call), and
 * waits in Netty's queue while the system takes no more; that queue is bounded by its water mark.
 */
// Netty tells of every write, close and registration by a future; the close future says all that matters here.
@SuppressWarnings("FutureReturnValueIgnored")
final class NettyDatagramSocket extends ChannelInboundHandlerAdapter implements Datagrams.Socket {
    private static final Logger LOG = LoggerFactory.getLogger(NettyDatagramSocket.class);

    private final DatagramChannel channel;
    private final Datagrams.Handler handler;
    private final NettyEventLoop loop;
    private final Failures failures;
    private final LimitedLog log;
    private volatile boolean closed;
    private boolean flushScheduled;

    NettyDatagramSocket(
            String nodeId,
            DatagramChannel channel,
            Datagrams.Handler handler,
            NettyEventLoop loop,
            Failures failures,
            Clock clock) {
        this.channel = channel;
        this.handler = handler;
        this.loop = loop;
        this.failures = failures;
        this.log = new LimitedLog(LOG, clock, nodeId);
    }

    @Override
    public InetSocketAddress address() {
        return channel.localAddress();
    }

    @Override
    public boolean send(InetSocketAddress to, ByteBuf payload) {
        int bytes = payload.readableBytes();
        if (bytes < 1 || bytes > NettyDatagrams.MAX_DATAGRAM_BYTES || to.isUnresolved()) {
            payload.release();
            throw new IllegalArgumentException("a datagram of " + bytes + " bytes to " + to + "; legal are 1 to "
                    + NettyDatagrams.MAX_DATAGRAM_BYTES + " bytes to a resolved address");
        }
        if (closed || !channel.isWritable()) {
            payload.release();
            return false;
        }
        channel.write(new DatagramPacket(payload, to)).addListener(sent -> {
            if (!sent.isSuccess() && !closed) {
                String detail = String.valueOf(sent.cause().getMessage());
                loop.execute(() -> handler.failed(to, detail)); // never from within send
            }
        });
        if (!flushScheduled) {
            flushScheduled = true;
            loop.execute(this::flush);
        }
        return true;
    }

    private void flush() {
        flushScheduled = false;
        channel.flush();
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        DatagramPacket packet = (DatagramPacket) message;
        try {
            if (!closed) {
                failures.run(() -> hand(packet));
            }
        } finally {
            packet.release();
        }
    }

    private void hand(DatagramPacket packet) {
        InetSocketAddress from = packet.sender();
        if (packet.content().readableBytes() > NettyDatagrams.MAX_DATAGRAM_BYTES) {
            handler.tooLarge(from);
        } else {
            handler.received(from, packet.content());
        }
    }

    /** Receiving failed; what the system says here concerns some earlier datagram or the want of memory, and passes. */
    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        log.info("receiving datagrams at " + channel.localAddress() + ": " + cause);
    }

    @Override
    public void close() {
        channel.flush(); // what was sent within this turn, a farewell for example, still leaves
        closed = true;
        channel.close();
    }
}
