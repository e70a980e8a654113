package io.holdfast.core.spi;

/**
 * Decided entries of a log, in the log's own form: parts that follow each other are one part when their bytes are put together.
 *
 * @param logId of which log, as {@link ReplicatedState#logId()} says; empty if there is no entry
 * @param firstIndex the first entry in it, at most one after what was asked for; larger than {@code lastIndex} if there is none
 * @param lastIndex the last entry in it; what was asked for if there is none
 * @param lastTerm the term of the last one; 0 if there is none
 * @param firstWallMillis when the first was taken, by its master's wall clock, in milliseconds since 1970; 0 if there is none
 * @param lastWallMillis the same of the last
 * @param bytes not to be changed; empty if there is none
 */
@SuppressWarnings("ArrayRecordComponent") // as it comes from the disk, and of use once
public record LogPart(
        String logId,
        long firstIndex,
        long lastIndex,
        long lastTerm,
        long firstWallMillis,
        long lastWallMillis,
        byte[] bytes) {
    /** True if nothing had been decided after what was asked for. */
    public boolean isEmpty() {
        return bytes.length == 0;
    }
}
