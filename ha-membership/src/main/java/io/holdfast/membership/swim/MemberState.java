package io.holdfast.membership.swim;

/** What is held of a member, in the order in which one overrides another of the same incarnation. */
public enum MemberState {
    /** It answers. */
    ALIVE,
    /** Somebody had no answer from it; it may still refute that. */
    SUSPECT,
    /** It did not refute in time. */
    DEAD,
    /** It said that it goes. */
    LEFT
}
