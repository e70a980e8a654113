package io.holdfast.core.internal.netty;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class HandshakeLimitTest {
    private final AtomicInteger exceeded = new AtomicInteger();
    private final EmbeddedChannel channel = new EmbeddedChannel(new HandshakeLimit(exceeded::incrementAndGet));

    private long passed(int bytes) {
        channel.writeInbound(Unpooled.wrappedBuffer(new byte[bytes]));
        long passed = 0;
        for (ByteBuf each = channel.readInbound(); each != null; each = channel.readInbound()) {
            passed += each.readableBytes();
            each.release();
        }
        return passed;
    }

    @Test
    void whatAHandshakeNeedsPassesAndNoMore() {
        assertEquals(1, passed(1));
        assertEquals(HandshakeLimit.MOST_BYTES - 1, passed(HandshakeLimit.MOST_BYTES - 1));
        assertEquals(0, exceeded.get());
        assertTrue(channel.config().isAutoRead());
        ByteBuf tooMuch = Unpooled.wrappedBuffer(new byte[1]);
        channel.writeInbound(tooMuch);
        assertEquals(0, tooMuch.refCnt(), "it is released");
        assertEquals(1, exceeded.get());
        assertFalse(channel.config().isAutoRead(), "and the far end has to keep the rest");
        assertEquals(0, passed(1 << 20));
        assertEquals(1, exceeded.get(), "said once");
    }

    @Test
    void manySmallReadsCountAsOneLarge() {
        for (int i = 0; i < HandshakeLimit.MOST_BYTES / 16; i++) {
            assertEquals(16, passed(16));
        }
        assertEquals(0, passed(16));
        assertEquals(1, exceeded.get());
    }
}
