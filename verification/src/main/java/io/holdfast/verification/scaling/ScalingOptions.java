package io.holdfast.verification.scaling;

import io.holdfast.autoscale.Capabilities;
import io.holdfast.autoscale.Capabilities.Removal;
import io.holdfast.autoscale.ScalingLimits;
import io.holdfast.autoscale.ScalingRate;
import java.time.Duration;
import java.util.SplittableRandom;

/**
 * What differs from seed to seed.
 *
 * @param min how many nodes there are at least: not fewer than form the cluster
 * @param max how many there are at most
 * @param managed true if the target has the nodes that form the cluster, too
 * @param target what it can do
 * @param names what its nodes are called before their number
 * @param keepsDisks true if a node that is started anew finds the disk of the last one of its name
 * @param afterExit what the target makes of a node that ended as it was told to by the cluster
 * @param cpu what is tracked
 * @param scheduled true if a timetable wants a number of nodes, too
 * @param tellsRequests true if nodes tell how many requests they have
 * @param limits of scaling
 * @param decisions how often it is decided
 * @param samples how often nodes tell their load
 * @param warmUp when a node counts
 * @param drainAtLeast for how long a node drains
 * @param drainWithin and for how long at the most
 * @param startWithin when a node counts as stuck
 * @param awayFor how long a place is kept
 * @param replaceAfter when the autopilot replaces a dead voter
 * @param requestNanos how long a request takes at the most
 * @param faultEvery mean time from one fault to the next
 * @param ambush how often something strikes when a phase has begun, 0 to 1
 * @param skewed true if the wall clocks differ by minutes
 */
record ScalingOptions(
        int min,
        int max,
        boolean managed,
        Capabilities target,
        String names,
        boolean keepsDisks,
        AfterExit afterExit,
        double cpu,
        boolean scheduled,
        boolean tellsRequests,
        ScalingLimits limits,
        Duration decisions,
        Duration samples,
        Duration warmUp,
        Duration drainAtLeast,
        Duration drainWithin,
        Duration startWithin,
        Duration awayFor,
        Duration replaceAfter,
        long requestNanos,
        Duration faultEvery,
        double ambush,
        boolean skewed) {

    /** How many nodes form the cluster, and vote. */
    static final int VOTERS = 3;

    /** What a target makes of a process that ended by itself after it had left. */
    enum AfterExit {
        /** It is shown no longer. */
        FORGETS,
        /** It is shown as if it ran. */
        KEEPS,
        /** It is shown as failed. */
        FAILED,
        /** It is started anew, after some seconds. */
        RESTARTS
    }

    static ScalingOptions draw(SplittableRandom random) {
        boolean managed = random.nextInt(3) > 0;
        boolean takesNames = random.nextInt(2) == 0;
        Removal removal = takesNames || random.nextBoolean() ? Removal.ANY : Removal.HIGHEST_ORDINAL;
        int min = VOTERS + random.nextInt(2);
        Duration drainAtLeast = Duration.ofMillis(1_000 + random.nextInt(2_000));
        Duration drainWithin = drainAtLeast.multipliedBy(3 + random.nextInt(3)).plusSeconds(2);
        // A request that begins while the last one hears of the drain is answered before the drain is over, also by a
        // fast clock.
        long request = (long) (0.8 * drainWithin.toNanos()) - drainAtLeast.toNanos();
        Duration samples = Duration.ofMillis(1_000 + random.nextInt(1_000));
        Duration quarter = Duration.ofSeconds(10);
        return new ScalingOptions(
                min,
                min + 2 + random.nextInt(3),
                managed,
                new Capabilities(takesNames, removal, false),
                takesNames || (managed && removal == Removal.HIGHEST_ORDINAL) ? "node-" : "vm-",
                random.nextInt(3) == 0,
                afterExit(random, takesNames),
                0.4 + 0.2 * random.nextDouble(),
                random.nextInt(3) == 0,
                random.nextInt(5) > 0,
                ScalingLimits.usual()
                        .stabilization(
                                Duration.ofSeconds(random.nextInt(4)), Duration.ofSeconds(5 + random.nextInt(20)))
                        .rate(ScalingRate.larger(2, 100, quarter), ScalingRate.larger(1, 50, quarter))
                        .coolDown(Duration.ZERO, Duration.ofSeconds(random.nextInt(10)))
                        .startUp(Duration.ofSeconds(10))
                        .flappingWindow(Duration.ofSeconds(random.nextBoolean() ? 60 : 0)),
                samples.plusMillis(random.nextInt(3_000)),
                samples,
                Duration.ofSeconds(random.nextInt(8)),
                drainAtLeast,
                drainWithin,
                Duration.ofSeconds(45 + random.nextInt(30)),
                Duration.ofSeconds(10 + random.nextInt(30)),
                Duration.ofSeconds(10 + random.nextInt(15)),
                Math.max(request, 300_000_000L),
                Duration.ofMillis(1_500 + random.nextInt(8_000)),
                random.nextInt(3) == 0 ? 0 : 0.05 + 0.35 * random.nextDouble(),
                random.nextBoolean());
    }

    private static AfterExit afterExit(SplittableRandom random, boolean takesNames) {
        AfterExit[] all = AfterExit.values();
        return all[random.nextInt(takesNames ? all.length - 1 : all.length)];
    }
}
