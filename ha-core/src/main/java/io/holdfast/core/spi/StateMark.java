package io.holdfast.core.spi;

import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;

/**
 * What replicated state was after one entry, as hashes: enough to tell whether another copy is the same, and nothing to make one of.
 *
 * @param logId of which log, as {@link ReplicatedState#logId()} says
 * @param index the last entry in it
 * @param wallMillis when that entry was taken, by its master's wall clock, in milliseconds since 1970
 * @param hashes by what they are of, sorted: the same parts of the same state have the same hash on every node, and others another one
 *     but for bad luck
 */
public record StateMark(String logId, long index, long wallMillis, Map<String, Long> hashes) {
    /** Copies the hashes. */
    public StateMark {
        hashes = Collections.unmodifiableMap(new TreeMap<>(hashes));
    }
}
