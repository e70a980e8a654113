package io.holdfast.benchmarks.loadbalance;

import io.holdfast.loadbalance.BalancerRuntime;
import java.util.Comparator;
import java.util.PriorityQueue;
import java.util.SplittableRandom;
import java.util.concurrent.Executor;
import java.util.random.RandomGenerator;

/** Time that jumps from one event to the next. The same seed, the same run. */
final class VirtualTime implements BalancerRuntime {
    private final PriorityQueue<Event> events =
            new PriorityQueue<>(Comparator.comparingLong(Event::at).thenComparingLong(Event::number));
    private final SplittableRandom random;
    private long now;
    private long number;

    private record Event(long at, long number, Runnable task) {}

    VirtualTime(long seed) {
        this.random = new SplittableRandom(seed);
    }

    void at(long nanos, Runnable task) {
        events.add(new Event(Math.max(now, nanos), number++, task));
    }

    @Override
    public Executor users() {
        return Runnable::run;
    }

    @Override
    public void after(long nanos, Runnable task) {
        at(now + nanos, task);
    }

    /** Runs what happens until then. */
    void runUntil(long end) {
        for (Event next = events.peek(); next != null && next.at() <= end; next = events.peek()) {
            events.remove();
            now = next.at();
            next.task().run();
        }
        now = end;
    }

    SplittableRandom random() {
        return random;
    }

    @Override
    public long nanoTime() {
        return now;
    }

    @Override
    public RandomGenerator seed() {
        return random;
    }

    @Override
    public void execute(Runnable task) {
        after(0, task);
    }

    @Override
    public Repeating every(long nanos, Runnable task) {
        boolean[] cancelled = new boolean[1];
        again(nanos, task, cancelled);
        return () -> cancelled[0] = true;
    }

    private void again(long nanos, Runnable task, boolean[] cancelled) {
        after(nanos, () -> {
            if (!cancelled[0]) {
                task.run();
                again(nanos, task, cancelled);
            }
        });
    }
}
