package io.holdfast.replication;

import org.jspecify.annotations.Nullable;

/**
 * Something that has become different in a map, as a {@link MapWatch} tells it.
 *
 * @param kind what has happened
 * @param key whose value; null for {@link Kind#CLEARED}
 * @param value the new one; null for all but {@link Kind#PUT}
 * @param index of the log entry that did it, rising from event to event, but the same for those of one batch and for those
 *     that go at the same time
 * @param isLast true if no other event of this map has this index: to go on after it, watch from this index. Who acts
 *     on batches as a whole acts here
 * @param <K> the type of the keys
 * @param <V> the type of the values
 */
public record MapEvent<K, V>(
        Kind kind, @Nullable K key, @Nullable V value, long index, boolean isLast) {

    /** What has happened. */
    public enum Kind {
        /** A key has been given a value, whether it had one or not, and whether that was another one or not. */
        PUT,
        /** A key that had a value has been removed. */
        REMOVED,
        /** A key has lost its value, whose time to live was over. */
        EXPIRED,
        /** All keys have been removed at once, of which there was at least one. */
        CLEARED
    }
}
