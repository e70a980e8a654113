package io.holdfast.benchmarks.autoscale;

import io.holdfast.autoscale.replay.Scores;
import java.util.List;
import java.util.function.ToDoubleFunction;

/** The mean of the runs of a trace by several seeds. */
record Average(List<Scores> runs) {
    Average {
        runs = List.copyOf(runs);
    }

    double of(ToDoubleFunction<Scores> figure) {
        return runs.stream().mapToDouble(figure).average().orElseThrow();
    }
}
