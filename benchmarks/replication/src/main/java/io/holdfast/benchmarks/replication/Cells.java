package io.holdfast.benchmarks.replication;

import io.holdfast.benchmarks.load.LoadPlan;
import java.util.ArrayList;
import java.util.List;

/** The cells of the benchmark, by the labels that rows and tables share. */
final class Cells {
    static final String FORCED = "forced";
    static final String NOT_FORCED = "not forced";
    static final List<Integer> BYTES = List.of(256, 1_024);
    static final List<Integer> WINDOWS = List.of(1, 64, 1_024);

    private Cells() {}

    static String settings(boolean forced) {
        return forced ? FORCED : NOT_FORCED;
    }

    static String label(String work, int bytes, int window) {
        return new LoadPlan(work, bytes, window, 0, 0).label();
    }

    /** All cells of writes. */
    static List<String> writes() {
        List<String> labels = new ArrayList<>();
        for (int bytes : BYTES) {
            for (int window : WINDOWS) {
                labels.add(label("write", bytes, window));
            }
        }
        return labels;
    }
}
