package io.holdfast.verification.process;

import io.holdfast.core.NotAvailableException;
import io.holdfast.core.OutcomeUnknownException;
import io.holdfast.core.OverloadedException;
import io.holdfast.replication.ReplicatedLog;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * Submits rising numbers, many at a time, and keeps account of what it was told. One that is patient takes "not carried out"
 * for an answer, and pauses after each number, so that small disks last.
 */
final class Feeder implements AutoCloseable {
    private static final int IN_FLIGHT = 64;

    private final ReplicatedLog log;
    private final Semaphore window = new Semaphore(IN_FLIGHT);
    private final AtomicLong acknowledged = new AtomicLong();
    private final AtomicLong highestAcknowledged = new AtomicLong();
    private final AtomicLong uncertain = new AtomicLong();
    private final AtomicLong refused = new AtomicLong();
    private final long pauseNanos;
    private final boolean patient;
    private final AtomicLong lastAnswerNanos = new AtomicLong(System.nanoTime());
    private final AtomicLong longestGapNanos = new AtomicLong();
    private final List<String> problems = new ArrayList<>(); // guarded by itself
    private final Thread thread;
    private volatile boolean stopped;
    private volatile String lastFailure = "";
    private long next = 1;

    Feeder(ReplicatedLog log) {
        this(log, 0, false);
    }

    private Feeder(ReplicatedLog log, long pauseNanos, boolean patient) {
        this.log = log;
        this.pauseNanos = pauseNanos;
        this.patient = patient;
        this.thread = new Thread(this::feed, "feeder");
        thread.setDaemon(true);
    }

    /** One that is refused and goes on. */
    static Feeder patient(ReplicatedLog log, Duration pause) {
        return new Feeder(log, pause.toNanos(), true);
    }

    void start() {
        thread.start();
    }

    @SuppressWarnings("FutureReturnValueIgnored") // every outcome is taken account of in the callback
    private void feed() {
        while (!stopped) {
            window.acquireUninterruptibly();
            long number = next++;
            log.submitAsync(Sequence.command(number)).whenComplete((answer, problem) -> {
                if (problem == null) {
                    answered(number, Sequence.Account.decode(answer));
                } else {
                    failed(number, problem);
                }
                window.release();
            });
            if (pauseNanos > 0) {
                LockSupport.parkNanos(pauseNanos); // the pace of the load: nothing is waited for
            }
        }
        window.acquireUninterruptibly(IN_FLIGHT);
    }

    private void answered(long number, Sequence.Account account) {
        long now = System.nanoTime();
        longestGapNanos.accumulateAndGet(now - lastAnswerNanos.getAndSet(now), Math::max);
        acknowledged.incrementAndGet();
        highestAcknowledged.accumulateAndGet(number, Math::max);
        if (account.last() != number || account.disorders() > 0) {
            problem("number " + number + " was answered with " + account);
        }
    }

    private void failed(long number, Throwable problem) {
        Throwable cause = problem instanceof CompletionException ? problem.getCause() : problem;
        lastFailure = cause.toString();
        if (patient && (cause instanceof NotAvailableException || cause instanceof OverloadedException)) {
            refused.incrementAndGet();
            return;
        }
        if (!(cause instanceof OutcomeUnknownException)) {
            problem("number " + number + " failed: " + cause);
        }
        uncertain.incrementAndGet();
    }

    private void problem(String what) {
        synchronized (problems) {
            problems.add(what);
        }
    }

    /** What went wrong that must not. */
    List<String> problems() {
        synchronized (problems) {
            return List.copyOf(problems);
        }
    }

    long acknowledged() {
        return acknowledged.get();
    }

    long highestAcknowledged() {
        return highestAcknowledged.get();
    }

    long uncertain() {
        return uncertain.get();
    }

    /** What the last write that failed was told. */
    String lastFailure() {
        return lastFailure;
    }

    /** How many were said not to have been carried out. */
    long refused() {
        return refused.get();
    }

    /** The longest time between two answers since this was last asked, in nanoseconds. */
    long takeLongestGapNanos() {
        return longestGapNanos.getAndSet(0);
    }

    @Override
    public void close() {
        finish();
    }

    /** Submits no more and waits for all answers. Idempotent. */
    void finish() {
        stopped = true;
        try {
            thread.join(Waiting.PATIENCE.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
