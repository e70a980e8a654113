package io.holdfast.backup.plan;

import io.holdfast.backup.catalog.BackupId;
import io.holdfast.backup.catalog.DrillRecord;
import java.util.Optional;

/**
 * What came of a drill.
 *
 * @param record as it is stored in the layer
 * @param damaged which backup or part of the log is damaged; empty if none was found to be
 */
record DrillOutcome(DrillRecord record, Optional<BackupId> damaged) {}
