package io.holdfast.replication.client;

import org.jspecify.annotations.Nullable;

/**
 * Answers writes of this process where they are applied, on the state machine's own thread, without the way back over the
 * loop; that follows, and finds them answered.
 */
public interface LocalCalls {

    /** The write with that number, if somebody here waits for it. On the loop. */
    @Nullable
    PendingWrite waiting(long session, long sequence);

    /** It has been applied, at this index. On the machine's thread. */
    void applied(PendingWrite write, byte[] answer, long index);

    /** All that belong together have been. On the machine's thread. */
    void appliedAll();
}
