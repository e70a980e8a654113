package io.holdfast.verification.scaling;

import io.holdfast.core.HaCluster;
import io.holdfast.testkit.Simulation;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.function.LongFunction;

/**
 * One seed of scaling: whole nodes with gossip, the log and scaling, whose target starts and stops them; a storm in which the load changes
 * and all that can fails, then a calm. First nothing wrong may happen, then something right must.
 */
public final class ScalingRun implements LongFunction<String> {
    /** The longest pauses are of minutes: of a node that could not go, and of a target that refuses. */
    private static final Duration CALM_LIMIT = Duration.ofMinutes(15);

    private static final Duration STEADY = Duration.ofSeconds(20);
    /** Seconds in which nobody decides: one voter is gone, say, and another has lost its disk. Then what has failed is started by hand. */
    private static final int OPERATOR_COMES = 180;

    /**
     * What a seed showed.
     *
     * @param problems what went wrong; empty if nothing did
     * @param diary what led to it
     * @param virtualNanos how long it took in the simulation
     * @param started how many nodes were started
     * @param left how many left by themselves
     * @param stopped how many were stopped
     * @param refused how many orders came too late, and were refused
     * @param answered how many requests were answered
     * @param written how many writes were acknowledged
     * @param faults what was inflicted
     * @param trace identifies the run, event by event
     */
    public record Result(
            List<String> problems,
            List<String> diary,
            long virtualNanos,
            int started,
            int left,
            int stopped,
            int refused,
            int answered,
            int written,
            Map<String, Integer> faults,
            long trace) {}

    private final Simulation simulation;
    private final SplittableRandom random;
    private final ScalingViolations violations;
    private int byHand;
    private final ScaledCluster cluster;
    private final ScalingOptions options;

    private ScalingRun(long seed) {
        simulation = new Simulation(seed);
        random = simulation.random("run");
        options = ScalingOptions.draw(simulation.random("options"));
        violations = new ScalingViolations(simulation);
        cluster = new ScaledCluster(simulation, options, violations);
    }

    /** For whoever runs seeds by name. */
    public ScalingRun() {
        this(0);
    }

    /** What is wrong with a seed, empty if nothing is. */
    @Override
    public String apply(long seed) {
        List<String> problems = run(seed).problems();
        return problems.isEmpty() ? "" : problems.get(0);
    }

    /** Runs a seed. */
    public static Result run(long seed) {
        return new ScalingRun(seed).run();
    }

    private boolean isBroken() {
        return violations.any() || !simulation.failures().isEmpty();
    }

    private Result run() {
        cluster.form();
        HaCluster client = cluster.client("client-1");
        cluster.client("client-2");
        ScalingWriter writer = new ScalingWriter(simulation, client, violations);
        ScalingFaults faults = new ScalingFaults(simulation, options, cluster, violations);
        try {
            if (!simulation.runUntil(() -> cluster.serving() == ScalingOptions.VOTERS, Duration.ofMinutes(1))) {
                violations.add("liveness: no cluster forms:" + cluster.describe());
            }
            writer.begin();
            cluster.demand().begin();
            simulation.at(Duration.ofMillis(random.nextInt(15_000)), faults::begin);
            simulation.runUntil(this::isBroken, Duration.ofSeconds(60 + random.nextInt(120)));
            faults.end();
            cluster.demand().settle();
            if (!isBroken()) {
                calm(faults, writer);
            }
        } catch (RuntimeException e) {
            violations.add("the simulation itself failed: " + e + " at " + e.getStackTrace()[0]);
        }
        simulation.failures().forEach(failure -> violations.add(failure.toString()));
        Map<String, Integer> counts = new TreeMap<>();
        faults.counts().forEach((kind, count) -> counts.put(kind.name(), count));
        if (byHand > 0) {
            counts.put("STARTED_BY_HAND", byHand); // shown, since it would hide that nobody decides for another reason
        }
        return new Result(
                violations.problems(),
                violations.diary(),
                simulation.nowNanos(),
                cluster.target().started(),
                cluster.checks().left(),
                cluster.target().stopped(),
                cluster.target().refused(),
                cluster.requests().answered(),
                writer.answers(),
                counts,
                simulation.traceHash());
    }

    private void calm(ScalingFaults faults, ScalingWriter writer) {
        long end = simulation.nowNanos() + CALM_LIMIT.toNanos();
        long steadySince = -1;
        int undecided = 0;
        String why = "";
        while (simulation.nowNanos() < end && !isBroken()) {
            simulation.runFor(Duration.ofSeconds(1));
            faults.resume();
            cluster.startRemovedAnew();
            undecided = cluster.deciding().isPresent() ? 0 : undecided + 1;
            if (undecided == OPERATOR_COMES) {
                violations.note("nobody decides for " + OPERATOR_COMES + " s: what has failed is started by hand");
                cluster.target().startFailed();
                byHand++;
            }
            why = cluster.checks().unsettled();
            steadySince = !why.isEmpty() ? -1 : steadySince < 0 ? simulation.nowNanos() : steadySince;
            if (steadySince >= 0 && simulation.nowNanos() - steadySince >= STEADY.toNanos()) {
                break;
            }
        }
        if (!isBroken() && !why.isEmpty()) {
            violations.add("liveness: not settled " + CALM_LIMIT.toMinutes() + " minutes after the last fault: " + why
                    + cluster.describe());
        }
        writer.stop();
        cluster.requests().stop();
        if (!isBroken()) {
            writer.check(Duration.ofSeconds(10));
        }
    }
}
