package io.holdfast.backup;

import java.util.List;

/**
 * What becomes of a backup in a layer by its policy.
 *
 * @param layer where it is
 * @param id which it is
 * @param keep true if it stays
 * @param reasons why, for people
 */
public record PruneVerdict(String layer, String id, boolean keep, List<String> reasons) {
    /** Copies the list. */
    public PruneVerdict {
        reasons = List.copyOf(reasons);
    }
}
