package io.holdfast.benchmarks.load;

import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** A number of operations, as fast as they go with so many in flight: what a system is to hold before it is measured. */
public final class Fill implements Operation.Listener {
    private static final long STUCK_SECONDS = 60;

    private final BlockingQueue<Operation> ended;

    private Fill(int window) {
        ended = new ArrayBlockingQueue<>(Integer.highestOneBit(window) * 4);
    }

    /**
     * Runs them on this thread.
     *
     * @throws Exception if one of them fails: then the system does not hold what it is to hold
     */
    public static void run(Target target, LoadPlan plan, long count) throws Exception {
        new Fill(plan.window()).fill(target, plan, count);
    }

    private void fill(Target target, LoadPlan plan, long count) throws Exception {
        OperationRing ring = new OperationRing(plan.window(), plan.bytes(), this);
        long inFlight = 0;
        for (long number = 0; number < count || inFlight > 0; ) {
            if (number < count && inFlight < plan.window()) {
                Operation operation = ring.take();
                operation.begin(System.nanoTime());
                if (!target.submit(operation)) {
                    throw new IllegalStateException("operation " + number + " of " + count + " was not taken");
                }
                number++;
                inFlight++;
            } else {
                inFlight -= awaitOne();
            }
        }
    }

    private int awaitOne() throws Exception {
        Operation operation = ended.poll(STUCK_SECONDS, TimeUnit.SECONDS);
        if (operation == null) {
            throw new TimeoutException("nothing ended in " + STUCK_SECONDS + " s");
        }
        Throwable problem = operation.problem();
        operation.free();
        if (problem != null) {
            throw new IllegalStateException("the system is not filled", problem);
        }
        return 1;
    }

    @Override
    public void ended(Operation operation) {
        ended.add(operation);
    }
}
