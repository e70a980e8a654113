package io.holdfast.autoscale;

import java.time.Duration;

/**
 * What stands between the largest wish of the policies and what is done. Immutable; each method returns a changed copy.
 *
 * @param outStabilization how long a wish for more has to last: the smallest wish of that while counts. Default 0: at once
 * @param inStabilization how long a wish for fewer has to last: the largest wish of that while counts. Default 3 minutes
 * @param outRate how fast nodes may be added. Default the larger of 4 nodes and 100 % in 15 s
 * @param inRate how fast nodes may be taken away. Default the larger of 1 node and 50 % in a minute
 * @param outCoolDown how long after any change no node is added. Default 0, since nodes that start count already
 * @param inCoolDown how long after any change no node is taken away. Default 1 minute
 * @param startUp how long a node takes until it serves and is warm, until that has been measured. Default 1 minute
 * @param flappingWindow within it, each change against the one before lengthens {@code inStabilization} by itself once more, four times
 *     at most. Default 30 minutes; 0 switches that off
 */
public record ScalingLimits(
        Duration outStabilization,
        Duration inStabilization,
        ScalingRate outRate,
        ScalingRate inRate,
        Duration outCoolDown,
        Duration inCoolDown,
        Duration startUp,
        Duration flappingWindow) {

    /** The longest any of them may be: so far back a decision remembers. */
    public static final Duration LONGEST = Duration.ofHours(6);

    /** Checks the ranges. */
    public ScalingLimits {
        check("outStabilization", outStabilization);
        check("inStabilization", inStabilization);
        check("outRate", outRate.period());
        check("inRate", inRate.period());
        check("outCoolDown", outCoolDown);
        check("inCoolDown", inCoolDown);
        check("startUp", startUp);
        check("flappingWindow", flappingWindow);
    }

    private static void check(String name, Duration value) {
        if (value.isNegative() || value.compareTo(LONGEST) > 0) {
            throw new IllegalArgumentException(
                    name + " is between 0 and " + LONGEST.toHours() + " hours, not " + value);
        }
    }

    /** The defaults. */
    public static ScalingLimits usual() {
        return new ScalingLimits(
                Duration.ZERO,
                Duration.ofMinutes(3),
                ScalingRate.larger(4, 100, Duration.ofSeconds(15)),
                ScalingRate.larger(1, 50, Duration.ofMinutes(1)),
                Duration.ZERO,
                Duration.ofMinutes(1),
                Duration.ofMinutes(1),
                Duration.ofMinutes(30));
    }

    /** How long a wish for more, and one for fewer, has to last. */
    public ScalingLimits stabilization(Duration out, Duration in) {
        return new ScalingLimits(out, in, outRate, inRate, outCoolDown, inCoolDown, startUp, flappingWindow);
    }

    /** How fast nodes may come and go. */
    public ScalingLimits rate(ScalingRate out, ScalingRate in) {
        return new ScalingLimits(
                outStabilization, inStabilization, out, in, outCoolDown, inCoolDown, startUp, flappingWindow);
    }

    /** How long after any change none is added, and none taken away. */
    public ScalingLimits coolDown(Duration out, Duration in) {
        return new ScalingLimits(outStabilization, inStabilization, outRate, inRate, out, in, startUp, flappingWindow);
    }

    /** How long a node takes until it serves and is warm, until that has been measured. */
    public ScalingLimits startUp(Duration usual) {
        return new ScalingLimits(
                outStabilization, inStabilization, outRate, inRate, outCoolDown, inCoolDown, usual, flappingWindow);
    }

    /** Within what time changes to and fro count as flapping; 0 switches that guard off. */
    public ScalingLimits flappingWindow(Duration window) {
        return new ScalingLimits(
                outStabilization, inStabilization, outRate, inRate, outCoolDown, inCoolDown, startUp, window);
    }
}
