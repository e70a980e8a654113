package io.holdfast.benchmarks.load;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

/**
 * An open loop for the question how evenly a system serves: operations are due at a fixed rate, what cannot be sent since
 * too many are in flight is sent as soon as it can, and each one's latency counts from when it was due. So a standstill is
 * in the latencies of all that came due in it. What ends is counted in the stretch of time in which it ended.
 *
 * <p>{@link OpenLoop} drops what it cannot send, since it asks what a system does with too much. For targets that are not
 * polled.
 */
public final class SteadyLoop implements Operation.Listener {
    private static final long DRAIN_NANOS = 15_000_000_000L;
    private static final long TICK_NANOS = 200_000L;
    /** How long after a stretch what ended in it may still be on its way to this thread. */
    private static final long GRACE_NANOS = 1_000_000_000L;

    private final Target target;
    private final SteadyPlan plan;
    private final Consumer<LoadResult> finished;
    private final BlockingQueue<Operation> ended;
    private final AtomicLong inFlight = new AtomicLong();
    private final Map<String, Long> problems = new LinkedHashMap<>();
    private final OperationRing ring;
    private final long start = System.nanoTime();
    private final Window whole;
    private final List<Window> stretches = new ArrayList<>();
    private final Queue<Window> unfinished;
    private long sent;

    private SteadyLoop(Target target, SteadyPlan plan, Consumer<LoadResult> finished) {
        this.target = target;
        this.plan = plan;
        this.finished = finished;
        LoadPlan load = plan.load();
        this.ended = new ArrayBlockingQueue<>(Integer.highestOneBit(load.window()) * 4);
        this.ring = new OperationRing(load.window(), load.bytes(), this);
        this.whole = new Window(start, load);
        for (int i = 0; i < plan.windows(); i++) {
            double before = load.warmSeconds() + i * plan.windowSeconds();
            stretches.add(new Window(
                    start, new LoadPlan(load.work(), load.bytes(), load.window(), before, plan.windowSeconds())));
        }
        this.unfinished = new ArrayDeque<>(stretches);
    }

    /**
     * Runs the load on this thread.
     *
     * @param finished hears of each stretch, in their order, soon after its end
     */
    public static Overload run(Target target, SteadyPlan plan, Consumer<LoadResult> finished) throws Exception {
        if (target.isPolled()) {
            throw new IllegalArgumentException("a target that is polled cannot be driven by an open loop");
        }
        return new SteadyLoop(target, plan, finished).run();
    }

    private Overload run() throws Exception {
        for (long now = start; !whole.isOver(now); now = System.nanoTime()) {
            collect();
            report(now);
            submitUntil(now);
            LockSupport.parkNanos(Math.min(TICK_NANOS, Math.max(0, due(sent) - System.nanoTime())));
        }
        submitUntil(due(dueInAll()));
        long patience = System.nanoTime() + DRAIN_NANOS;
        while (inFlight.get() > 0 && System.nanoTime() - patience < 0) {
            LockSupport.parkNanos(TICK_NANOS);
            collect();
        }
        collect();
        for (long late = dueInAll() - sent; late > 0; late--) {
            failed(System.nanoTime(), Overload.NOT_SENT);
        }
        report(Long.MAX_VALUE / 2 + System.nanoTime());
        return new Overload(whole.result(), problems);
    }

    /** How many are due before the end. */
    private long dueInAll() {
        return (long) ((plan.load().warmSeconds() + plan.load().seconds()) * plan.perSecond());
    }

    private void submitUntil(long now) throws Exception {
        while (sent < dueInAll()
                && due(sent) - now <= 0
                && inFlight.get() < plan.load().window()) {
            submit(due(sent++));
        }
    }

    private long due(long number) {
        return start + (long) (number * (1e9 / plan.perSecond()));
    }

    private void submit(long dueAt) throws Exception {
        Operation operation = ring.take();
        operation.begin(dueAt);
        inFlight.incrementAndGet();
        if (!target.submit(operation)) {
            inFlight.decrementAndGet();
            operation.free();
            failed(dueAt, Overload.NOT_SENT);
        }
        if (ended.remainingCapacity() < plan.load().window()) {
            collect(); // a target that ends everything at once does not fill the queue
        }
    }

    private void failed(long atNanos, String why) {
        problems.merge(why, 1L, Long::sum);
        whole.failed();
        for (Window stretch : stretches) {
            if (stretch.hasBegun(atNanos) && !stretch.isOver(atNanos)) {
                stretch.failed();
            }
        }
    }

    private void collect() {
        for (Operation operation = ended.poll(); operation != null; operation = ended.poll()) {
            Throwable problem = operation.problem();
            if (problem == null) {
                whole.succeeded(operation.startNanos(), operation.endNanos(), 1);
                for (Window stretch : unfinished) {
                    stretch.succeeded(operation.startNanos(), operation.endNanos(), 1);
                }
            } else {
                failed(operation.endNanos(), problem.getClass().getSimpleName());
            }
            operation.free();
        }
    }

    private void report(long now) {
        for (Window next = unfinished.peek();
                next != null && next.isOver(now - GRACE_NANOS);
                next = unfinished.peek()) {
            unfinished.remove();
            finished.accept(next.result());
        }
    }

    @Override
    public void ended(Operation operation) {
        ended.add(operation);
        inFlight.decrementAndGet();
    }
}
