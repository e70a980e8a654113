package io.holdfast.benchmarks.replication;

import io.holdfast.benchmarks.load.LoadPlan;

/**
 * How long everything takes.
 *
 * @param repeats of the whole
 * @param warmUp of each cluster, before anything is measured
 * @param warmSeconds before each cell
 * @param seconds that count
 */
record Durations(int repeats, WarmUp warmUp, double warmSeconds, double seconds) {
    static Durations of(Options options) {
        Durations usual = of(options.quick());
        return options.repeats() == 0
                ? usual
                : new Durations(options.repeats(), usual.warmUp(), usual.warmSeconds(), usual.seconds());
    }

    static Durations of(boolean quick) {
        return quick ? new Durations(1, new WarmUp(3, 1), 0.5, 1.5) : new Durations(3, new WarmUp(4, 6), 1, 3);
    }

    LoadPlan plan(String work, int bytes, int window) {
        return new LoadPlan(work, bytes, window, warmSeconds, seconds);
    }
}
