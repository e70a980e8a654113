package io.holdfast.replication.client;

import io.holdfast.core.runtime.Clock;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/** Bounds what callers may have in flight, in requests and in bytes: a request has both permits or none. Any thread. */
final class Permits {
    /** What a request costs beyond its bytes. */
    private static final int OVERHEAD = 64;

    private final Clock clock;
    private final int maxBytes;
    private final Debt requests;
    private final Debt bytes;

    Permits(Clock clock, int maxRequests, int maxBytes) {
        this.clock = clock;
        this.maxBytes = maxBytes;
        this.requests = new Debt(maxRequests);
        this.bytes = new Debt(maxBytes);
    }

    /** Permits that may be taken before they are there. */
    private static final class Debt extends Semaphore {
        private static final long serialVersionUID = 1L;

        Debt(int permits) {
            super(permits);
        }

        void owe(int permits) {
            reducePermits(permits);
        }
    }

    /** Takes those of one request, whether there are any or not: others wait the longer. For the few that may not be refused. */
    void takeAnyway(int length) {
        requests.owe(1);
        bytes.owe(weight(length));
    }

    /** What a request of that length counts for; one that is longer than the limit may go alone. */
    int weight(int length) {
        return Math.min(length + OVERHEAD, maxBytes);
    }

    /**
     * Takes those of one request.
     *
     * @param timeoutNanos how long to wait, for both kinds together; 0 for not at all
     * @return false if there were none in time
     */
    boolean take(int length, long timeoutNanos) throws InterruptedException {
        if (timeoutNanos <= 0) {
            return takeBytes(requests.tryAcquire(), length, 0);
        }
        long end = clock.nanoTime() + timeoutNanos;
        boolean taken = requests.tryAcquire(timeoutNanos, TimeUnit.NANOSECONDS);
        return takeBytes(taken, length, end - clock.nanoTime());
    }

    private boolean takeBytes(boolean requestTaken, int length, long waitNanos) throws InterruptedException {
        if (!requestTaken) {
            return false;
        }
        boolean taken = false;
        try {
            taken = waitNanos > 0
                    ? bytes.tryAcquire(weight(length), waitNanos, TimeUnit.NANOSECONDS)
                    : bytes.tryAcquire(weight(length));
            return taken;
        } finally {
            if (!taken) {
                requests.release();
            }
        }
    }

    /** Gives back those of so many requests, whose weights have that sum. */
    void give(int count, int weights) {
        requests.release(count);
        bytes.release(weights);
    }

    /** True while a caller waits until others have given bytes back. */
    boolean isWaitedForBytes() {
        return bytes.hasQueuedThreads();
    }
}
