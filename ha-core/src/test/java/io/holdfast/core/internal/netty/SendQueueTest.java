package io.holdfast.core.internal.netty;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.core.runtime.Connection.Lane;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.embedded.EmbeddedChannel;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(NoLeaks.class)
class SendQueueTest {
    private final EmbeddedChannel channel = new EmbeddedChannel();
    private final SendQueue queue = new SendQueue(100, 1_000_000);

    @AfterEach
    void close() {
        queue.release();
        assertEquals(0, queue.bytes());
        channel.finishAndReleaseAll();
    }

    private static ByteBuf frame(int length, int value) {
        return Unpooled.directBuffer(length).writeZero(length).setByte(0, value);
    }

    private ByteBuf written() {
        return channel.readOutbound();
    }

    @Test
    void smallFramesAreCopiedTogetherUrgentOnesFirst() {
        ByteBuf first = frame(2, 1);
        assertTrue(queue.offer(Lane.BULK, first));
        assertTrue(queue.offer(Lane.BULK, frame(1, 2)));
        assertTrue(queue.offer(Lane.URGENT, frame(3, 3)));
        assertNotNull(queue.writeTo(channel, false));
        assertEquals(0, first.refCnt());
        channel.flush();
        ByteBuf pack = written();
        assertEquals(3, pack.readInt());
        assertEquals(3, pack.readByte());
        pack.skipBytes(2);
        assertEquals(2, pack.readInt());
        pack.skipBytes(2);
        assertEquals(1, pack.readInt());
        assertEquals(2, pack.readByte());
        assertFalse(pack.isReadable());
        pack.release();
        assertNull(written());
        assertNull(queue.writeTo(channel, false));
    }

    @Test
    void aLargeFrameIsNotCopiedAndItsLengthSharesTheBufferBeforeIt() {
        ByteBuf large = frame(5000, 7);
        assertTrue(queue.offer(Lane.BULK, frame(1, 1)));
        assertTrue(queue.offer(Lane.BULK, large));
        assertTrue(queue.offer(Lane.BULK, frame(1, 2)));
        assertNotNull(queue.writeTo(channel, false));
        channel.flush();
        ByteBuf before = written();
        assertEquals(4 + 1 + 4, before.readableBytes());
        assertEquals(5000, before.getInt(5));
        before.release();
        assertSame(large, written());
        assertEquals(1, large.refCnt());
        large.release();
        ByteBuf after = written();
        assertEquals(5, after.readableBytes());
        after.release();
    }

    @Test
    void manySmallFramesFillSeveralPacks() {
        int count = 100;
        for (int i = 0; i < count; i++) {
            assertTrue(queue.offer(Lane.BULK, frame(1024, i)));
        }
        assertNotNull(queue.writeTo(channel, true));
        channel.flush();
        int seen = 0;
        ByteBuf pack;
        while ((pack = written()) != null) {
            while (pack.isReadable()) {
                assertEquals(1024, pack.readInt());
                assertEquals(seen++, pack.readByte());
                pack.skipBytes(1023);
            }
            pack.release();
        }
        assertEquals(count, seen);
    }

    @Test
    void onlyAsMuchAsTheChannelWantsIsHandedOverUnlessItIsToBeAll() {
        channel.config().setWriteBufferWaterMark(new WriteBufferWaterMark(10_000, 20_000));
        for (int i = 0; i < 10; i++) {
            assertTrue(queue.offer(Lane.BULK, frame(10_000, i)));
        }
        assertNotNull(queue.writeTo(channel, false));
        assertFalse(channel.isWritable());
        assertEquals(80_000, queue.bytes());
        assertNotNull(queue.writeTo(channel, true));
        assertEquals(0, queue.bytes());
    }

    @Test
    void eachLaneHasItsOwnBound() {
        assertTrue(queue.offer(Lane.URGENT, frame(60, 1)));
        ByteBuf refused = frame(41, 2);
        assertFalse(queue.offer(Lane.URGENT, refused));
        assertEquals(1, refused.refCnt(), "the caller's, still");
        assertTrue(queue.offer(Lane.BULK, refused));
        assertTrue(queue.offer(Lane.URGENT, frame(40, 3)));
        assertEquals(141, queue.bytes());
    }
}
