package io.holdfast.backup;

import java.util.List;

/**
 * What has been loaded, or would be.
 *
 * @param logId of which log the backup is
 * @param backupIndex up to which entry of that log it goes
 * @param written values that were set
 * @param removed keys that were removed, or were not there where nobody looked: only of a period
 * @param same lines of which the cluster had the value already, or lacked the key that was removed
 * @param kept lines that were not loaded, because the cluster has another value; of a dry run, those for which loading would be refused
 *     unless it is told what to do
 * @param passedOver lines of maps and keys that were not chosen, or are records of features
 * @param wholeMaps maps of which a backup of a period holds all, since they were cleared: keys that the cluster has beside those are to be
 *     removed by whoever wants the same content
 */
public record Loaded(
        String logId,
        long backupIndex,
        long written,
        long removed,
        long same,
        long kept,
        long passedOver,
        List<String> wholeMaps) {
    /** Makes the list its own. */
    public Loaded {
        wholeMaps = List.copyOf(wholeMaps);
    }
}
