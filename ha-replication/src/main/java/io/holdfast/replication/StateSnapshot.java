package io.holdfast.replication;

import java.io.IOException;
import java.io.OutputStream;

/**
 * A state machine's state at one moment, which stays as it is while the machine goes on. It is written once, on a thread
 * of the library, beside calls of the machine, and then closed.
 */
public interface StateSnapshot extends AutoCloseable {

    /** The version of the format that {@link #writeTo} writes, 0 to 65,535; {@link StateMachine#restore} is given it. */
    int version();

    /**
     * Writes all of it. An exception ends this snapshot and is said in the log; another is tried later.
     *
     * @param out buffered; need not be closed
     */
    void writeTo(OutputStream out) throws IOException;

    /** Lets go of what it holds. */
    @Override
    default void close() {}
}
