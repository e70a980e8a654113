package io.holdfast.autoscale;

import io.holdfast.autoscale.decide.SizingConfig;
import io.holdfast.autoscale.fleet.FleetConfig;
import io.holdfast.autoscale.fleet.ScalerConfig;
import io.holdfast.autoscale.node.AutoscaleNode;
import io.holdfast.autoscale.node.AutoscaleSettings;
import io.holdfast.core.spi.FeatureContext;
import io.holdfast.core.spi.HaFeature;
import io.holdfast.core.spi.RunningFeature;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * As many nodes as the load needs: every node tells its load by gossip, and the master decides, by policies and within limits, how many
 * there are to be, and has a {@link ScalingTarget} start and stop them. What it has decided and begun is in the log, so that its successor
 * neither repeats nor forgets anything.
 *
 * <pre>{@code
 * .with(Autoscaling.on(JvmProcesses.inDirectory(...)).between(3, 9).policy(TargetTracking.cpu(0.6)))
 * }</pre>
 *
 * <p>All nodes are given the same. It needs a membership, and something that elects: a log, or another election engine, which then forgets
 * what was decided when another node takes over. Immutable: each method returns a changed copy.
 */
public final class Autoscaling implements HaFeature {
    /** Beside the figures of its own and of other features. */
    private static final int MOST_FIGURES = 10;

    private static final String FIGURE = "[A-Za-z0-9._-]{1,32}";

    private final ScalingTarget target;
    private final int min;
    private final int max;
    private final List<ScalingPolicy> policies;
    private final ScalingLimits limits;
    private final Times times;
    private final boolean dryRun;
    private final String namePrefix;
    private final Map<String, LoadSource> loads;
    private final Map<String, String> meters;
    private final Set<String> builtIn;

    private record Times(
            Duration every,
            Duration sampleEvery,
            Duration warmUp,
            Duration drainAtLeast,
            Duration drainWithin,
            Duration leaveWithin,
            Duration startWithin,
            Duration awayFor) {
        static Times usual() {
            return new Times(
                    Duration.ofSeconds(5),
                    Duration.ofSeconds(2),
                    Duration.ofSeconds(30),
                    Duration.ofSeconds(3),
                    Duration.ofSeconds(30),
                    Duration.ofSeconds(90),
                    Duration.ofMinutes(5),
                    Duration.ofMinutes(1));
        }
    }

    private Autoscaling(
            ScalingTarget target,
            int min,
            int max,
            List<ScalingPolicy> policies,
            ScalingLimits limits,
            Times times,
            boolean dryRun,
            String namePrefix,
            Map<String, LoadSource> loads,
            Map<String, String> meters,
            Set<String> builtIn) {
        this.target = target;
        this.min = min;
        this.max = max;
        this.policies = List.copyOf(policies);
        this.limits = limits;
        this.times = times;
        this.dryRun = dryRun;
        this.namePrefix = namePrefix;
        this.loads = new LinkedHashMap<>(loads);
        this.meters = new LinkedHashMap<>(meters);
        this.builtIn = new TreeSet<>(builtIn);
    }

    /** By that target. {@link #between} and {@link #policy} are needed besides. */
    public static Autoscaling on(ScalingTarget target) {
        return new Autoscaling(
                target,
                0,
                0,
                List.of(),
                ScalingLimits.usual(),
                Times.usual(),
                false,
                "node-",
                Map.of(),
                Map.of(),
                Set.of(Load.CPU, Load.HEAP, Load.LOOP_DELAY));
    }

    private Autoscaling with(Times changed) {
        return new Autoscaling(target, min, max, policies, limits, changed, dryRun, namePrefix, loads, meters, builtIn);
    }

    /**
     * How many nodes there are at least and at most, those among them that others started.
     *
     * @param least 1 to {@code most}: with a log, as many as have a vote
     * @param most up to 1,000
     */
    public Autoscaling between(int least, int most) {
        return new Autoscaling(
                target, least, most, policies, limits, times, dryRun, namePrefix, loads, meters, builtIn);
    }

    /** Adds a policy. Of several the largest wish counts. */
    public Autoscaling policy(ScalingPolicy policy) {
        List<ScalingPolicy> more = new ArrayList<>(policies);
        more.add(policy);
        return new Autoscaling(target, min, max, more, limits, times, dryRun, namePrefix, loads, meters, builtIn);
    }

