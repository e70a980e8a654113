package io.holdfast.replication.snapshot;

import io.holdfast.core.runtime.StorageFile;

/**
 * A snapshot whose file is open.
 *
 * @param file whoever has this closes it
 * @param bytes its length
 */
public record OpenSnapshot(SnapshotMeta meta, StorageFile file, long bytes) {}
