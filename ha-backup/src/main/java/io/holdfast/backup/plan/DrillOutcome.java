package io.holdfast.backup.plan;

import io.holdfast.backup.catalog.BackupId;
import io.holdfast.backup.catalog.DrillRecord;
import java.util.Optional;

/**
 * What came of a drill.
 *
 * @param record as it is stored in the layer, unless that could not be done
 * @param damaged which backup or part of the log is damaged; empty if none was found to be
 * @param notStored why it is not stored; empty if it is
 */
record DrillOutcome(DrillRecord record, Optional<BackupId> damaged, Optional<RuntimeException> notStored) {}
