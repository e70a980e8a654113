package io.holdfast.replication.log;

/**
 * What protocols know of a batch without looking inside.
 *
 * @param firstIndex index of its first entry, from 1
 * @param count how many entries, at least 1
 * @param term the term in which a master made it
 * @param bytes its length, header included
 */
public record BatchMeta(long firstIndex, int count, long term, int bytes) {

    /** What a batch of one entry is, whose body has that many bytes. */
    public static BatchMeta ofOne(long index, long term, int bodyBytes) {
        return new BatchMeta(index, 1, term, Batch.HEADER_BYTES + Batch.entryBytes(bodyBytes));
    }

    /** Index of its last entry. */
    public long lastIndex() {
        return firstIndex + count - 1;
    }
}
