package io.holdfast.loadbalance.route;

import io.holdfast.loadbalance.pick.Slots;

/**
 * How much of its weight a newcomer may take: {@code (t / length)^(1 / aggression)}, as in Envoy, from a tenth on, in tenths, since
 * each step is a new table.
 *
 * @param lengthNanos in how long it comes to the whole; 0 for at once
 * @param aggression 1 for linearly, more for faster at first
 */
public record SlowStart(long lengthNanos, double aggression) {

    /** In tenths, 1 to 10, so long after it began. */
    public int tenths(long nanosSince) {
        if (nanosSince >= lengthNanos) {
            return Slots.WHOLE;
        }
        double part = Math.pow(Math.max(0, (double) nanosSince / lengthNanos), 1 / aggression);
        return (int) Math.max(1, Math.min(Slots.WHOLE, Math.floor(part * Slots.WHOLE)));
    }
}
