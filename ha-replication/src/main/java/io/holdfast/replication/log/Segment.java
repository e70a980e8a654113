package io.holdfast.replication.log;

import io.holdfast.core.runtime.StorageFile;

/** A segment in use. On the loop only. */
final class Segment {
    final StorageFile file;
    final long sequence;
    final long id;
    /** Of the log's entries, the first that may be in it. */
    final long firstIndex;

    final long size;
    /** Where the next record goes. */
    long written;
    /** Up to where it is known to be forced. */
    long forced;

    Segment(StorageFile file, long sequence, long id, long firstIndex, long size) {
        this.file = file;
        this.sequence = sequence;
        this.id = id;
        this.firstIndex = firstIndex;
        this.size = size;
    }

    /** True if a record with a batch of that many bytes fits, 0 for one without a batch. */
    boolean fits(int batchBytes) {
        return written + RecordHeader.BYTES + batchBytes <= size;
    }
}
