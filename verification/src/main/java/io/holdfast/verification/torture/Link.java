package io.holdfast.verification.torture;

import io.holdfast.verification.process.Loopback;
import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.HashSet;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * What one process dials at another: listens in its place, and passes bytes on as it is told to. All but the constructor runs
 * on its loop.
 */
@SuppressWarnings("FutureReturnValueIgnored") // listeners see what matters
final class Link {
    private static final int CONNECT_MILLIS = 2_000;
    private static final long REBIND_MILLIS = 20;

    private final EventLoop loop;
    private final String name;
    private final InetSocketAddress target;
    private final InetSocketAddress address;
    private final SplittableRandom random = new SplittableRandom();
    private final Set<Channel> open = new HashSet<>();
    private final Set<Pump> pumps = new HashSet<>();
    private @Nullable Channel listener;
    private boolean refused;
    private Rule.Way forward = Rule.Way.OPEN;
    private Rule.Way backward = Rule.Way.OPEN;

    Link(EventLoop loop, String name, InetSocketAddress target) throws IOException {
        this.loop = loop;
        this.name = name;
        this.target = target;
        this.address = Loopback.free();
    }

    InetSocketAddress address() {
        return address;
    }

    void set(boolean refuse, Rule.Way onward, Rule.Way back) {
        refused = refuse;
        forward = onward;
        backward = back;
        if (refused) {
            closeAll();
        } else {
            listen();
            Set.copyOf(pumps).forEach(Pump::drain); // one that ends takes itself away
        }
    }

    private void closeAll() {
        if (listener != null) {
            listener.close();
            listener = null;
        }
        Set.copyOf(open).forEach(Channel::close);
    }

    private void listen() {
        if (refused || listener != null) {
            return;
        }
        ChannelFuture bound = new ServerBootstrap()
                .group(loop)
                .channel(NioServerSocketChannel.class)
                .option(ChannelOption.SO_REUSEADDR, true)
                .childOption(ChannelOption.AUTO_READ, false)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childHandler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel dialer) {
                        accepted(dialer);
                    }
                })
                .bind(address);
        Channel channel = bound.channel();
        listener = channel;
        bound.addListener(result -> {
            if (!result.isSuccess() && listener == channel) {
                listener = null;
                loop.schedule(this::listen, REBIND_MILLIS, TimeUnit.MILLISECONDS);
            }
        });
    }

    private void accepted(Channel dialer) {
        track(dialer);
        if (refused) {
            dialer.close();
            return;
        }
        // The pumps are there before anything is read; the target's is put to work when it is connected.
        ChannelFuture connecting = new Bootstrap()
                .group(loop)
                .channel(NioSocketChannel.class)
                .option(ChannelOption.AUTO_READ, false)
                .option(ChannelOption.TCP_NODELAY, true)
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, CONNECT_MILLIS)
                .handler(new ChannelInboundHandlerAdapter())
                .connect(target);
        Channel far = connecting.channel();
        track(far);
        connecting.addListener(result -> {
            if (!result.isSuccess() || !dialer.isActive() || refused) {
                dialer.close();
                far.close();
                return;
            }
            pump(dialer, far, true);
            pump(far, dialer, false);
        });
    }

    private void pump(Channel from, Channel to, boolean onward) {
        Pump pump = new Pump(from, to, () -> onward ? forward : backward, random);
        pumps.add(pump);
        from.pipeline().addLast(pump);
        to.pipeline().addLast(pump.writability());
        from.closeFuture().addListener(closed -> pump.sourceClosed());
        to.closeFuture().addListener(closed -> {
            pumps.remove(pump);
            pump.release(); // that the far side has gone travels by the other pump
        });
        from.config().setAutoRead(true);
    }

    private void track(Channel channel) {
        open.add(channel);
        channel.closeFuture().addListener(closed -> open.remove(channel));
    }

    @Override
    public String toString() {
        return name;
    }
}
