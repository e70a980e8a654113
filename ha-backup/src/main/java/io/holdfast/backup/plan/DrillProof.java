package io.holdfast.backup.plan;

import io.holdfast.backup.catalog.DrillRecord;

/**
 * The last good drill of a source's backups in a layer.
 *
 * @param record says of which source
 */
record DrillProof(String layer, DrillRecord record) {}
