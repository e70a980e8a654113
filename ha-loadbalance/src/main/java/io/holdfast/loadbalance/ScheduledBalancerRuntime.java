package io.holdfast.loadbalance;

import java.util.ArrayDeque;
import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The caller's scheduler, which may have several threads: tasks run one at a time nevertheless. */
final class ScheduledBalancerRuntime implements BalancerRuntime {
    private static final Logger log = LoggerFactory.getLogger(ScheduledBalancerRuntime.class);

    private final ScheduledExecutorService scheduler;
    private final RandomGenerator seed;
    private final ArrayDeque<Runnable> waiting = new ArrayDeque<>();
    private boolean running;

    ScheduledBalancerRuntime(ScheduledExecutorService scheduler, RandomGenerator seed) {
        this.scheduler = scheduler;
        this.seed = seed;
    }

    @Override
    public long nanoTime() {
        return System.nanoTime();
    }

    @Override
    public RandomGenerator seed() {
        return seed;
    }

    @Override
    public void execute(Runnable task) {
        if (scheduler.isShutdown()) { // what it dropped then never says that it has run
            throw new RejectedExecutionException("the scheduler has been shut down");
        }
        synchronized (waiting) {
            waiting.add(task);
            if (running) {
                return;
            }
            running = true;
        }
        try {
            scheduler.execute(this::drain);
        } catch (RejectedExecutionException e) {
            synchronized (waiting) { // it is shut down: nothing changes any more, picks go on
                waiting.clear();
                running = false;
            }
            throw e;
        }
    }

    private void drain() {
        while (true) {
            Runnable next = next();
            if (next == null) {
                return;
            }
            run(next);
        }
    }

    private static void run(Runnable task) {
        try {
            task.run();
        } catch (RuntimeException e) { // whoever gave it is to catch its own: the others' tasks are still to run
            log.error("a task of a balancer failed: {}", e, e);
        }
    }

    private @Nullable Runnable next() {
        synchronized (waiting) {
            Runnable next = waiting.poll();
            running = next != null;
            return next;
        }
    }

    @Override
    public Executor users() {
        return scheduler;
    }

    @Override
    public void after(long nanos, Runnable task) {
        try {
            Future<?> unused = scheduler.schedule(() -> run(task), nanos, TimeUnit.NANOSECONDS);
        } catch (RejectedExecutionException e) {
            log.debug("dropped, since the scheduler has been shut down: {}", task);
        }
    }

    @Override
    public Repeating every(long nanos, Runnable task) {
        Future<?> repeating = scheduler.scheduleWithFixedDelay(() -> execute(task), nanos, nanos, TimeUnit.NANOSECONDS);
        return () -> repeating.cancel(false);
    }
}
