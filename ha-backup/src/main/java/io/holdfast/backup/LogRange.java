package io.holdfast.backup;

/**
 * Which part of which log something stands for.
 *
 * @param logId of the log: two logs with the same id never differ in an entry
 * @param fromIndex the first entry; 0 if it stands for all up to the last
 * @param toIndex the last entry
 * @param toTerm the term of the last entry
 * @param fromMillis when the first entry was taken, by its master's wall clock, in milliseconds since 1970; 0 if it stands for all
 * @param toMillis the same of the last
 */
public record LogRange(String logId, long fromIndex, long toIndex, long toTerm, long fromMillis, long toMillis) {
    /** Checks the order. */
    public LogRange {
        if (logId.isEmpty() || fromIndex < 0 || toIndex < fromIndex || toTerm < 0) {
            throw new IllegalArgumentException(
                    "of log '" + logId + "' from " + fromIndex + " to " + toIndex + " of term " + toTerm);
        }
    }
}
