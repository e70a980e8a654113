package io.holdfast.replication.session;

import org.jspecify.annotations.Nullable;

/**
 * Somebody who asks again and again, each time for what follows what was answered before, whichever node answers. The
 * next question is asked when the answer before it has been taken, so whoever is slow is asked for more no sooner.
 */
public interface Poll {

    /**
     * True if it is the library's own, and short of time: the master is asked first, since it knows first, and answers are taken on
     * the loop, where no user's callback is in the way. It is beside the limit on watches, and ends where a node cannot answer it.
     */
    default boolean isUrgent() {
        return false;
    }

    /** What to ask next, or null if no more is wanted. On the loop, and never while an answer is being taken. */
    byte @Nullable [] question();

    /**
     * Takes an answer, where users' callbacks run, or on the loop if it is urgent.
     *
     * @return null; or why this node has not what was asked for. If no node has it, the poll ends with that
     */
    @Nullable
    RuntimeException answered(byte[] answer);

    /** Nothing follows. Where users' callbacks run, but for a node that has failed. */
    void ended(RuntimeException why);
}
