package io.holdfast.backup.remote;

import io.holdfast.backup.remote.OfferFrame.Done;

/**
 * What a node that offers a directory says first on a link: which calls it knows. A release that knew the first ones alone says nothing, and passes over
 * this as over all that is said of a call that is not open; no call has that number.
 */
final class Greeting {
    /** Of no call. */
    static final int CALL = 0;
    /** All that the first release knew. */
    static final int FIRST = 1;
    /** Objects that are stored in pieces, too. */
    static final int PIECES = 2;

    private Greeting() {}

    /** What this release knows. */
    static OfferFrame ours() {
        return new Done(CALL, PIECES);
    }

    /** What an end knows of which this was the first frame; of a later release, what this one knows. */
    static int levelOf(OfferFrame first) {
        boolean said = first instanceof Done && first.call() == CALL;
        return said ? (int) Math.max(FIRST, Math.min(PIECES, ((Done) first).result())) : FIRST;
    }
}
