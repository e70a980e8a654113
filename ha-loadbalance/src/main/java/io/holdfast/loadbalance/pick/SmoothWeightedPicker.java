package io.holdfast.loadbalance.pick;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.function.LongSupplier;

/**
 * Each in turn by weight times share, in the order of {@link WeightedSchedule}, over and over. One counter for all threads, or a
 * window over several threads' picks would not be exact.
 */
public final class SmoothWeightedPicker extends Picker {
    /** The counter, in the middle of enough room for nobody else to be on its cache line. */
    private static final int AT = 16;

    private static final VarHandle CELL = MethodHandles.arrayElementVarHandle(long[].class);

    private final int size;
    private final char[] order;
    private final Remainder turn;
    /** From here on the counter is set back by as much: a whole number of rounds, so that no window is torn. */
    private final int wholeRounds;

    private final long[] counter = new long[2 * AT];

    /**
     * @param slots at least one, all with a share
     * @param chance where to begin, so that callers that start together do not all ask the heaviest first
     */
    public SmoothWeightedPicker(Slots slots, LongSupplier chance) {
        this(slots.effectiveWeights(), chance);
    }

    private SmoothWeightedPicker(int[] weights, LongSupplier chance) {
        this.size = weights.length;
        int[] places = WeightedSchedule.of(WeightedSchedule.reduced(weights));
        this.order = new char[places.length];
        for (int i = 0; i < places.length; i++) {
            order[i] = (char) places[i];
        }
        this.turn = new Remainder(order.length);
        this.wholeRounds = Integer.MAX_VALUE / order.length * order.length;
        counter[AT] = Hashes.below(chance.getAsLong(), order.length);
    }

    /** Picks after which each has had exactly its weight. */
    public int round() {
        return order.length;
    }

    @Override
    public int pick(long key) {
        long ticket = (long) CELL.getAndAdd(counter, AT, 1L);
        if (ticket >= wholeRounds) {
            if (ticket == wholeRounds) {
                CELL.getAndAdd(counter, AT, (long) -wholeRounds);
            }
            ticket -= wholeRounds;
        }
        return order[turn.of((int) ticket)];
    }

    @Override
    int size() {
        return size;
    }
}
