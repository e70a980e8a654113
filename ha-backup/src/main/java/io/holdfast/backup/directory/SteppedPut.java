package io.holdfast.backup.directory;

import io.holdfast.backup.ResumablePut;
import java.io.OutputStream;

/**
 * A {@link ResumablePut} in steps, none of which waits for anybody nor takes long: for who has not all of a piece at once, and serves others with the
 * same thread. One thread at a time.
 */
public interface SteppedPut extends ResumablePut {
    /** How much each piece takes beside its own bytes. */
    int LINE_BYTES = 128;

    /**
     * Begins the next piece. What is returned takes its bytes; its failures are the repository's, and after one the piece is not kept.
     *
     * @throws IllegalStateException if a piece before it was begun and is not kept
     */
    OutputStream begin();

    /**
     * Keeps the piece that was begun. When this returns it survives a loss of power.
     *
     * @throws IllegalArgumentException if it has no byte
     */
    Piece keep();

    /**
     * Reads some more of what somebody else has begun, and throws all away if it is not what was written. {@link #publish} does what is left of that.
     *
     * @return how many bytes are still to be read; 0 where nothing was taken over
     */
    @Override
    long prepare();
}
