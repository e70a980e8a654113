package io.holdfast.backup;

/**
 * Something in a repository is not as it was stored.
 *
 * @param object the name of the object
 * @param kind what became of it
 * @param frame the number of the frame of a container, from 0 on; -1 if none is meant
 * @param offset where in the object that begins, in bytes; -1 if no place is meant
 * @param what for people
 */
public record Damage(String object, Kind kind, long frame, long offset, String what) {
    /** What became of it. */
    public enum Kind {
        /** It is not there. */
        MISSING,
        /** It ends too early. */
        CUT,
        /** It goes on behind its end. */
        LONGER,
        /** Bytes of it are others. */
        CHANGED,
        /** It is whole, and belongs elsewhere. */
        MISPLACED,
        /** Nothing knows it. */
        EXTRA,
        /** It is not encrypted or not authenticated, and should be. */
        UNPROTECTED,
        /** Its key is not to be had, so nobody can tell. */
        NO_KEY,
        /** The repository cannot read it. */
        UNREADABLE
    }

    /** Of an object as a whole. */
    public static Damage of(String object, Kind kind, String what) {
        return new Damage(object, kind, -1, -1, what);
    }

    @Override
    public String toString() {
        String place = frame < 0 ? "" : ", frame " + frame;
        return object + place + (offset < 0 ? "" : ", byte " + offset) + ": " + what;
    }
}
