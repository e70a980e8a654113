package io.holdfast.loadbalance.pick;

/**
 * Picks one of the slots that it was made over; these never change, and whatever it keeps of its own is small and safe for many
 * threads. Nothing is allocated.
 */
public abstract class Picker {
    /** How often another is drawn before all are looked at in order. */
    private static final int DRAWS = 3;

    /**
     * The place of a slot.
     *
     * @param key a hash of the request's key; looked at by hashes alone
     * @return -1 if none may be picked
     */
    public abstract int pick(long key);

    /**
     * The place of a slot that {@code refusal} does not refuse; for a hash the next one in the key's own order.
     *
     * @return -1 if all are refused
     */
    public int pickOther(long key, Refusal refusal) {
        int last = -1;
        for (int i = 0; i < DRAWS; i++) {
            last = pick(key);
            if (last < 0 || !refusal.refuses(last)) {
                return last;
            }
        }
        int size = size();
        for (int i = 1; i < size; i++) {
            int next = last + i < size ? last + i : last + i - size;
            if (!refusal.refuses(next)) {
                return next;
            }
        }
        return -1;
    }

    /** How many requests the slot may have in flight at this moment as far as the algorithm is concerned. */
    public int limit(int slot) {
        return Integer.MAX_VALUE;
    }

    /** How many slots there are. */
    abstract int size();

    /** Whom not to pick this time: who has been tried, who is full. */
    @FunctionalInterface
    public interface Refusal {
        /** True if it is not to be picked. */
        boolean refuses(int slot);
    }
}
