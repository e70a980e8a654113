package io.holdfast.backup.plan;

import java.util.ArrayList;
import java.util.List;

/**
 * The log of a cluster in a storm: what each entry says, when it was taken, and what comes of all up to it. A restore begins another one,
 * whose first entries are those of the old one. Entry 0 is before the first one.
 */
final class StormLog {
    private static final long FACTOR = 0x9E3779B97F4A7C15L;
    private static final long INVERSE = inverse(FACTOR);

    private final String id;
    private final int epoch;
    private final List<Long> sums;
    private final List<Long> millis;

    private StormLog(String id, int epoch, List<Long> sums, List<Long> millis) {
        this.id = id;
        this.epoch = epoch;
        this.sums = new ArrayList<>(sums);
        this.millis = new ArrayList<>(millis);
    }

    /** The first one, without entries. */
    static StormLog first(long nowMillis) {
        return new StormLog("log1", 0, List.of(0L), List.of(nowMillis));
    }

    /** What a restore of this one to that entry begins. */
    StormLog restored(String newId, int newEpoch, long index) {
        return new StormLog(newId, newEpoch, sums.subList(0, (int) index + 1), millis.subList(0, (int) index + 1));
    }

    String id() {
        return id;
    }

    int epoch() {
        return epoch;
    }

    long last() {
        return sums.size() - 1L;
    }

    /** One more entry; masters never set the time back. */
    void append(long nowMillis) {
        long index = last() + 1;
        sums.add(after(sum(index - 1), value(index)));
        millis.add(Math.max(nowMillis, millis(index - 1)));
    }

    /** No two logs have an entry of the same value that they do not share. */
    private long value(long index) {
        return 31L * id.hashCode() + index;
    }

    static long after(long sum, long value) {
        return (sum ^ value) * FACTOR;
    }

    /** What the state is after that entry. */
    long sum(long index) {
        return sums.get((int) index);
    }

    long millis(long index) {
        return millis.get((int) index);
    }

    /** The last entry that was taken by then; 0 if none. */
    long lastBy(long moment) {
        long index = 0;
        while (index < last() && millis(index + 1) <= moment) {
            index++;
        }
        return index;
    }

    /** What a physical backup at that entry holds. */
    String state(long index) {
        return id + " " + index + " " + sum(index) + " " + millis(index) + "\n";
    }

    /** What a part of the archive holds: of each entry its number, its value and its time. */
    String part(long from, long to) {
        StringBuilder lines = new StringBuilder();
        for (long index = from; index <= to; index++) {
            // Of entries before a restore the value is known to the older log alone: it is what leads from sum to sum.
            long value = sum(index) * INVERSE ^ sum(index - 1);
            lines.append(index)
                    .append(' ')
                    .append(value)
                    .append(' ')
                    .append(millis(index))
                    .append('\n');
        }
        return lines.toString();
    }

    /** Modulo 2 to the 64. */
    private static long inverse(long odd) {
        long inverse = odd;
        for (int i = 0; i < 5; i++) {
            inverse *= 2 - odd * inverse; // Newton; each round doubles the bits that are right
        }
        return inverse;
    }
}
