package io.holdfast.membership.swim;

/**
 * How far this node doubts itself (Lifeguard, section 4, "LHA-Probe"): 0 if all is well, up to {@link #WORST}. Its probes become
 * rarer and more patient by that factor, since a node that misses answers which others get is the slow one itself.
 */
final class LocalHealth {
    static final int WORST = 8;

    private final boolean on;
    private int score;

    LocalHealth(boolean on) {
        this.on = on;
    }

    int score() {
        return score;
    }

    void better() {
        score = Math.max(0, score - 1);
    }

    void worse(int by) {
        if (on) {
            score = Math.min(WORST, score + by);
        }
    }
}
