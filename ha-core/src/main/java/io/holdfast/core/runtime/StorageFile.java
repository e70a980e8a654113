package io.holdfast.core.runtime;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;

/** An open file, read and written by position. Reading, writing and forcing may go on at once from several threads. */
public interface StorageFile extends AutoCloseable {

    /** Its path. */
    Path path();

    /** Its length in bytes. */
    long size() throws IOException;

    /**
     * Reads until {@code destination} is full or the file ends.
     *
     * @return how many bytes were read, 0 at or beyond the end
     */
    int read(ByteBuffer destination, long position) throws IOException;

    /** Writes all that remains in the sources, one after the other, by as few system calls as can be. */
    void write(ByteBuffer[] sources, long position) throws IOException;

    /** Writes all that remains in the source. */
    void write(ByteBuffer source, long position) throws IOException;

    /** True if something that was written may be in this process alone, and would die with it. */
    default boolean holdsBack() {
        return false;
    }

    /** Returns when what was written before has left this process. Blocks as a force may, but promises no more than that. */
    default void flush() throws IOException {}

    /**
     * Returns when what was written before is on stable storage, the length included. A failure is final: what was
     * written since the last success may be lost, and forcing again proves nothing.
     */
    void force() throws IOException;

    /** Cuts the file to {@code size} bytes; no effect if it is shorter. */
    void truncate(long size) throws IOException;

    /** Closes it without forcing. Idempotent. */
    @Override
    void close() throws IOException;
}
