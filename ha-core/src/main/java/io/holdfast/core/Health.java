package io.holdfast.core;

/** How well something can do its work, best first. */
public enum Health {
    /** As it should. */
    UP,
    /** It works, but worse than it should: slowly, or without what it normally has. */
    DEGRADED,
    /** It cannot do its work. */
    DOWN;

    /** The worse of the two. */
    public Health worse(Health other) {
        return compareTo(other) >= 0 ? this : other;
    }
}
