package io.holdfast.testkit;

import io.holdfast.core.runtime.NodeRuntime;
import java.time.Duration;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/** A machine: a disk that stays, and at most one process at a time on it. */
public final class SimulatedNode {
    private final Simulation simulation;
    private final String name;
    private final SplittableRandom random;
    private final SimulatedDisk disk;
    private final SimulatedClock clock;
    private @Nullable SimulatedRuntime runtime;
    private long pausedUntilNanos;
    private boolean unpowered;
    private long stallNanos;
    private double stallProbability;

    SimulatedNode(Simulation simulation, String name, SplittableRandom random) {
        this.simulation = simulation;
        this.name = name;
        this.random = random;
        this.disk = new SimulatedDisk(random.split());
        this.clock = new SimulatedClock(simulation);
    }

    /** Its name, which is also its host name. */
    public String name() {
        return name;
    }

    /** Its disk. */
    public SimulatedDisk disk() {
        return disk;
    }

    /** Its clock, which can be set wrong. */
    public SimulatedClock clock() {
        return clock;
    }

    Simulation simulation() {
        return simulation;
    }

    SplittableRandom random() {
        return random;
    }

    /**
     * A process of this machine, which must not be running.
     *
     * @throws IllegalStateException if it is
     */
    public NodeRuntime newRuntime() {
        if (isRunning()) {
            throw new IllegalStateException(name + " runs already");
        }
        runtime = new SimulatedRuntime(this);
        pausedUntilNanos = 0;
        unpowered = false;
        return runtime;
    }

    /** True while there is a process. */
    public boolean isRunning() {
        return runtime != null && !runtime.isClosed();
    }

    @Nullable
    SimulatedRuntime runtime() {
        return isRunning() ? runtime : null;
    }

    /** SIGKILL: the process is gone at once; what it had written and not forced is still in the system's cache. */
    public void kill() {
        if (runtime != null && isRunning()) {
            runtime.vanish(true);
        }
    }

    /**
     * Power loss: the process is gone, nobody is told, and of what was not forced each part is kept, lost or torn as
     * {@code fate} says.
     */
    public void losePower(SimulatedDisk.Fate fate) {
        if (runtime != null && isRunning()) {
            runtime.vanish(false);
        }
        unpowered = true;
        disk.losePower(fate);
    }

    /** True from a power loss until a process runs again. */
    boolean isUnpowered() {
        return unpowered;
    }

    /** SIGSTOP, and SIGCONT after {@code span}: nothing of the process runs meanwhile; what reaches it waits. */
    public void pause(Duration span) {
        pausedUntilNanos = Math.max(pausedUntilNanos, simulation.nowNanos() + span.toNanos());
    }

    long pausedUntilNanos() {
        return pausedUntilNanos;
    }

    /** True while it is paused. */
    public boolean isPaused() {
        return pausedUntilNanos > simulation.nowNanos();
    }

    /** Lets each task of a worker take up to {@code most} longer, with that probability; zero ends it. */
    public void stallWorkers(double probability, Duration most) {
        stallProbability = probability;
        stallNanos = most.toNanos();
    }

    long workNanos() {
        long nanos = 50_000 + random.nextLong(450_000);
        return random.nextDouble() < stallProbability ? nanos + random.nextLong(stallNanos + 1) : nanos;
    }

    @Override
    public String toString() {
        return name;
    }
}
