package io.holdfast.benchmarks.load;

import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * A closed loop: one client thread keeps a fixed number of operations in flight, and submits the next when one has ended.
 *
 * <p>The thread that ends an operation only takes the time, counts, and wakes the client if that is parked. The latency is
 * recorded by the client when it uses the operation again, so that no histogram is shared. A target that is polled is
 * polled by the client where it would park otherwise.
 */
public final class ClosedLoop implements Operation.Listener {
    private static final long STUCK_NANOS = 30_000_000_000L;
    private static final long MAX_PARK_NANOS = 50_000_000L;
    private static final long POLL_PARK_NANOS = 50_000L;
    private static final int POLLS_BEFORE_PARK = 30;
    /** Places in {@link #shared}, each with a cache line or two of its own. */
    private static final int ENDED = 16;

    private static final int PARKED = 32;

    private final Target target;
    private final LoadPlan plan;
    private final OperationRing ring;
    private final AtomicLongArray shared = new AtomicLongArray(48);
    private final boolean[] unrecorded;
    private final Thread client = Thread.currentThread();
    private final @Nullable CompletionWatch watch;
    private long submitted;
    private int idlePolls;

    private ClosedLoop(Target target, LoadPlan plan, @Nullable CompletionWatch watch) {
        this.target = target;
        this.plan = plan;
        this.watch = watch;
        this.ring = new OperationRing(plan.window(), plan.bytes(), this);
        this.unrecorded = new boolean[ring.all().length];
    }

    /**
     * Runs the load on this thread.
     *
     * @param measuring called once, when the warm-up is over
     * @throws TimeoutException if nothing ends any more
     */
    public static LoadResult run(Target target, LoadPlan plan, Runnable measuring) throws Exception {
        return new ClosedLoop(target, plan, null).run(measuring);
    }

    /**
     * The same, watched.
     *
     * @param watch hears of each operation that ends
     */
    public static LoadResult run(Target target, LoadPlan plan, CompletionWatch watch) throws Exception {
        return new ClosedLoop(target, plan, watch).run(() -> {});
    }

    private LoadResult run(Runnable measuring) throws Exception {
        Window window = new Window(System.nanoTime(), plan);
        boolean measured = false;
        while (true) {
            awaitRoom();
            long now = System.nanoTime();
            if (!measured && window.hasBegun(now)) {
                measured = true;
                measuring.run();
                now = System.nanoTime();
            }
            if (window.isOver(now)) {
                break;
            }
            submit(window, now);
        }
        drain();
        for (Operation operation : ring.all()) {
            record(window, operation);
        }
        return window.result();
    }

    private void submit(Window window, long now) throws Exception {
        Operation operation = ring.take();
        record(window, operation);
        operation.begin(now);
        submitted++;
        unrecorded[operation.slot()] = true;
        if (!target.submit(operation)) {
            submitted--;
            unrecorded[operation.slot()] = false;
            operation.free();
            idle();
        }
    }

    private void record(Window window, Operation operation) {
        if (!unrecorded[operation.slot()] || operation.isBusy()) {
            return;
        }
        unrecorded[operation.slot()] = false;
        if (operation.problem() == null) {
            window.succeeded(operation.startNanos(), operation.endNanos(), 1);
        } else {
            window.failed();
            LockSupport.parkNanos(1_000_000L); // a system that fails at once is not asked in a spin
        }
    }

    private void awaitRoom() throws Exception {
        if (inFlight() < plan.window()) {
            idlePolls = 0;
            return;
        }
        awaitInFlightBelow(plan.window(), STUCK_NANOS);
    }

    private void drain() throws Exception {
        awaitInFlightBelow(1, STUCK_NANOS);
    }

    private void awaitInFlightBelow(int limit, long patienceNanos) throws Exception {
        long start = System.nanoTime();
        while (inFlight() >= limit) {
            idle(limit);
            if (System.nanoTime() - start > patienceNanos) {
                throw new TimeoutException(inFlight() + " of " + plan.label() + " did not end in "
                        + patienceNanos / 1_000_000_000L + " s");
            }
        }
    }

    private long inFlight() {
        return submitted - shared.get(ENDED);
    }

    private void idle() throws Exception {
        idle(1);
    }

    private void idle(int limit) throws Exception {
        if (target.isPolled()) {
            if (target.poll() > 0) {
                idlePolls = 0;
            } else if (++idlePolls > POLLS_BEFORE_PARK) {
                LockSupport.parkNanos(POLL_PARK_NANOS);
            } else {
                Thread.onSpinWait();
            }
            return;
        }
        shared.set(PARKED, 1);
        if (inFlight() >= limit) {
            LockSupport.parkNanos(this, MAX_PARK_NANOS);
        }
        shared.set(PARKED, 0);
    }

    @Override
    public void ended(Operation operation) {
        if (watch != null) {
            tell(watch, operation);
        }
        operation.free();
        shared.incrementAndGet(ENDED);
        if (shared.get(PARKED) == 1 && shared.compareAndSet(PARKED, 1, 0)) {
            LockSupport.unpark(client);
        }
    }

    private static void tell(CompletionWatch watch, Operation operation) {
        Throwable problem = operation.problem();
        if (problem == null) {
            watch.succeeded(operation.endNanos());
        } else {
            watch.failed(problem);
        }
    }
}
