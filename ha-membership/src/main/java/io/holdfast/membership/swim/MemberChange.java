package io.holdfast.membership.swim;

import io.holdfast.core.MemberState;

/**
 * A change of the view, in the order in which it happened here.
 *
 * @param member what is known of it now
 * @param state what is held of it now
 * @param cause who or what brought it about, for logs; a node's id or a few words
 */
public record MemberChange(Kind kind, MemberInfo member, MemberState state, String cause) {

    /** What happened to it. */
    public enum Kind {
        /** Not known before. */
        JOINED,
        /** Its address, flags or metadata changed. */
        UPDATED,
        /** Somebody had no answer from it. */
        SUSPECTED,
        /** It answered the suspicion: alive after all. */
        REFUTED,
        /** It left on its own accord. */
        LEFT,
        /** It is taken for dead. */
        DIED,
        /** It was dead or had left, and is alive; after {@link #DIED} at once if another process took its place. */
        CAME_BACK,
        /** It was dead or had left for so long that it is no longer remembered. */
        FORGOTTEN
    }
}
