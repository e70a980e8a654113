package io.holdfast.replication.structures;

import java.nio.ByteBuffer;

/**
 * Asks for the changes of one map from a place on.
 *
 * @param name the map's
 * @param index of the entry whose changes are wanted first
 * @param skip how many of that entry's changes are known already
 * @param maxBytes of changes, positive; the node has a limit of its own, and one change is always given
 * @param waitMillis how long to wait for one, if there is none; the node has a limit of its own
 */
public record WatchQuestion(ByteBuffer name, long index, int skip, int maxBytes, int waitMillis) {
    private static final int FIELDS = Long.BYTES + 3 * Integer.BYTES;

    /** As it travels. */
    public byte[] encode() {
        ByteBuffer out = ByteBuffer.allocate(1 + name.remaining() + FIELDS);
        return out.put((byte) name.remaining())
                .put(name.duplicate())
                .putLong(index)
                .putInt(skip)
                .putInt(maxBytes)
                .putInt(waitMillis)
                .array();
    }

    /**
     * What {@link #encode} made.
     *
     * @throws IllegalArgumentException if it is something else
     */
    public static WatchQuestion read(byte[] question) {
        CommandReader in = new CommandReader(ByteBuffer.wrap(question));
        WatchQuestion read = new WatchQuestion(
                in.name(),
                in.index("the index"),
                in.notNegative("what is known of it"),
                in.positive("the most bytes"),
                in.notNegative("the time to wait"));
        in.end();
        return read;
    }
}
