package io.holdfast.replication.client;

import io.holdfast.core.runtime.Clock;
import io.holdfast.core.runtime.EventLoop;
import io.holdfast.core.spi.FeatureContext;
import io.holdfast.replication.locks.LockName;
import io.holdfast.replication.locks.LockTable;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The locks of this process, as its threads use them; what is behind them is a {@link LockKeeper}'s. Safe from any thread. */
public final class LockClient {
    private static final Logger LOG = LoggerFactory.getLogger(LockClient.class);
    private static final long GRACE_NANOS = 5_000_000_000L;

    private final FeatureContext context;
    private final Clock clock;
    private final EventLoop loop;
    private final long patienceNanos;
    private final AtomicInteger inUse = new AtomicInteger();
    private final ThreadHolds threads = new ThreadHolds();
    private final LockKeeper keeper;

    /**
     * Makes one; it does nothing before it is used.
     *
     * @param process of a node, its disk; of a client, made up
     * @param leaseNanos how long what is held lasts after each renewal
     * @param patienceNanos how long the log may say nothing about a call
     */
    public LockClient(FeatureContext context, LogClient client, UUID process, long leaseNanos, long patienceNanos) {
        this.context = context;
        this.clock = context.runtime().clock();
        this.loop = context.runtime().loop();
        this.patienceNanos = patienceNanos;
        this.keeper = new LockKeeper(context, this, client, process, leaseNanos, patienceNanos, inUse);
    }

    /** What its threads have locked. */
    public ThreadHolds threads() {
        return threads;
    }

    long nowNanos() {
        return clock.nanoTime();
    }

    /**
     * Asks for something.
     *
     * @param waitNanos how long to wait for others; 0 for not at all, {@link Long#MAX_VALUE} for ever
     * @param blocking true if the caller will {@link #await} it, and nobody else knows of it
     */
    @SuppressWarnings("FutureReturnValueIgnored") // nothing comes of it but a look at whether it was cancelled
    public LockCall acquire(LockName lock, int permits, int limit, long waitNanos, boolean blocking) {
        LockCall call = new LockCall(lock, permits, limit, waitNanos > 0, blocking, clock.nanoTime());
        if (inUse.incrementAndGet() > LockTable.MAX_REQUESTS_OF_AN_OWNER) {
            inUse.decrementAndGet();
            call.future.completeExceptionally(keeper.full(lock, LockTable.REQUESTS_OF_A_PROCESS));
        } else if (keeper.isStopped()) {
            call.future.completeExceptionally(keeper.gone());
        } else {
            loop.execute(() -> keeper.add(call, waitNanos));
            call.future.whenComplete((holding, failure) -> {
                if (call.future.isCancelled()) {
                    loop.execute(() -> keeper.giveUp(call));
                }
            });
        }
        return call;
    }

    /** Waits for it; an interrupt withdraws it, or stays set and is not looked at. */
    public Optional<Holding> await(LockCall call, boolean interruptibly) throws InterruptedException {
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    return call.future.get(patienceNanos + GRACE_NANOS, TimeUnit.NANOSECONDS);
                } catch (InterruptedException e) {
                    if (interruptibly) {
                        withdraw(call);
                        throw e;
                    }
                    interrupted = true;
                } catch (TimeoutException e) { // the loop sees to deadlines; this is for one that has died
                    if (keeper.isStopped()) {
                        call.future.completeExceptionally(keeper.gone());
                    }
                } catch (ExecutionException e) {
                    if (e.getCause() instanceof RuntimeException problem) {
                        problem.addSuppressed(new Throwable("called here"));
                        throw problem;
                    }
                    throw new IllegalStateException("calls fail with runtime exceptions only", e);
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private static void withdraw(LockCall call) {
        if (!call.future.cancel(false) && !call.future.isCompletedExceptionally()) {
            call.future.join().ifPresent(Holding::release);
        }
    }

    void release(Holding holding) {
        loop.execute(() -> keeper.end(holding));
    }

    /** Calls a listener where callbacks run. */
    void tell(LockName lock, Consumer<String> listener, String reason) {
        context.callbacks().execute(() -> {
            try {
                listener.accept(reason);
            } catch (Throwable e) { // whatever a user's listener throws must not end the node
                LOG.error("a listener of the {} threw when it was lost", lock, e);
            }
        });
    }

    /** Ends it: see {@link LockKeeper#stop}. On the loop. */
    public void stop(Runnable done) {
        keeper.stop(done);
    }

    /** The node has failed and does not {@link #stop} in order. On any thread. */
    public void abandon() {
        keeper.abandon();
    }
}