    /** How fast, and how steadily, wishes are followed; {@link ScalingLimits#usual()} by default. */
    public Autoscaling limits(ScalingLimits other) {
        return new Autoscaling(target, min, max, policies, other, times, dryRun, namePrefix, loads, meters, builtIn);
    }

    /** Decides, shows and tells, and does nothing. */
    public Autoscaling dryRun() {
        return new Autoscaling(target, min, max, policies, limits, times, true, namePrefix, loads, meters, builtIn);
    }

    /**
     * What new nodes are called before their number, where the target takes names; {@code node-} by default. A number that a known node has
     * is not given again.
     *
     * @param prefix 1 to 48 letters, digits, dots, hyphens and underscores
     */
    public Autoscaling nodeNames(String prefix) {
        return new Autoscaling(target, min, max, policies, limits, times, dryRun, prefix, loads, meters, builtIn);
    }

    /**
     * Has each node tell a figure of yours.
     *
     * @param name 1 to 32 letters, digits, dots, hyphens and underscores; of the names in {@link Load} yours takes the place
     */
    public Autoscaling load(String name, LoadSource source) {
        Map<String, LoadSource> more = new LinkedHashMap<>(loads);
        more.put(name, source);
        return new Autoscaling(target, min, max, policies, limits, times, dryRun, namePrefix, more, meters, builtIn);
    }

    /**
     * Has each node tell a meter of its registry as a figure: the sum of its gauges of that name, or how many times its counters and
     * timers counted in a second.
     *
     * @param name as {@link #load}
     * @param meter such as {@code http.server.requests}
     */
    public Autoscaling meter(String name, String meter) {
        Map<String, String> more = new LinkedHashMap<>(meters);
        more.put(name, meter);
        return new Autoscaling(target, min, max, policies, limits, times, dryRun, namePrefix, loads, more, builtIn);
    }

    /** Tells nothing of the JVM: only what {@link #load} and {@link #meter} name. */
    public Autoscaling withoutJvmLoads() {
        return new Autoscaling(target, min, max, policies, limits, times, dryRun, namePrefix, loads, meters, Set.of());
    }

    /**
     * How often it is decided, and how often each node tells its load.
     *
     * @param decisions 1 s to 5 min; 5 s by default
     * @param samples 1 s to {@code decisions}; 2 s by default. A sample that has not changed for five of them, or 15 s, is stale
     */
    public Autoscaling every(Duration decisions, Duration samples) {
        return with(new Times(
                decisions,
                samples,
                times.warmUp,
                times.drainAtLeast,
                times.drainWithin,
                times.leaveWithin,
                times.startWithin,
                times.awayFor));
    }

    /**
     * For so long a node that serves is not counted, since it costs more than it does: class loading, compilation, empty caches.
     *
     * @param time 0 to 10 min; 30 s by default
     */
    public Autoscaling warmUp(Duration time) {
        return with(new Times(
                times.every,
                times.sampleEvery,
                time,
                times.drainAtLeast,
                times.drainWithin,
                times.leaveWithin,
                times.startWithin,
                times.awayFor));
    }

    /**
     * How a node drains before it leaves: at least for so long, until it has no request ({@link Load#IN_FLIGHT}), and for so long at the
     * most. A node that does not tell how many it has drains for the most.
     *
     * @param least 1 s to {@code most}; 3 s by default: until everybody who balances knows
     * @param most up to 1 h; 30 s by default
     */
    public Autoscaling drain(Duration least, Duration most) {
        return with(new Times(
                times.every,
                times.sampleEvery,
                times.warmUp,
                least,
                most,
                times.leaveWithin,
                times.startWithin,
                times.awayFor));
    }

    /**
     * How long a new node may take to serve; then it is stopped, and another is started.
     *
     * @param time 10 s to 1 h; 5 min by default
     */
    public Autoscaling startWithin(Duration time) {
        return with(new Times(
                times.every,
                times.sampleEvery,
                times.warmUp,
                times.drainAtLeast,
                times.drainWithin,
                times.leaveWithin,
                time,
                times.awayFor));
    }

