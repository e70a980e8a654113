package io.holdfast.membership.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.core.Address;
import io.holdfast.core.runtime.Clock;
import io.holdfast.core.runtime.ConnectionHandler.CloseReason;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class CarriersTest {
    private static final Address TO = new Address("10.0.0.2", 7400);

    private final FakeLinks links = new FakeLinks();
    private long now = -5_000_000_000L;
    private final Carriers carriers = new Carriers(
            links,
            new Clock() {
                @Override
                public long nanoTime() {
                    return now;
                }

                @Override
                public long wallMillis() {
                    return 0;
                }
            },
            new StreamFrames(
                    new FakeLinks.OpenSeal(), new UnpooledByteBufAllocator(false), new Address("10.0.0.1", 7400)));

    private static ByteBuf message() {
        return Unpooled.wrappedBuffer(new byte[] {1, 2, 3});
    }

    @Test
    void oneThatNobodyUsesIsClosed() {
        carriers.send(TO, message(), false);
        now += TimeUnit.SECONDS.toNanos(29);
        carriers.look();
        assertFalse(links.dialled.get(0).closed);
        carriers.send(TO, message(), false);
        now += TimeUnit.SECONDS.toNanos(29);
        carriers.look();
        assertFalse(links.dialled.get(0).closed);
        now += TimeUnit.SECONDS.toNanos(2);
        carriers.look();
        assertTrue(links.dialled.get(0).closed);
        assertEquals(0, carriers.count());
    }

    @Test
    void whatWaitsIsBoundedAndNeverOld() {
        ByteBuf first = message();
        carriers.send(TO, first, false);
        for (int i = 0; i < 8; i++) {
            carriers.send(TO, message(), false);
        }
        assertEquals(0, first.refCnt());
        ByteBuf waits = message();
        carriers.send(TO, waits, true);
        FakeLinks.Dialled dialled = links.dialled.get(0);
        dialled.listener.dialFailed(CloseReason.REFUSED, "");
        assertEquals(0, waits.refCnt());
        carriers.send(TO, message(), false);
        FakeLinks.End up = new FakeLinks.End("node-2", null);
        dialled.end = up;
        dialled.listener.up(up);
        assertEquals(1, up.sent.size());
    }

    @Test
    void thoseThatAreOpenAreBounded() {
        for (int i = 0; i < 300; i++) {
            carriers.send(new Address("10.0.0.2", 1_000 + i), message(), false);
        }
        assertEquals(256, carriers.count());
        assertTrue(links.dialled.get(0).closed);
        carriers.close();
        assertTrue(links.dialled.stream().allMatch(d -> d.closed));
    }
}
