package io.holdfast.loadbalance.pick;

import java.util.function.LongSupplier;

/**
 * Several numbers instead of one, far from each other in memory: a thread has one of them by its id, so that threads do not wait
 * for each other's cache line. By plain reads and writes, which cost a tenth of atomic ones: two threads that share one may now and
 * then both get the same number, which does a balancer no harm. Safe from any thread; virtual threads share them like others.
 *
 * <p>Where each begins is given out as it is asked for: so it makes no difference what id the one thread of a simulation has.
 */
public final class Stripes {
    /** From one to the next as a power of two: 16 longs, two cache lines, since lines are fetched in pairs. */
    private static final int APART = 4;
    /** Within its room, so that nothing of others is near. */
    private static final int MIDDLE = 8;

    private final long[] cells;
    private final LongSupplier chance;

    /**
     * Nothing yet.
     *
     * @param processors how many threads run at a time: for each of them there are 16, 64 to 512 in all, so that few share one
     * @param chance where each begins; safe from one thread at a time
     */
    public Stripes(int processors, LongSupplier chance) {
        int count = Math.max(64, Integer.highestOneBit(Math.min(512, processors * 16)));
        this.cells = new long[count << APART];
        this.chance = chance;
    }

    /** Where this thread's number is: the length is a power of two, which the compiler sees. */
    private int at() {
        return (((int) Thread.currentThread().getId() << APART) + MIDDLE) & (cells.length - 1);
    }

    /** Adds to this thread's number, which is never 0. */
    public long add(long step) {
        int at = at();
        long now = cells[at];
        if (now == 0) {
            now = first();
        }
        now += step;
        cells[at] = now;
        return now;
    }

    /** Goes on to the next of {@code 0 .. size - 1}, and after the last to the first; the number is one more than where it stands. */
    int turn(int size) {
        int at = at();
        long now = cells[at];
        long next = now >= size ? 1 : now + 1;
        if (now == 0) {
            next = Hashes.below(first(), size) + 1L;
        }
        cells[at] = next;
        return (int) next - 1;
    }

    private synchronized long first() {
        return chance.getAsLong();
    }
}
