package io.holdfast.benchmarks.subject;

import io.holdfast.benchmarks.load.ClosedLoop;
import io.holdfast.benchmarks.load.LoadPlan;
import io.holdfast.benchmarks.load.LoadResult;
import io.holdfast.benchmarks.load.Target;
import java.util.Map;

/** One node of a system that is measured; in a JVM of its own, which is killed at the end. Has a public constructor. */
public interface Subject {
    /** Starts the node and returns; the cluster need not be ready then. */
    void start(NodeSettings settings) throws Exception;

    /** Whether this node is the master, as far as it knows. */
    boolean isMaster();

    /** How many operations this node has applied to its state. */
    long applied();

    /** A client in this JVM for a kind of work; "write" is known to all. */
    Target open(String work) throws Exception;

    /** Runs a closed loop against this node; overridden where the client is part of what is measured. */
    default LoadResult load(LoadPlan plan, Runnable measuring) throws Exception {
        try (Target target = open(plan.work())) {
            return ClosedLoop.run(target, plan, measuring);
        }
    }

    /** Counters of the system's own, rising; by names of letters alone. */
    default Map<String, Double> counters() {
        return Map.of();
    }

    /** What it holds and knows at this moment, by names of letters alone. */
    default Map<String, Double> state() {
        return Map.of();
    }

    /** Whether it makes sense to write by this node now, when a new master is waited for. */
    default boolean takesWrites() {
        return isMaster();
    }

    /** How long a single write is waited for before it is sent anew, when a new master is waited for. */
    default long patienceNanos() {
        return 1_000_000_000L;
    }

    /** Makes another node the master in good order, and returns when that is done. For the master. */
    default void handOver() throws Exception {
        throw new UnsupportedOperationException("this system is not measured for that");
    }
}
