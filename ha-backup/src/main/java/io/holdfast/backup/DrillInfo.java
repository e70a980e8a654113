package io.holdfast.backup;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * A restore that was tried in a scratch place, and what came of it.
 *
 * @param layer from which alone it was restored
 * @param outcome what came of it
 * @param node the id of the node that did it
 * @param source the name of whose backup was restored
 * @param backup the id of that, or of the physical one that it began with; empty if it did not come that far
 * @param logId of which log; empty if of none
 * @param index up to which entry; 0 if it did not come that far
 * @param entryAt when that entry was taken, by its master's wall clock; empty if it did not come that far
 * @param began when the drill began, by the wall clock of who did it
 * @param took how long it took
 * @param detail for people: what was compared, or what is wrong
 */
public record DrillInfo(
        String layer,
        Outcome outcome,
        String node,
        String source,
        String backup,
        String logId,
        long index,
        Optional<Instant> entryAt,
        Instant began,
        Duration took,
        String detail) {
    /** What came of a drill. */
    public enum Outcome {
        /** It was restored, and is what the cluster had at that entry; of another source, its check has found nothing wrong. */
        PROVEN,
        /**
         * It was restored, and there was nothing to compare it with: no log is archived, and what the cluster had at the backup's own entry is
         * not known any more.
         */
        RESTORED,
        /** It was restored, and is not what the cluster had at that entry: one of the two is wrong. */
        MISMATCH,
        /** It was not restored: something is damaged or missing, or a check has found something wrong, as the detail says. */
        FAILED
    }

    /** True if it may be relied on that this layer restores. */
    public boolean isGood() {
        return outcome == Outcome.PROVEN || outcome == Outcome.RESTORED;
    }
}
