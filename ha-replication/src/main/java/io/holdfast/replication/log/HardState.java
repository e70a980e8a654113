package io.holdfast.replication.log;

/**
 * What a voter must never forget.
 *
 * @param term the highest term it has seen, from 0
 * @param votedFor whom it voted for in that term, "" for nobody; at most 255 bytes in UTF-8
 * @param masterStopNanos the longest {@code stopWithin} of the masters that it has heard and that may still act; {@link
 *     #UNKNOWN} if it has heard none, or an earlier release wrote it
 */
public record HardState(long term, String votedFor, long masterStopNanos) {
    public static final long UNKNOWN = -1;

    /** With no word of any master. */
    public HardState(long term, String votedFor) {
        this(term, votedFor, UNKNOWN);
    }
}