    /**
     * For so long the place of a node that died or was stopped is kept before another is started: a restart is no reason to grow.
     *
     * @param time 1 s to 1 h; 1 min by default
     */
    public Autoscaling awayFor(Duration time) {
        return with(new Times(
                times.every,
                times.sampleEvery,
                times.warmUp,
                times.drainAtLeast,
                times.drainWithin,
                times.leaveWithin,
                times.startWithin,
                time));
    }

    @Override
    public String name() {
        return "autoscale";
    }

    @Override
    public boolean needsElectionEngine() {
        return true;
    }

    @Override
    public void validate(Settings settings) {
        String of = "autoscaling of node " + settings.node().id();
        check(!settings.node().isClient(), of + ": a client is no node that could be counted; leave Autoscaling out");
        check(
                !settings.standalone(),
                of + ": HaCluster.singleNode() is one node for ever; use HaCluster.builder(name)");
        check(
                min >= 1 && min <= max && max <= 1_000,
                of + " is between " + min + " and " + max + " nodes; add .between(3, 9), with 1 to 1000 in order");
        check(!policies.isEmpty(), of + " has no policy; add for example .policy(TargetTracking.cpu(0.6))");
        check(
                namePrefix.matches("[A-Za-z0-9._-]{1,48}"),
                of + " calls nodes \"" + namePrefix + "\" and a number; use 1 to 48 letters, digits, dots, hyphens and"
                        + " underscores, for example .nodeNames(\"node-\")");
        Set<String> figures = new TreeSet<>(builtIn);
        figures.addAll(loads.keySet());
        figures.addAll(meters.keySet());
        figures.forEach(name -> check(
                name.matches(FIGURE),
                of + " has a load called \"" + name
                        + "\"; use 1 to 32 letters, digits, dots, hyphens and underscores"));
        loads.keySet()
                .forEach(name -> check(
                        !meters.containsKey(name), of + " has two loads called " + name + "; leave one of them out"));
        check(
                figures.size() <= MOST_FIGURES,
                of + " has " + figures.size() + " loads, and " + MOST_FIGURES
                        + " travel with gossip; leave some out, or those of the JVM with .withoutJvmLoads()");
        within(of, "every(decisions, ...)", times.every, Duration.ofSeconds(1), Duration.ofMinutes(5));
        within(of, "every(..., samples)", times.sampleEvery, Duration.ofSeconds(1), times.every);
        within(of, "warmUp", times.warmUp, Duration.ZERO, Duration.ofMinutes(10));
        within(of, "drain(least, ...)", times.drainAtLeast, Duration.ofSeconds(1), times.drainWithin);
        within(of, "drain(..., most)", times.drainWithin, Duration.ofSeconds(1), Duration.ofHours(1));
        within(of, "startWithin", times.startWithin, Duration.ofSeconds(10), Duration.ofHours(1));
        within(of, "awayFor", times.awayFor, Duration.ofSeconds(1), Duration.ofHours(1));
    }

    private static void within(String of, String what, Duration value, Duration least, Duration most) {
        check(
                value.compareTo(least) >= 0 && value.compareTo(most) <= 0,
                of + ": " + what + " is " + value.toMillis() + " ms; use " + least.toMillis() + " to " + most.toMillis()
                        + " ms");
    }

    private static void check(boolean right, String otherwise) {
        if (!right) {
            throw new IllegalArgumentException(otherwise);
        }
    }

    @Override
    public RunningFeature create(FeatureContext context) {
        return new AutoscaleNode(settings(context.node().id()), context);
    }

    private AutoscaleSettings settings(String self) {
        Duration fifth = times.sampleEvery.multipliedBy(5);
        Duration stale = fifth.compareTo(Duration.ofSeconds(15)) < 0 ? Duration.ofSeconds(15) : fifth;
        return new AutoscaleSettings(
                target,
                new ScalerConfig(
                        new FleetConfig(
                                self,
                                max,
                                target.capabilities(),
                                namePrefix,
                                times.warmUp,
                                stale,
                                times.drainAtLeast,
                                times.drainWithin,
                                times.leaveWithin,
                                times.startWithin,
                                times.awayFor),
                        new SizingConfig(policies, min, max, limits),
                        times.every,
                        dryRun),
                times.sampleEvery,
                loads,
                meters,
                builtIn);
    }

    @Override
    public String toString() {
        return "autoscaling between " + min + " and " + max + " nodes on " + target.name() + " by " + policies;
    }
}
