package io.holdfast.backup.logical;

import org.jspecify.annotations.Nullable;

/**
 * An entry, or that there is none.
 *
 * @param map the map's name, in UTF-8
 * @param value null if the key was removed
 * @param leftMillis how long it would have been there from the backup's index on; 0 if for ever
 */
@SuppressWarnings("ArrayRecordComponent") // of use once
record Line(byte[] map, byte[] key, byte @Nullable [] value, long leftMillis) {
    /** About what it takes in memory. */
    int bytes() {
        return key.length + (value == null ? 0 : value.length);
    }
}
