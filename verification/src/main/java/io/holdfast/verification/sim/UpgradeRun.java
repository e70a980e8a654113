package io.holdfast.verification.sim;

import io.holdfast.testkit.NodeFailure;
import io.holdfast.testkit.Simulation;
import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.LongFunction;

/**
 * One seed of a rolling upgrade: in the storm a later release is installed machine by machine, and gone back from, and its end is
 * asked for; in the calm it is finished, and then somebody comes too late with the earlier one.
 */
public final class UpgradeRun implements LongFunction<String> {
    /**
     * What a seed showed.
     *
     * @param storm what a storm over a log shows
     * @param written how many entries were acknowledged that the earlier release cannot read
     * @param refusals how often the end of the upgrade was refused
     * @param wentBack how often the earlier release was installed again
     */
    public record Result(SeedRun.Result storm, int written, int refusals, int wentBack) {}

    private static final Duration LIMIT = Duration.ofMinutes(2);

    /** What is wrong with a seed, empty if nothing is. */
    @Override
    public String apply(long seed) {
        List<String> problems = run(seed).storm().problems();
        return problems.isEmpty() ? "" : problems.get(0);
    }

    /** Runs a seed. */
    public static Result run(long seed) {
        Simulation simulation = new Simulation(seed);
        SplittableRandom random = simulation.random("run");
        SimulatedCluster cluster = new SimulatedCluster(simulation, 3);
        boolean fromTheFirst = random.nextInt(6) == 0; // a new cluster of the later release
        Releases releases = new Releases(fromTheFirst ? Releases.LATER : Releases.EARLIER);
        cluster.with(releases);
        Upgrade upgrade = new Upgrade(simulation, cluster, releases, fromTheFirst);
        Storm storm = new UpgradeStorm(simulation, random, cluster, upgrade);
        return new Result(storm.run(), upgrade.written(), upgrade.refusals(), upgrade.wentBack());
    }

    private static final class UpgradeStorm extends Storm {
        private final Upgrade upgrade;
        private boolean late;

        UpgradeStorm(Simulation simulation, SplittableRandom random, SimulatedCluster cluster, Upgrade upgrade) {
            super(simulation, random, cluster, null, faultsFor(simulation, cluster));
            this.upgrade = upgrade;
        }

        @Override
        void begun() {
            upgrade.begin();
        }

        @Override
        void afterStorm() {
            upgrade.end();
        }

        @Override
        void afterCalm() {
            if (!upgrade.complete(cluster()::hasConverged, LIMIT)) {
                problem("the upgrade is not finished " + LIMIT.toSeconds() + " s after all have the later release:"
                        + cluster().describe());
                return;
            }
            late = true;
            String wrong = upgrade.comeTooLate(cluster()::hasConverged, LIMIT);
            if (!wrong.isEmpty()) {
                problem(wrong + cluster().describe());
            }
        }

        @Override
        boolean isExpected(NodeFailure failure) {
            return late && Upgrade.saysSo(failure.cause());
        }
    }
}
