package io.holdfast.loadbalance;

import io.holdfast.core.runtime.NodeRuntime;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

/** Time, chance and a thread for a balancer's own work: changes and judgements, never a pick. All safe from any thread. */
public interface BalancerRuntime {

    /** Monotonic nanoseconds from an arbitrary origin. */
    long nanoTime();

    /** What the balancer's own generators are seeded by, once. */
    RandomGenerator seed();

    /**
     * Runs a task soon, off the path of whoever asks for it; one at a time, in order.
     *
     * @throws java.util.concurrent.RejectedExecutionException if it has ended
     */
    void execute(Runnable task);

    /** Runs a task every so many nanoseconds, from now on, where {@link #execute} runs them. */
    Repeating every(long nanos, Runnable task);

    /**
     * Runs a task once, no sooner than in so many nanoseconds, on a thread that is not the caller's and not to be blocked. Dropped if
     * the runtime has ended by then.
     */
    void after(long nanos, Runnable task);

    /** Where users' code goes on that had to wait, such as calls for a master: each may take its time, and thousands may come at once. */
    Executor users();

    /** A task that comes again and again. */
    @FunctionalInterface
    interface Repeating {
        /** Ends it. Idempotent. */
        void cancel();
    }

    /**
     * Of a node of the cluster: real in production, simulated in the simulator.
     *
     * @param worker a thread for the balancer's work, such as {@code runtime.newWorker("balance")}; several balancers may share one
     * @param users where users' code goes on that had to wait, such as {@code runtime.newWorker("calls")}
     */
    static BalancerRuntime of(NodeRuntime runtime, Executor worker, Executor users) {
        return new NodeBalancerRuntime(runtime, worker, users);
    }

    /**
     * Of a scheduler of the caller's, where there is no cluster; users' code that had to wait goes on there, too.
     *
     * @param seed such as {@code SplittableRandom::new}, called once
     */
    static BalancerRuntime of(ScheduledExecutorService scheduler, Supplier<? extends RandomGenerator> seed) {
        return new ScheduledBalancerRuntime(scheduler, seed.get());
    }
}
