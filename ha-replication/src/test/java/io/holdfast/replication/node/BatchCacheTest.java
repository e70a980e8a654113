package io.holdfast.replication.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.buffer.Unpooled;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class BatchCacheTest {
    private final BatchCache cache = new BatchCache();

    @Test
    void itHoldsWhatASortedMapWouldAndReleasesWhatItDrops() {
        Random random = new Random(5);
        TreeMap<Long, ByteBuf> model = new TreeMap<>();
        long next = 1;
        for (int i = 0; i < 20_000; i++) {
            int choice = random.nextInt(100);
            if (choice < 55 || model.isEmpty()) {
                ByteBuf batch = Unpooled.wrappedBuffer(new byte[1 + random.nextInt(9)]);
                cache.add(next, batch);
                model.put(next, batch);
                next += 1 + random.nextInt(3);
            } else if (choice < 98) {
                cache.dropOldest();
                assertEquals(0, model.pollFirstEntry().getValue().refCnt());
            } else {
                long from = next - random.nextInt(6);
                cache.dropFrom(from);
                Map<Long, ByteBuf> gone = model.tailMap(from);
                gone.values().forEach(batch -> assertEquals(0, batch.refCnt()));
                gone.clear();
                next = Math.min(next, from);
            }
            assertEquals(model.size(), cache.size());
            long asked = next - random.nextInt(200);
            assertSame(model.get(asked), cache.get(asked));
        }
        long bytes = model.values().stream()
                .mapToLong(batch -> BatchCache.OVERHEAD_BYTES + batch.readableBytes())
                .sum();
        assertEquals(bytes, cache.bytes());
        model.values().forEach(batch -> assertEquals(1, batch.refCnt()));
        cache.clear();
        model.values().forEach(batch -> assertEquals(0, batch.refCnt()));
        assertEquals(0, cache.bytes());
        assertNull(cache.get(1));
    }

    @Test
    void batchesComeInOrder() {
        ByteBuf batch = Unpooled.wrappedBuffer(new byte[1]);
        cache.add(10, batch);
        assertThrows(IllegalStateException.class, () -> cache.add(10, batch));
    }

    @Test
    void whatCountsIsTheMemoryThatIsHeld() {
        ByteBuf roomy = Unpooled.buffer(4096).writeBytes(new byte[100]);
        cache.add(1, roomy);
        assertEquals(BatchCache.OVERHEAD_BYTES + 4096, cache.bytes());
        ByteBuf frame = Unpooled.wrappedBuffer(new byte[10_000]);
        cache.add(2, frame.slice(500, 100));
        assertEquals(2 * BatchCache.OVERHEAD_BYTES + 4096 + 10_000, cache.bytes());
        ByteBuf pooled = PooledByteBufAllocator.DEFAULT.directBuffer(5_000).writeBytes(new byte[100]);
        cache.add(3, pooled.readRetainedSlice(50));
        pooled.release();
        assertTrue(cache.bytes() >= 3 * BatchCache.OVERHEAD_BYTES + 4096 + 10_000 + 5_000);
        cache.clear();
        assertEquals(0, cache.bytes());
    }

    @Test
    void aSmallJvmCachesLess() {
        assertEquals(64L << 20, BatchCache.limit(4L << 30));
        assertEquals(16L << 20, BatchCache.limit(64L << 20));
    }
}
