package io.holdfast.core;

/** What the cluster thinks of one of its members. */
public enum MemberState {
    /** It answers. */
    ALIVE,
    /** Somebody could not reach it, and it has not yet said that it lives. It is to be treated as living. */
    SUSPECT,
    /** It was suspected for too long. Should it still live it comes back by itself. */
    DEAD,
    /** It went in good order, and said so. */
    LEFT;

    /** True for {@link #ALIVE} and {@link #SUSPECT}: it counts as present. */
    public boolean isPresent() {
        return this == ALIVE || this == SUSPECT;
    }
}
