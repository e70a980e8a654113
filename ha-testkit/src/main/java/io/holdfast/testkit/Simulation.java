package io.holdfast.testkit;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.BooleanSupplier;
import java.util.random.RandomGenerator;

/**
 * A world of nodes in one thread, from one seed: one virtual scheduler drives every node's loop, timers, workers,
 * connections and disk, so that a run is much faster than real time, and the same seed gives the same run, event for
 * event ({@link #traceHash()}).
 *
 * <pre>{@code
 * Simulation simulation = new Simulation(seed);
 * SimulatedNode node = simulation.node("node-1");
 * HaCluster cluster = HaCluster.builder("shop").node(...).runtime(node.runtime()).start();
 * boolean ready = simulation.runUntil(cluster::isReady, Duration.ofSeconds(30));
 * }</pre>
 *
 * <p>Nothing happens except within {@link #runFor} and {@link #runUntil}; a call that waits for another thread would
 * wait for ever. Belongs to the thread that made it: a call from another one throws {@link IllegalStateException}.
 * Everything in it must be deterministic too: no hash order, no system clock, no thread.
 */
public final class Simulation {
    private final long seed;
    private final Scheduler scheduler;
    private final RandomStreams random;
    private final SimulatedNetwork network;
    private final Map<String, SimulatedNode> nodes = new LinkedHashMap<>();
    private Runnable observer = () -> {};
    private final List<NodeFailure> failures = new ArrayList<>();

    /** A world without nodes, at time 0. Two with one seed and the same use run alike. */
    public Simulation(long seed) {
        this.seed = seed;
        this.scheduler = new Scheduler(seed);
        this.random = new RandomStreams(seed);
        this.network = new SimulatedNetwork(this);
    }

    /** What it was made with. */
    public long seed() {
        return seed;
    }

    /** The node of that name, made at the first call. */
    public SimulatedNode node(String id) {
        SimulatedNode known = nodes.get(id);
        if (known != null) {
            return known;
        }
        SimulatedNode made = new SimulatedNode(this, id, nodes.size() + 1);
        network.host(made);
        nodes.put(id, made);
        return made;
    }

    /** All nodes, in the order in which they were made. */
    public Collection<SimulatedNode> nodes() {
        return Collections.unmodifiableCollection(nodes.values());
    }

    /** What lies between the nodes. */
    public SimulatedNetwork network() {
        return network;
    }

    /** Nanoseconds since the simulation began. No node sees this clock: each has one of its own. */
    public long nowNanos() {
        return scheduler.nowNanos();
    }

    /** Chance for the test itself, by the seed; a stream of its own. */
    public RandomGenerator random() {
        return random.test;
    }

    /** Chance by the seed, a stream of its own for each name: what one draws does not change what another gets. */
    public SplittableRandom random(String stream) {
        return random.named("test " + stream);
    }

    /** Runs {@code task} after {@code delay}, outside every node. What it throws comes out of {@link #runFor}. */
    public void at(Duration delay, Runnable task) {
        scheduler.schedule(EventKind.TEST, null, nowNanos() + Times.nanos(delay, "the delay"), task);
    }

    /** Runs all that happens within the next {@code duration}. */
    public void runFor(Duration duration) {
        long end = nowNanos() + Times.nanos(duration, "the duration");
        while (scheduler.step(end)) {
            observer.run();
        }
        scheduler.advanceTo(end);
    }

    /**
     * Runs until {@code condition} holds, which is looked at after each event, but for {@code limit} at the longest.
     *
     * @return whether it holds
     */
    public boolean runUntil(BooleanSupplier condition, Duration limit) {
        long end = nowNanos() + Times.nanos(limit, "the limit");
        while (!condition.getAsBoolean()) {
            if (!scheduler.step(end)) {
                scheduler.advanceTo(end);
                return condition.getAsBoolean();
            }
            observer.run();
        }
        return true;
    }

    /** Runs {@code check} after each event: the place for assertions that are always on. */
    public void afterEachEvent(Runnable check) {
        observer = check;
    }

    /**
     * What nodes threw, in order. A node whose task throws is not sound any more, so a test that does not expect it
     * checks at its end that this is empty.
     */
    public List<NodeFailure> failures() {
        return Collections.unmodifiableList(failures);
    }

    /** A hash over all events so far: when, of which kind, at which node, and what frames held. */
    public long traceHash() {
        return scheduler.hash();
    }

    /** How many events have happened. */
    public long events() {
        return scheduler.executed();
    }

    Scheduler scheduler() {
        return scheduler;
    }

    RandomStreams streams() {
        return random;
    }

    void failed(SimulatedNode node, Throwable cause) {
        failures.add(new NodeFailure(node.id(), nowNanos(), cause));
    }

    @Override
    public String toString() {
        return "simulation of seed " + seed + " at " + Times.text(nowNanos());
    }
}
