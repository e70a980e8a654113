package io.holdfast.benchmarks.load;

/**
 * What a steady load does.
 *
 * @param load what is written, how many may be in flight, and for how long
 * @param perSecond how many are due each second
 * @param windowSeconds the measured time is looked at in stretches of this length
 */
public record SteadyPlan(LoadPlan load, double perSecond, double windowSeconds) {
    /** How many whole stretches the measured time has. */
    public int windows() {
        return (int) Math.floor(load.seconds() / windowSeconds + 1e-9);
    }
}
