package io.holdfast.benchmarks.loadbalance;

import io.holdfast.loadbalance.BalancerRuntime;
import java.util.SplittableRandom;
import java.util.concurrent.Executor;
import java.util.random.RandomGenerator;

/** Work is done at once, and time stands still: picks alone are measured. */
final class DirectRuntime implements BalancerRuntime {
    @Override
    public long nanoTime() {
        return 0;
    }

    @Override
    public RandomGenerator seed() {
        return new SplittableRandom(1);
    }

    @Override
    public void execute(Runnable task) {
        task.run();
    }

    @Override
    public Executor users() {
        return Runnable::run;
    }

    @Override
    public void after(long nanos, Runnable task) {}

    @Override
    public Repeating every(long nanos, Runnable task) {
        return () -> {};
    }
}
