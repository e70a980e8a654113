package io.holdfast.benchmarks.load;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * An open loop: operations are due at a fixed rate whatever becomes of them, and each one's latency counts from when it was
 * due. What is due while as many are in flight as the plan's window says is counted as an error and not sent. For targets
 * that are not polled.
 */
public final class OpenLoop implements Operation.Listener {
    private static final long DRAIN_NANOS = 10_000_000_000L;
    private static final long TICK_NANOS = 200_000L;

    private final Target target;
    private final LoadPlan plan;
    private final BlockingQueue<Operation> ended;
    private final AtomicLong inFlight = new AtomicLong();
    private final Map<String, Long> problems = new LinkedHashMap<>();
    private int sinceCollected;

    private OpenLoop(Target target, LoadPlan plan) {
        this.target = target;
        this.plan = plan;
        this.ended = new ArrayBlockingQueue<>(Integer.highestOneBit(plan.window()) * 4);
    }

    /** Runs the load on this thread; {@code perSecond} are due each second. */
    public static Overload run(Target target, LoadPlan plan, double perSecond, Runnable measuring) throws Exception {
        if (target.isPolled()) {
            throw new IllegalArgumentException("a target that is polled cannot be driven by an open loop");
        }
        return new OpenLoop(target, plan).run(perSecond, measuring);
    }

    private Overload run(double perSecond, Runnable measuring) throws Exception {
        OperationRing ring = new OperationRing(plan.window(), plan.bytes(), this);
        long start = System.nanoTime();
        Window window = new Window(start, plan);
        boolean measured = false;
        long due = 0;
        for (long now = start; !window.isOver(now); now = System.nanoTime()) {
            if (!measured && window.hasBegun(now)) {
                measured = true;
                measuring.run();
            }
            collect(window);
            for (long dueAt = at(start, due, perSecond); dueAt - now <= 0; dueAt = at(start, ++due, perSecond)) {
                submit(ring, window, dueAt);
            }
            LockSupport.parkNanos(Math.min(TICK_NANOS, Math.max(0, at(start, due, perSecond) - System.nanoTime())));
        }
        long patience = System.nanoTime() + DRAIN_NANOS;
        while (inFlight.get() > 0 && System.nanoTime() - patience < 0) {
            LockSupport.parkNanos(TICK_NANOS);
            collect(window);
        }
        collect(window);
        return new Overload(window.result(), problems);
    }

    private static long at(long start, long number, double perSecond) {
        return start + (long) (number * (1e9 / perSecond));
    }

    private void submit(OperationRing ring, Window window, long dueAt) throws Exception {
        if (++sinceCollected >= plan.window()) {
            collect(window); // what ended at once is not free before that
        }
        if (inFlight.get() >= plan.window()) {
            failed(window, Overload.NOT_SENT);
            return;
        }
        Operation operation = ring.take();
        operation.begin(dueAt);
        inFlight.incrementAndGet();
        if (!target.submit(operation)) {
            inFlight.decrementAndGet();
            operation.free();
            failed(window, Overload.NOT_SENT);
        }
    }

    private void failed(Window window, String why) {
        window.failed();
        problems.merge(why, 1L, Long::sum);
    }

    private void collect(Window window) {
        sinceCollected = 0;
        for (Operation operation = ended.poll(); operation != null; operation = ended.poll()) {
            Throwable problem = operation.problem();
            if (problem == null) {
                window.succeeded(operation.startNanos(), operation.endNanos(), 1);
            } else {
                failed(window, problem.getClass().getSimpleName());
            }
            operation.free();
        }
    }

    @Override
    public void ended(Operation operation) {
        ended.add(operation);
        inFlight.decrementAndGet();
    }
}
