package io.holdfast.loadbalance;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.Executor;
import java.util.random.RandomGenerator;

/** Time that a test moves on. Work is done when it does. */
final class ManualRuntime implements BalancerRuntime {
    private final SplittableRandom seed;
    private final ArrayDeque<Runnable> waiting = new ArrayDeque<>();
    private final List<Ticking> ticking = new ArrayList<>();
    long now;

    private final class Ticking implements Repeating {
        private final long nanos;
        private final Runnable task;
        private long next;

        Ticking(long nanos, Runnable task) {
            this.nanos = nanos;
            this.task = task;
            this.next = now + nanos;
        }

        @Override
        public void cancel() {
            ticking.remove(this);
        }
    }

    ManualRuntime(long seed) {
        this.seed = new SplittableRandom(seed);
    }

    @Override
    public long nanoTime() {
        return now;
    }

    @Override
    public RandomGenerator seed() {
        return seed;
    }

    @Override
    public void execute(Runnable task) {
        waiting.add(task);
    }

    @Override
    public Repeating every(long nanos, Runnable task) {
        Ticking added = new Ticking(nanos, task);
        ticking.add(added);
        return added;
    }

    @Override
    public Executor users() {
        return Runnable::run;
    }

    @Override
    public void after(long nanos, Runnable task) {
        Ticking[] once = new Ticking[1];
        once[0] = new Ticking(nanos, () -> {
            ticking.remove(once[0]);
            task.run();
        });
        ticking.add(once[0]);
    }

    /** Does what waits. */
    int work() {
        int done = 0;
        for (Runnable next = waiting.poll(); next != null; next = waiting.poll()) {
            next.run();
            done++;
        }
        return done;
    }

    /** Moves on, tick by tick. */
    void pass(long nanos) {
        long end = now + nanos;
        work();
        while (true) {
            Ticking next = null;
            for (Ticking each : ticking) {
                next = next == null || each.next < next.next ? each : next;
            }
            if (next == null || next.next > end) {
                break;
            }
            now = next.next;
            next.next += next.nanos;
            next.task.run();
            work();
        }
        now = end;
    }

    int tickings() {
        return ticking.size();
    }
}
