package io.holdfast.replication;

import io.holdfast.replication.session.Freshness;
import java.time.Duration;

/**
 * How fresh a read must be. The stricter, the more often the master has to be asked first.
 *
 * <p>Immutable. Writes are not concerned.
 */
public final class ReadLevel {
    private static final ReadLevel LINEARIZABLE = new ReadLevel(Freshness.STRICT);
    private static final ReadLevel LOCAL = new ReadLevel(new Freshness(Freshness.LOCAL, 0));

    private final Freshness freshness;

    private ReadLevel(Freshness freshness) {
        this.freshness = freshness;
    }

    /**
     * It sees every write that had been acknowledged, to anybody, when it began. The default. Costs the master a round to a
     * majority, which many reads share, and no write.
     */
    public static ReadLevel linearizable() {
        return LINEARIZABLE;
    }

    /**
     * It sees what the node has applied that answers: nobody is asked. A node that is cut off answers with what it had.
     * Later reads may see less than earlier ones if another node answers them.
     */
    public static ReadLevel local() {
        return LOCAL;
    }

    /**
     * It sees at least what had been written when that position was taken, on whichever node it is answered: read your own
     * writes, or those of somebody who gave you theirs. Waits if the node is behind.
     *
     * @param position of {@link ReplicatedLog#position}
     */
    public static ReadLevel atLeast(long position) {
        if (position < 0) {
            throw new IllegalArgumentException("a position is not negative; " + position + " is");
        }
        return new ReadLevel(new Freshness(Freshness.AT_LEAST, position));
    }

    /**
     * It sees every write that had been acknowledged so long ago. A node that has asked the master in that time, and
     * has applied what it was told, asks nobody.
     *
     * @param staleness not negative; 0 is linearizable
     */
    public static ReadLevel within(Duration staleness) {
        if (staleness.isNegative()) {
            throw new IllegalArgumentException("a read cannot be fresher than now: " + staleness);
        }
        return staleness.isZero() ? LINEARIZABLE : new ReadLevel(new Freshness(Freshness.WITHIN, staleness.toNanos()));
    }

    Freshness freshness() {
        return freshness;
    }

    @Override
    public String toString() {
        return switch (freshness.kind()) {
            case Freshness.LOCAL -> "local";
            case Freshness.AT_LEAST -> "at least index " + freshness.bound();
            case Freshness.WITHIN -> "within " + Duration.ofNanos(freshness.bound());
            default -> "linearizable";
        };
    }
}
