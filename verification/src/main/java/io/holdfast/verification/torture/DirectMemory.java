package io.holdfast.verification.torture;

import io.netty.buffer.PooledByteBufAllocator;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;

/**
 * Memory outside the heap that a process uses, in bytes.
 *
 * @param reserved in direct buffers of the JDK, of which Netty makes its chunks: what {@code -XX:MaxDirectMemorySize} limits,
 *     and without it the size of the heap; also what is no longer used, until the heap's next collection
 * @param buffers in how many of them
 * @param chunks in Netty's chunks
 * @param pinned in use, of Netty's chunks
 */
record DirectMemory(long reserved, long buffers, long chunks, long pinned) {
    static DirectMemory now() {
        long reserved = 0;
        long buffers = 0;
        for (BufferPoolMXBean pool : ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class)) {
            if (pool.getName().equals("direct")) {
                reserved = pool.getMemoryUsed();
                buffers = pool.getCount();
            }
        }
        return new DirectMemory(
                reserved,
                buffers,
                PooledByteBufAllocator.DEFAULT.metric().usedDirectMemory(),
                PooledByteBufAllocator.DEFAULT.pinnedDirectMemory());
    }

    String encode() {
        return reserved + " " + buffers + " " + chunks + " " + pinned;
    }

    static DirectMemory parse(String answer) {
        String[] fields = answer.split(" ");
        return new DirectMemory(
                Long.parseLong(fields[0]),
                Long.parseLong(fields[1]),
                Long.parseLong(fields[2]),
                Long.parseLong(fields[3]));
    }

    @Override
    public String toString() {
        return (reserved >> 10) + " KiB in " + buffers + " direct buffers, " + (chunks >> 10)
                + " KiB of them Netty's, of which " + (pinned >> 10) + " KiB in use";
    }
}
