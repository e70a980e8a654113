package io.holdfast.testkit;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A world of nodes in one thread, with a time of its own. All chance is drawn from the seed: the same seed gives the same
 * run, event by event, which {@link #trace()} shows.
 *
 * <p>Real drivers, codecs and protocol cores run in it unchanged, on {@link SimulatedNode#newRuntime()}; only what is
 * beneath them is simulated. Not thread-safe.
 */
public final class Simulation {
    private record Event(long atNanos, long order, @Nullable SimulatedRuntime owner, Runnable task)
            implements Comparable<Event> {
        @Override
        public int compareTo(Event other) {
            int byTime = Long.compare(atNanos, other.atNanos);
            return byTime != 0 ? byTime : Long.compare(order, other.order);
        }
    }

    private final long seed;
    private final SplittableRandom root;
    private final PriorityQueue<Event> events = new PriorityQueue<>();
    private final Map<String, SimulatedNode> nodes = new TreeMap<>();
    private final List<String> failures = new ArrayList<>();
    private final SimulatedNetwork network;
    private Runnable observer = () -> {};
    private long nowNanos;
    private long order;
    private long executed;
    private long trace = 0xcbf29ce484222325L;

    /** A world as the seed wants it. */
    public Simulation(long seed) {
        this.seed = seed;
        this.root = new SplittableRandom(seed);
        this.network = new SimulatedNetwork(this, root.split());
    }

    /** The seed. */
    public long seed() {
        return seed;
    }

    /** A source of chance of its own: what one part draws does not change what another gets. */
    public SplittableRandom newRandom() {
        return root.split();
    }

    /** The node of that name, made when first asked for. Its name is also its host name. */
    public SimulatedNode node(String name) {
        SimulatedNode node = nodes.get(name);
        if (node == null) {
            node = new SimulatedNode(this, name, root.split());
            nodes.put(name, node);
        }
        return node;
    }

    /** All nodes, by name. */
    public List<SimulatedNode> nodes() {
        return List.copyOf(nodes.values());
    }

    /** The network between them. */
    public SimulatedNetwork network() {
        return network;
    }

    /** Virtual nanoseconds since the beginning. */
    public long nowNanos() {
        return nowNanos;
    }

    /** How many events have been run. */
    public long executed() {
        return executed;
    }

    /** A hash over all events that have been run: two runs with the same trace are the same run. */
    public long trace() {
        return trace;
    }

    /** Called after each event: the place for assertions that are always on. */
    public void afterEachEvent(Runnable check) {
        observer = check;
    }

    /** Runs {@code task} of the test itself after {@code delay}. */
    public void after(Duration delay, Runnable task) {
        schedule(delay.toNanos(), null, task);
    }

    void schedule(long delayNanos, @Nullable SimulatedRuntime owner, Runnable task) {
        events.add(new Event(nowNanos + Math.max(0, delayNanos), order++, owner, task));
    }

    void failed(String node, Throwable cause) {
        StackTraceElement[] where = cause.getStackTrace();
        failures.add(node + ": " + cause + (where.length > 0 ? " at " + where[0] : ""));
    }

    /** What was thrown out of nodes' tasks, each with the node's name. */
    public List<String> failures() {
        return List.copyOf(failures);
    }

    /** Runs for a span of virtual time. */
    public void runFor(Duration span) {
        runUntil(() -> false, span);
    }

    /**
     * Runs until a condition holds.
     *
     * @return false if it does not hold when {@code limit} of virtual time has passed
     */
    public boolean runUntil(BooleanSupplier condition, Duration limit) {
        long end = nowNanos + limit.toNanos();
        while (!condition.getAsBoolean()) {
            Event next = events.peek();
            if (next == null || next.atNanos() > end) {
                nowNanos = end;
                return condition.getAsBoolean();
            }
            events.remove();
            nowNanos = next.atNanos();
            run(next);
        }
        return true;
    }

    private void run(Event event) {
        SimulatedRuntime owner = event.owner();
        if (owner != null && owner.isClosed()) {
            return;
        }
        if (owner != null && owner.node().pausedUntilNanos() > nowNanos) {
            // What happens to a stopped process happens when it goes on, in the same order.
            events.add(new Event(owner.node().pausedUntilNanos(), event.order(), owner, event.task()));
            return;
        }
        executed++;
        trace = (trace ^ nowNanos ^ (owner == null ? 0 : owner.node().name().hashCode())) * 0x100000001b3L;
        if (owner == null) {
            event.task().run();
        } else {
            owner.guarded(event.task());
        }
        observer.run();
    }
}
