package io.holdfast.autoscale;

import java.time.Instant;
import java.util.List;

/**
 * What was decided at one moment, and by what: a line of the audit.
 *
 * @param at when
 * @param load what it was decided by
 * @param from how many nodes were wanted before
 * @param to how many are wanted by this decision
 * @param applied true if it is carried out; false in a dry run, while scaling is paused, or if the target only recommends
 * @param wishes what each policy would have
 * @param limits which limits changed the largest wish, in words with figures
 * @param reason all of it in a sentence
 */
public record ScalingDecision(
        Instant at,
        LoadSnapshot load,
        int from,
        int to,
        boolean applied,
        List<Wish> wishes,
        List<String> limits,
        String reason) {
    /** Copies the lists. */
    public ScalingDecision {
        wishes = List.copyOf(wishes);
        limits = List.copyOf(limits);
    }

    /** True if another number of nodes is wanted. */
    public boolean isChange() {
        return from != to;
    }
}
