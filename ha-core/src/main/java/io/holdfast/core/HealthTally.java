package io.holdfast.core;

/** What a row of results amounts to: it takes some in a row to change it, but for the first. Deterministic. */
final class HealthTally {
    private final int rise;
    private final int fall;
    private boolean known;
    private Health health = Health.DOWN;
    private int better;
    private int worse;

    HealthTally(int rise, int fall) {
        this.rise = rise;
        this.fall = fall;
    }

    Health health() {
        return health;
    }

    /** True if that changes it. */
    boolean observe(Health result) {
        if (!known) {
            known = true;
            return change(result);
        }
        int compared = result.compareTo(health);
        better = compared < 0 ? better + 1 : 0;
        worse = compared > 0 ? worse + 1 : 0;
        return (better >= rise || worse >= fall) && change(result);
    }

    private boolean change(Health to) {
        better = 0;
        worse = 0;
        health = to;
        return true;
    }
}
