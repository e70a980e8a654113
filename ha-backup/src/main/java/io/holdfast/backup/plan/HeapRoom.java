package io.holdfast.backup.plan;

import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.util.function.LongSupplier;

/**
 * How much of the heap is free. What waits for being collected counts as used, so little may be free for a moment of a heap that has enough: it is
 * taken for full only if that stays so over some collections, which come one after the other then. For one thread.
 */
final class HeapRoom {
    private static final int COLLECTIONS = 3;
    private static final long LEAST_BYTES = 64L << 20;
    /** Less than collectors keep free on their own. */
    private static final int PART = 16;

    private final LongSupplier freeBytes;
    private final LongSupplier collections;
    private final long lowBytes;
    private boolean low;
    private long lowSince;

    /** Of this process. */
    HeapRoom() {
        this(
                HeapRoom::free,
                HeapRoom::collected,
                Math.max(LEAST_BYTES, Runtime.getRuntime().maxMemory() / PART));
    }

    /**
     * With other eyes.
     *
     * @param collections how many there have been
     * @param lowBytes with less the node is in want
     */
    HeapRoom(LongSupplier freeBytes, LongSupplier collections, long lowBytes) {
        this.freeBytes = freeBytes;
        this.collections = collections;
        this.lowBytes = lowBytes;
    }

    long freeBytes() {
        return freeBytes.getAsLong();
    }

    /** Looks again; true if it is full. Costs little. */
    boolean isFull() {
        if (freeBytes.getAsLong() >= lowBytes) {
            low = false;
            return false;
        }
        long now = collections.getAsLong();
        if (!low) {
            low = true;
            lowSince = now;
        }
        return now - lowSince >= COLLECTIONS;
    }

    private static long free() {
        Runtime runtime = Runtime.getRuntime();
        return runtime.maxMemory() - (runtime.totalMemory() - runtime.freeMemory());
    }

    private static long collected() {
        return ManagementFactory.getGarbageCollectorMXBeans().stream()
                .mapToLong(GarbageCollectorMXBean::getCollectionCount)
                .sum();
    }
}
