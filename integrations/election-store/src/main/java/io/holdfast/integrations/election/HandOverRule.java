package io.holdfast.integrations.election;

import io.holdfast.core.Health;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * When a holder gives a role to another node of its own accord: only for something better, never twice in a short while, so
 * that a role does not go back and forth between nodes whose health comes and goes.
 *
 * <ul>
 *   <li>A holder that is {@link Health#DOWN} gives it to any node that is not, at once.
 *   <li>Any other keeps it for {@code calm}. After that it goes to a healthier node, or to an equally healthy one of a higher
 *       priority, that has been as it is for a third of {@code calm}.
 * </ul>
 */
final class HandOverRule {
    private static final Comparator<Candidate> BEST = Comparator.comparing(Candidate::health)
            .thenComparing(
                    Comparator.comparingInt(Candidate::priority).reversed().thenComparing(Candidate::node));

    private final long calmNanos;

    HandOverRule(long calmNanos) {
        this.calmNanos = calmNanos;
    }

    /**
     * Who is to have it.
     *
     * @param reason why, for people
     */
    record Wanted(String to, String reason) {}

    Optional<Wanted> decide(Candidate holder, long heldNanos, List<Candidate> others) {
        boolean urgent = holder.health() == Health.DOWN;
        if (!urgent && heldNanos < calmNanos) {
            return Optional.empty();
        }
        return others.stream()
                .filter(other -> !other.paused())
                .filter(other -> isBetter(other, holder))
                .filter(other -> settled(other, urgent))
                .min(BEST)
                .map(other -> new Wanted(other.node(), reason(holder, other)));
    }

    private static boolean isBetter(Candidate other, Candidate holder) {
        int health = other.health().compareTo(holder.health());
        return health < 0 || (health == 0 && other.priority() > holder.priority());
    }

    private boolean settled(Candidate other, boolean urgent) {
        return (urgent && other.health() != Health.DOWN) || other.settledNanos() >= calmNanos / 3;
    }

    private static String reason(Candidate holder, Candidate other) {
        return other.health() == holder.health()
                ? other.node() + " has priority " + other.priority() + " over " + holder.priority()
                : holder.node() + " is " + holder.health() + " and " + other.node() + " is " + other.health();
    }
}
