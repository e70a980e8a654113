package io.holdfast.loadbalance.pick;

/** Each in turn: each thread goes round by itself, see {@link Stripes}. */
public final class RoundRobinPicker extends Picker {
    private final int size;
    private final Stripes stripes;

    /** @param stripes where the turns stand; kept when the slots change, so that nobody begins anew */
    public RoundRobinPicker(Slots slots, Stripes stripes) {
        this.size = slots.size;
        this.stripes = stripes;
    }

    @Override
    public int pick(long key) {
        return size == 0 ? -1 : stripes.turn(size);
    }

    @Override
    int size() {
        return size;
    }
}
