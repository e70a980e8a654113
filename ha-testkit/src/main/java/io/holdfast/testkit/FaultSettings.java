package io.holdfast.testkit;

import java.time.Duration;
import java.util.Collection;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * What a {@link FaultSchedule} may draw. Immutable; start from {@link #everything()} or {@link #asTcp()}.
 *
 * @param kinds the kinds of faults it may use; at least one
 * @param swarm true to leave each kind out with probability 1/3, by the seed: some bugs show only where few kinds meet
 * @param maxDown how many nodes may be down at once, {@link FaultKind#ALL_DOWN} aside; at least 0
 * @param meanGap mean time from one fault to the next; more than 0; in a swarm the seed makes it up to four times as
 *     long or as short
 * @param maxLength how long a fault lasts at most; at least 1 ms
 * @param gapSurvival see {@link SimulatedNetwork#connectionsSurviveLoss}; 0 to 1
 */
public record FaultSettings(
        Set<FaultKind> kinds, boolean swarm, int maxDown, Duration meanGap, Duration maxLength, double gapSurvival) {

    /** Checks the ranges. */
    public FaultSettings {
        if (kinds.isEmpty()) {
            throw new IllegalArgumentException("there is no kind of fault to draw from; name at least one");
        }
        if (maxDown < 0) {
            throw new IllegalArgumentException("maxDown is " + maxDown + "; it must not be negative");
        }
        if (meanGap.isNegative() || meanGap.isZero()) {
            throw new IllegalArgumentException("meanGap is " + meanGap + "; it must be more than 0");
        }
        if (maxLength.compareTo(Duration.ofMillis(1)) < 0) {
            throw new IllegalArgumentException("maxLength is " + maxLength + "; it must be at least 1 ms");
        }
        Times.probability(gapSurvival, "gapSurvival");
        kinds = Set.copyOf(kinds);
    }

    /**
     * All kinds that concern every cluster ({@link FaultKind#DATAGRAMS_BLOCKED} does not), any number of nodes down, a fault each 400 ms, none longer than 5 s; a connection that lost a frame
     * goes on or is reset, each as often.
     */
    public static FaultSettings everything() {
        return new FaultSettings(
                EnumSet.complementOf(EnumSet.of(FaultKind.DATAGRAMS_BLOCKED)),
                true,
                Integer.MAX_VALUE,
                Duration.ofMillis(400),
                Duration.ofSeconds(5),
                0.5);
    }

    /** Only what can happen above TCP: a connection delivers in order, each frame once, or breaks. */
    public static FaultSettings asTcp() {
        FaultSettings all = everything().without(FaultKind.DUPLICATION, FaultKind.REORDERING);
        return new FaultSettings(all.kinds, all.swarm, all.maxDown, all.meanGap, all.maxLength, 0);
    }

    /** The same without some kinds. */
    public FaultSettings without(FaultKind... excluded) {
        Collection<FaultKind> left = EnumSet.copyOf(kinds);
        for (FaultKind kind : excluded) {
            left.remove(kind);
        }
        return new FaultSettings(Set.copyOf(left), swarm, maxDown, meanGap, maxLength, gapSurvival);
    }

    /** The same with more kinds. */
    public FaultSettings with(FaultKind... added) {
        Collection<FaultKind> all = EnumSet.copyOf(kinds);
        all.addAll(List.of(added));
        return new FaultSettings(Set.copyOf(all), swarm, maxDown, meanGap, maxLength, gapSurvival);
    }

    /** The same with these kinds, all of them used. */
    public FaultSettings only(FaultKind... chosen) {
        return new FaultSettings(Set.of(chosen), false, maxDown, meanGap, maxLength, gapSurvival);
    }

    /** The same with another number of nodes that may be down at once. */
    public FaultSettings withMaxDown(int nodes) {
        return new FaultSettings(kinds, swarm, nodes, meanGap, maxLength, gapSurvival);
    }

    /** The same with other times. */
    public FaultSettings withPace(Duration newMeanGap, Duration newMaxLength) {
        return new FaultSettings(kinds, swarm, maxDown, newMeanGap, newMaxLength, gapSurvival);
    }
}
