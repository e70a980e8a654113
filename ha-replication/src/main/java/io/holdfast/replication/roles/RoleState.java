package io.holdfast.replication.roles;

import java.util.TreeMap;

/** One role. Times are masters' nanoseconds. */
final class RoleState {
    /** A node that stands for it. */
    static final class Candidate {
        final int priority;
        final long stopWithinNanos;
        /** Not to have it before, if another can. */
        long pausedUntilNanos;

        Candidate(int priority, long stopWithinNanos) {
            this.priority = priority;
            this.stopWithinNanos = stopWithinNanos;
        }
    }

    final String name;
    final TreeMap<String, Candidate> candidates = new TreeMap<>();
    /** Empty if nobody holds it. */
    String holder = "";

    long holderGeneration;
    /** Of the last grant. */
    long token;
    /** Nobody is granted it before. */
    long freeNanos;
    /** When it was granted last. */
    long grantedNanos;
    /** Somebody wished the holder to have it: it is not moved for the sake of an even spread for a while. */
    boolean placed;
    /** Who is wanted to have it instead of the holder, who has been asked for it; empty if the holder suits. */
    String wanted = "";

    RoleState(String name) {
        this.name = name;
    }

    boolean isHeld() {
        return !holder.isEmpty();
    }
}
