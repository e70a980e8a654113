package io.holdfast.replication.structures;

import java.nio.ByteBuffer;

/**
 * Something that has become different in a map.
 *
 * @param index of the entry that did it; several changes may have one
 * @param kind one of the constants, part of the format
 * @param name the map's; not to be changed
 * @param key empty for a clear; not to be changed
 * @param value empty for all but a put; not to be changed
 */
public record MapChange(long index, int kind, ByteBuffer name, byte[] key, byte[] value) {
    /** A value was set, whether it is another one or not. */
    public static final int PUT = 1;
    /** A key was removed that was there. */
    public static final int REMOVED = 2;
    /** A value's time had come. */
    public static final int EXPIRED = 3;
    /** All keys were removed, of which there were some. */
    public static final int CLEARED = 4;

    /** What a change takes beyond its key and value, about. */
    private static final int OVERHEAD_BYTES = 64;

    int bytes() {
        return OVERHEAD_BYTES + key.length + value.length;
    }
}
