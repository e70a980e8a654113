package io.holdfast.benchmarks.load;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Writes one at a time, for loads that ask not how fast but when. A write that is not answered in time is given up and may
 * be answered later; the listener hears of it then.
 */
public final class SingleWrite {
    /** Hears of acknowledged writes, from any thread. */
    public interface Acknowledged {
        /** A write begun at one time has succeeded at another; {@link System#nanoTime()}. */
        void at(long startNanos, long endNanos);
    }

    private static final int REMEMBERED = 4_096;
    private static final long POLL_NANOS = 200_000L;

    private final Acknowledged listener;
    private final CountDownLatch[] latches = new CountDownLatch[REMEMBERED];
    private final Operation[] operations = new Operation[REMEMBERED];
    private int next;

    /** Of writes of so many bytes. */
    public SingleWrite(int bytes, Acknowledged listener) {
        this.listener = listener;
        for (int slot = 0; slot < REMEMBERED; slot++) {
            byte[] payload = new byte[bytes];
            java.nio.ByteBuffer.wrap(payload).putLong(slot);
            operations[slot] = new Operation(this::ended, slot, payload);
            latches[slot] = new CountDownLatch(1);
        }
    }

    /** One write, waited for; false if it failed, was not taken, or has not been answered in time. */
    public boolean write(Target target, long patienceNanos) throws Exception {
        Operation operation = operations[next++ % REMEMBERED];
        CountDownLatch latch = new CountDownLatch(1);
        latches[operation.slot()] = latch;
        long start = System.nanoTime();
        operation.begin(start);
        if (!target.submit(operation)) {
            return false;
        }
        if (!target.isPolled()) {
            return latch.await(patienceNanos, TimeUnit.NANOSECONDS) && operation.problem() == null;
        }
        while (System.nanoTime() - start < patienceNanos) {
            target.poll();
            if (latch.await(POLL_NANOS, TimeUnit.NANOSECONDS)) {
                return operation.problem() == null;
            }
        }
        return false;
    }

    private void ended(Operation operation) {
        if (operation.problem() == null) {
            listener.at(operation.startNanos(), operation.endNanos());
        }
        latches[operation.slot()].countDown();
    }
}
