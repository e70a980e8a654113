package io.holdfast.core.internal.netty;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.core.spi.MalformedFrameException;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FrameDecoderTest {
    private static final int MAX = 16 * 1024 * 1024;

    private final UnpooledByteBufAllocator allocator = new UnpooledByteBufAllocator(true);
    private final FrameDecoder decoder = new FrameDecoder(allocator, MAX);

    @AfterEach
    void nothingIsKept() {
        decoder.release();
        assertEquals(
                0, allocator.metric().usedDirectMemory() + allocator.metric().usedHeapMemory());
    }

    private ByteBuf direct(byte[] bytes) {
        return allocator.directBuffer(bytes.length).writeBytes(bytes);
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.ISO_8859_1);
    }

    @Test
    void aStrangerIsGivenLessUntilItIsKnown() {
        decoder.limit(10);
        decoder.feed(direct(new byte[] {0, 0, 0, 11, 1}));
        assertThrows(MalformedFrameException.class, decoder::next);
        decoder.release();
        FrameDecoder known = new FrameDecoder(allocator, MAX);
        known.limit(10);
        known.limit(MAX);
        known.feed(direct(new byte[] {0, 0, 0, 11, 1}));
        assertNull(known.next());
        known.release();
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void anyCutOfTheStreamGivesTheSameFrames(long seed) {
        Random random = new Random(seed);
        List<String> sent = new ArrayList<>();
        ByteBuf stream = Unpooled.buffer();
        for (int i = 0; i < 120; i++) {
            byte[] frame = new byte[1 + random.nextInt(random.nextInt(20) == 0 ? 50_000 : 50)];
            random.nextBytes(frame);
            sent.add(text(frame));
            stream.writeInt(frame.length).writeBytes(frame);
        }
        List<String> received = new ArrayList<>();
        List<ByteBuf> kept = new ArrayList<>();
        while (stream.isReadable()) {
            int piece = Math.min(stream.readableBytes(), 1 + random.nextInt(random.nextBoolean() ? 30 : 9000));
            decoder.feed(direct(ByteBufUtil.getBytes(stream.readSlice(piece))));
            ByteBuf frame;
            while ((frame = decoder.next()) != null) {
                received.add(text(ByteBufUtil.getBytes(frame)));
                kept.add(frame.retain());
            }
        }
        assertEquals(sent, received);
        for (int i = 0; i < sent.size(); i++) {
            assertEquals(sent.get(i), text(ByteBufUtil.getBytes(kept.get(i))), "a frame retained stays as it was");
            kept.get(i).release();
        }
    }

    @Test
    void aWholeFrameIsASliceOfWhatWasRead() {
        ByteBuf read = direct(new byte[] {0, 0, 0, 2, 'a', 'b', 0, 0, 0, 1, 'c'});
        decoder.feed(read);
        ByteBuf frame = decoder.next();
        assertNotNull(frame);
        assertEquals(read.memoryAddress() + 4, frame.memoryAddress());
        assertNotNull(decoder.next());
        assertNull(decoder.next());
        assertEquals(0, read.refCnt());
    }

    @Test
    void anAnnouncedLengthReservesNothing() {
        decoder.feed(direct(new byte[] {1, 0, 0, 0, 9}));
        assertNull(decoder.next());
        assertTrue(allocator.metric().usedDirectMemory() <= 1024);
        for (int received = 1; received < 100_000; received += 1000) {
            decoder.feed(direct(new byte[1000]));
            assertNull(decoder.next());
            assertTrue(allocator.metric().usedDirectMemory() <= Math.max(1024, 2 * (received + 1000 + 4)));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, -1, Integer.MIN_VALUE, Integer.MAX_VALUE, MAX + 1})
    void anIllegalLengthIsRefusedHoweverItArrives(int length) {
        ByteBuf header = allocator.directBuffer(4).writeInt(length);
        decoder.feed(header.retainedSlice(0, 2));
        assertNull(decoder.next());
        decoder.feed(header.retainedSlice(2, 2));
        assertThrows(MalformedFrameException.class, decoder::next);
        decoder.release();
        decoder.feed(header);
        assertThrows(MalformedFrameException.class, decoder::next);
    }
}
