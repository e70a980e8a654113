package io.holdfast.replication.raft;

/**
 * What speaks for or against a voter as leader, besides its log.
 *
 * @param health 0 for up, 1 for degraded, 2 for down
 * @param priority among equally healthy ones the highest is preferred, -100 to 100
 */
public record Fitness(int health, int priority) {
    /** Of a healthy node that nobody prefers. */
    public static final Fitness PLAIN = new Fitness(0, 0);

    /** The worst health. */
    public static final int DOWN = 2;

    /** How far priorities reach, up and down. */
    public static final int MAX_PRIORITY = 100;

    /** Checks the ranges. */
    public Fitness {
        if (health < 0 || health > DOWN || priority < -MAX_PRIORITY || priority > MAX_PRIORITY) {
            throw new IllegalArgumentException("health " + health + ", priority " + priority);
        }
    }

    boolean healthierThan(Fitness other) {
        return health < other.health;
    }

    boolean fitterThan(Fitness other) {
        return healthierThan(other) || (health == other.health && priority > other.priority);
    }
}
