package io.holdfast.benchmarks.replication;

import io.holdfast.benchmarks.load.LoadPlan;

/**
 * How long everything takes.
 *
 * @param repeats of the whole
 * @param compileSeconds of load that is thrown away, so that the code is compiled
 * @param warmSeconds before each cell
 * @param seconds that count
 */
record Durations(int repeats, double compileSeconds, double warmSeconds, double seconds) {
    static Durations of(boolean quick) {
        return quick ? new Durations(1, 3, 0.5, 1.5) : new Durations(3, 6, 1.5, 3);
    }

    LoadPlan plan(String work, int bytes, int window) {
        return new LoadPlan(work, bytes, window, warmSeconds, seconds);
    }

    LoadPlan warmUp(String work) {
        return new LoadPlan(work, 256, 64, 0, compileSeconds);
    }
}
