package io.holdfast.replication.log;

/**
 * The entry before the first one of a log: what is before it is in a snapshot.
 *
 * @param index of that entry, 0 if the log is whole
 * @param term of that entry, 0 if the log is whole
 */
public record LogBase(long index, long term) {
    /** Of a log that is whole. */
    public static final LogBase NONE = new LogBase(0, 0);

    /** Checks the ranges. */
    public LogBase {
        if (index < 0 || term < 0 || (index == 0) != (term == 0)) {
            throw new IllegalArgumentException("a log that begins after index " + index + ", term " + term);
        }
    }
}
