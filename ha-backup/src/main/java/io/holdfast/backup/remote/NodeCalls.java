package io.holdfast.backup.remote;

/** How many calls one node has under way here, over all its links. On the loop. */
final class NodeCalls {
    /** Calls at once; one more is told to come again. */
    static final int MOST = 16;

    private int taken;

    boolean take() {
        if (taken == MOST) {
            return false;
        }
        taken++;
        return true;
    }

    void free() {
        taken--;
    }

    boolean isIdle() {
        return taken == 0;
    }
}
