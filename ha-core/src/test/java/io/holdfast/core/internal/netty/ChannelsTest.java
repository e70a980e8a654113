package io.holdfast.core.internal.netty;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollChannelOption;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ChannelsTest {

    @ParameterizedTest
    @EnumSource(Channels.class)
    void socketsSendAtOnceFromThePoolAndKeepLittleUnsent(Channels channels) {
        assumeTrue(channels != Channels.EPOLL || Epoll.isAvailable());
        Channel socket = channels.openSocket(TransportConfig.defaults());
        try {
            assertTrue(socket.config().getOption(ChannelOption.TCP_NODELAY));
            assertTrue(socket.config().getOption(ChannelOption.SO_KEEPALIVE));
            assertSame(PooledByteBufAllocator.DEFAULT, socket.alloc());
            assertEquals(2000, socket.config().getConnectTimeoutMillis());
            if (channels == Channels.EPOLL) {
                assertEquals(256L * 1024, socket.config().getOption(EpollChannelOption.TCP_NOTSENT_LOWAT));
            }
        } finally {
            socket.unsafe().closeForcibly();
        }
    }
}
