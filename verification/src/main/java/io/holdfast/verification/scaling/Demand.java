package io.holdfast.verification.scaling;

import io.holdfast.autoscale.ScalingPolicy;
import io.holdfast.autoscale.ScalingView;
import io.holdfast.autoscale.Wish;
import io.holdfast.testkit.Simulation;
import java.time.Duration;
import java.util.SplittableRandom;

/** How much there is to do, by a curve of the seed's: steps and ramps in the storm, steady in the calm. */
final class Demand {
    private final Simulation simulation;
    private final SplittableRandom random;
    private final ScalingOptions options;
    private double from;
    private double to;
    private long sinceNanos;
    private long rampNanos = 1;
    private boolean steady;
    private int floor;

    Demand(Simulation simulation, ScalingOptions options) {
        this.simulation = simulation;
        this.options = options;
        this.random = simulation.random("demand");
        this.from = options.min();
        this.to = options.min();
    }

    void begin() {
        simulation.at(Duration.ofMillis(5_000 + random.nextInt(25_000)), () -> {
            if (!steady) {
                change();
                begin();
            }
        });
    }

    private void change() {
        from = nodes();
        sinceNanos = simulation.nowNanos();
        rampNanos = random.nextBoolean() ? 1 : 1_000_000_000L * (1 + random.nextInt(20));
        to = random.nextDouble() * (options.max() + 1);
        floor = random.nextBoolean() ? 0 : 1 + random.nextInt(options.max());
    }

    /** From now on it stays as it will be in the end. */
    void settle() {
        if (random.nextBoolean()) {
            change(); // the last change comes with the calm
        }
        from = to;
        steady = true;
    }

    /** For how many nodes there is work, if each bears what is wanted. */
    double nodes() {
        double done = Math.min(1, (simulation.nowNanos() - sinceNanos) / (double) rampNanos);
        return from + (to - from) * done;
    }

    /** How busy each of so many nodes is. */
    double cpu(int serving) {
        double noise = steady ? 1 : 0.95 + 0.1 * random.nextDouble();
        return Math.min(1, noise * options.cpu() * nodes() / Math.max(1, serving));
    }

    /** How many nodes the timetable wants at least. */
    int floor() {
        return options.scheduled() ? floor : 0;
    }

    /** A policy by a timetable: it looks at no load. */
    ScalingPolicy timetable() {
        return new Timetable();
    }

    private final class Timetable implements ScalingPolicy {
        @Override
        public Wish wish(ScalingView view) {
            return floor == 0
                    ? Wish.none("timetable", "it is quiet")
                    : Wish.nodes("timetable", floor, "it is busy at this time");
        }
    }
}
