package io.holdfast.autoscale.replay;

import java.util.List;

/**
 * A trace that ran through.
 *
 * @param trace its name
 * @param rows one for each decision
 * @param scores how it went
 */
public record Run(String trace, List<Row> rows, Scores scores) {
    /** Copies the rows. */
    public Run {
        rows = List.copyOf(rows);
    }
}
