package io.holdfast.backup;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What becomes of the backups in all layers.
 *
 * @param verdicts of each backup in each layer that is in use
 * @param leftAlone the layers in which nothing is thrown away now, whatever their policies say, and why; of what is in them nothing is said
 */
public record PruneReport(List<PruneVerdict> verdicts, Map<String, String> leftAlone) {
    /** Copies both. */
    public PruneReport {
        verdicts = List.copyOf(verdicts);
        leftAlone = Collections.unmodifiableMap(new LinkedHashMap<>(leftAlone)); // in the order of the layers
    }
}
