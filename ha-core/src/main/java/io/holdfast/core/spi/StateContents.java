package io.holdfast.core.spi;

import java.io.IOException;
import java.io.InputStream;
import org.jspecify.annotations.Nullable;

/**
 * Tells what is in the bytes of a {@linkplain StateCut cut} and of {@linkplain LogPart parts of a log}, as far as maps go: for whoever copies
 * chosen entries, and not all as it lies there. Memory is bounded by the longest entry, or batch of entries. Safe from any thread.
 *
 * <p>All methods read to the end and check everything that they pass. What a visitor throws ends them.
 */
public interface StateContents {
    /**
     * Tells each entry of each map, in the order of the bytes of map and key, each once.
     *
     * @param cut a cut's bytes, from the beginning; stays the caller's to close
     * @throws IOException if they are damaged or cut short, with the place; what was told before is as it was written
     * @throws IllegalStateException if it takes a later release than this one
     */
    void entries(InputStream cut, EntryVisitor each) throws IOException;

    /**
     * Tells which keys the commands of a log name, in the log's order. Whether one has changed is not told: a command may have been
     * refused, sent twice, or have depended on a value that was another one. Keys that went when their time had passed are not named by any.
     *
     * @param log parts of one log, one behind the other; stays the caller's to close
     * @throws IOException if they are damaged or cut short, with the place; what was told before is as it was written
     * @throws IllegalStateException if it takes a later release than this one
     */
    void touched(InputStream log, TouchVisitor each) throws IOException;

    /** Is told entries. */
    @FunctionalInterface
    interface EntryVisitor {
        /** One more. */
        void entry(Entry entry) throws IOException;
    }

    /** Is told what commands name. */
    @FunctionalInterface
    interface TouchVisitor {
        /** One more. */
        void touch(Touch touch) throws IOException;
    }

    /**
     * An entry of a map. Its arrays are nobody else's.
     *
     * @param map the map's name, in UTF-8
     * @param leftNanos how long it would have been there from the cut on, by the time that masters have accumulated; 0 if for ever
     */
    @SuppressWarnings("ArrayRecordComponent") // of use once
    record Entry(byte[] map, byte[] key, byte[] value, long leftNanos) {}

    /**
     * What a command names. Its arrays are nobody else's.
     *
     * @param index the command's
     * @param wallMillis when it was taken, by its master's wall clock, in milliseconds since 1970
     * @param map the map's name, in UTF-8
     * @param key null if it names no key and means all of the map, as one does that clears it
     */
    @SuppressWarnings("ArrayRecordComponent") // of use once
    record Touch(long index, long wallMillis, byte[] map, byte @Nullable [] key) {}
}
