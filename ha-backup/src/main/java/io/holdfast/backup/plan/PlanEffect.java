package io.holdfast.backup.plan;

import java.time.Instant;

/** What the planner wants done. */
sealed interface PlanEffect {
    /**
     * A job is to begin. There is one at the most in each lane of a layer.
     *
     * @param job its number, which is told with its result
     */
    record Run(long job, String layer, Job.Lane lane, Job what) implements PlanEffect {}

    /** The state is to be marked; answered by {@link PlanInput.Marked}. */
    record Mark() implements PlanEffect {}

    /** The role would be better with another node. */
    record HandOver(String reason) implements PlanEffect {}

    /** When the next backup of a source is due; told whenever that is decided. */
    record Due(String source, Instant at) implements PlanEffect {}

    /** Something is wrong. */
    record Raised(Alert alert) implements PlanEffect {}

    /** It is over. */
    record Cleared(Alert alert) implements PlanEffect {}
}
