package io.holdfast.loadbalance.pick;

/** {@code e^(-t / decay)} by a table, since the function itself costs more than a pick may. Within 1 % of it. Immutable. */
public final class Decay {
    private static final int STEPS = 1024;
    /** The table ends after so many decay times; what is left then is nothing. */
    private static final int TIMES = 16;

    private final float[] kept = new float[STEPS];
    private final float stepsPerTick;

    /** @param decayNanos in how long something fades to 1/e */
    public Decay(long decayNanos) {
        double ticks = Math.max(1, (double) (decayNanos >> CoarseTime.SHIFT));
        this.stepsPerTick = (float) (STEPS / (TIMES * ticks));
        for (int i = 0; i < STEPS; i++) {
            kept[i] = (float) Math.exp(-(double) i * TIMES / STEPS);
        }
    }

    /** What is left of something after so many ticks, 1 to 0. */
    double kept(int ticks) {
        float step = ticks * stepsPerTick;
        int whole = (int) step;
        if (whole >= STEPS - 1) {
            return 0;
        }
        float from = kept[whole];
        return from + (kept[whole + 1] - from) * (step - whole);
    }
}
