package io.holdfast.testkit;

import io.holdfast.core.runtime.NodeRuntime;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * A host with one disk, on which one process may run at a time. The disk and the clock outlive the processes. See {@link
 * Simulation} for the rules of use.
 */
public final class SimulatedNode {
    private static final long MIN_WORK_NANOS = 50_000;
    private static final long MAX_WORK_NANOS = 500_000;

    private final Simulation simulation;
    private final String id;
    private final int number;
    private final HostClock clock;
    private final SimulatedStorage storage;
    private final Deque<ScheduledEvent> held = new ArrayDeque<>();
    private @Nullable SimulatedRuntime current;
    private int incarnations;
    private boolean powered = true;
    private long pausedUntilNanos;
    private @Nullable String stalledWorkers;
    private double stallProbability;
    private long maxStallNanos;

    SimulatedNode(Simulation simulation, String id, int number) {
        this.simulation = simulation;
        this.id = id;
        this.number = number;
        this.clock = new HostClock(simulation.scheduler(), simulation.streams().named("clock " + id));
        this.storage = new SimulatedStorage(simulation, id);
    }

    /** Its name, which is also a host name in the network. */
    public String id() {
        return id;
    }

    /**
     * Starts a process: everything new save for the disk.
     *
     * @throws IllegalStateException if one runs; stop it first, in good order, by {@link #kill} or by {@link #crash}
     */
    public NodeRuntime runtime() {
        if (running()) {
            throw new IllegalStateException(
                    "node " + id + " still runs; close its runtime, kill() or crash() it before it starts again");
        }
        storage.releaseLocks();
        SimulatedRuntime started = new SimulatedRuntime(this, ++incarnations);
        current = started;
        if (!powered) {
            powered = true;
            simulation.network().hostIsBack(this);
        }
        return started;
    }

    /** True while a process runs or is paused. */
    public boolean running() {
        return current != null;
    }

    /** Its disk. */
    public SimulatedStorage storage() {
        return storage;
    }

    /**
     * Where this node's futures and callbacks run: one at a time, in order, never on the loop. Belongs to the process
     * that runs when a task is given; without one the task is dropped.
     */
    public Executor callbacks() {
        return callbacks(Duration.ofNanos(20_000));
    }

    /**
     * As {@link #callbacks()}, but on an executor that is busy with something else at times.
     *
     * @param longestWait for how long at most a task waits until it is run
     */
    public Executor callbacks(Duration longestWait) {
        long longestNanos = longestWait.toNanos();
        return task -> {
            SimulatedRuntime running = current;
            if (running != null) {
                running.executeCallback(task, longestNanos);
            }
        };
    }

    /**
     * The power goes: the process vanishes with all it was about to do, and of what was not forced only that remains
     * which {@code mode} leaves. Peers are told nothing: their connections stay open and silent, and what they dial is
     * unreachable, until the host is back by {@link #runtime()}; then those connections are reset. Also of a node that
     * does not run: what an earlier process left unforced is at stake.
     */
    public void crash(CrashMode mode) {
        powered = false;
        end(false);
        storage.crash(mode);
    }

    /**
     * The process is killed (SIGKILL). Unforced writes stay with the system, so the next process sees them, save for those
     * that an appended file gathers ({@code AppendMode.GATHER}); peers see their connections closed shortly after, and what they dial is
     * refused. No effect if none runs.
     */
    public void kill() {
        storage.kill();
        end(true);
    }

    private void end(boolean hostStands) {
        SimulatedRuntime running = current;
        if (running != null) {
            running.vanish(hostStands);
            ended(running);
        }
    }

    void ended(SimulatedRuntime runtime) {
        if (runtime.equals(current)) {
            current = null;
            held.clear();
            pausedUntilNanos = 0;
            storage.releaseLocks();
        }
    }

    /**
     * Stops the process where it is (SIGSTOP) and lets it go on after {@code duration}. Meanwhile nothing of it runs,
     * while the clock goes on; frames that arrive wait, connections stay open, even new ones are opened by the system.
     * Afterwards what was held happens in order, timers late. The longest of several pauses counts; no effect if no
     * process runs.
     */
    public void pause(Duration duration) {
        if (!running()) {
            return;
        }
        long until = simulation.nowNanos() + Times.nanos(duration, "the pause");
        pausedUntilNanos = Math.max(pausedUntilNanos, until);
        simulation.scheduler().schedule(EventKind.TEST, null, until, this::resume);
    }

    /** True while the process is stopped by {@link #pause}. */
    public boolean paused() {
        return pausedUntilNanos > simulation.nowNanos();
    }

    /** Ends a pause at once. */
    public void unpause() {
        pausedUntilNanos = 0;
        resume();
    }

    private void resume() {
        if (!paused()) {
            ScheduledEvent event;
            while ((event = held.poll()) != null) {
                simulation.scheduler().resume(event);
            }
        }
    }

    /** Keeps an event back if the process is paused. What is due at the end of a pause stays behind what was held. */
    boolean holdIfPaused(ScheduledEvent event) {
        if (!paused() && held.isEmpty()) {
            return false;
        }
        held.add(event);
        return true;
    }

    /** Lets the wall clock jump, forwards or, by a negative duration, backwards. The monotonic clock does not notice. */
    public void jumpWallClock(Duration by) {
        clock.jump(by.toNanos());
    }

    /**
     * Lets both clocks run fast or slow from now on.
     *
     * @param rate 0.9 to 1.1, the node's seconds a second; 1.0 is right
     */
    public void skewClock(double rate) {
        if (!(rate >= 0.9 && rate <= 1.1)) {
            throw new IllegalArgumentException(
                    "the clock rate of node " + id + " is " + rate + "; legal are 0.9 to 1.1");
        }
        clock.rate(rate);
    }

    /**
     * Makes its workers slow: with this probability a task takes up to {@code max} longer than the usual 50 to 500
     * microseconds. Probability 0 ends it.
     */
    public void stallWorkers(double probability, Duration max) {
        stall(null, probability, max);
    }

    /**
     * As {@link #stallWorkers(double, Duration)}, but of the workers of one name alone, as when one thread waits for a
     * page of a file while the others go on. Replaces any earlier stall of this node's workers.
     */
    public void stallWorkers(String name, double probability, Duration max) {
        stall(name, probability, max);
    }

    private void stall(@Nullable String name, double probability, Duration max) {
        stalledWorkers = name;
        stallProbability = Times.probability(probability, "the probability of a stall");
        maxStallNanos = Times.nanos(max, "the longest stall");
    }

    long drawWorkerNanos(String name) {
        var random = simulation.streams().workers;
        long usual = random.nextLong(MIN_WORK_NANOS, MAX_WORK_NANOS + 1);
        boolean stalls = stallProbability > 0
                && (stalledWorkers == null || stalledWorkers.equals(name))
                && random.nextDouble() < stallProbability;
        return stalls ? usual + random.nextLong(maxStallNanos + 1) : usual;
    }

    Simulation simulation() {
        return simulation;
    }

    int number() {
        return number;
    }

    HostClock hostClock() {
        return clock;
    }

    @Nullable
    SimulatedRuntime current() {
        return current;
    }

    /** True unless the power is gone. */
    boolean powered() {
        return powered;
    }

    @Override
    public String toString() {
        String state = !powered ? "without power" : !running() ? "down" : paused() ? "paused" : "running";
        return "node " + id + " (" + state + ")";
    }
}
