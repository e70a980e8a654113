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

    /** Index of its last entry. */
    public long lastIndex() {
        return firstIndex + count - 1;
    }
}
