package io.holdfast.examples.demo;

import io.holdfast.core.NotAvailableException;
import io.holdfast.core.OutcomeUnknownException;
import io.holdfast.core.OverloadedException;
import io.holdfast.replication.ReplicatedLog;
import java.io.IOException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Streams records to the cluster, in order and many at a time, and enters each outcome into the ledger. A write that was
 * surely not carried out is submitted again; one whose outcome is unknown is not, because a second copy could double it.
 */
final class Feeder {
    private static final int WINDOW_LINES = 1_024;
    private static final int WINDOW_BYTES = 8 << 20;
    private static final long BREATHER_NANOS = 1_000_000L;

    private record Line(long number, byte[] command) {}

    private final ReplicatedLog log;
    private final SentLedger ledger;
    private final GapWatch gaps;
    private final Pacer pacer;
    private final Semaphore lines = new Semaphore(WINDOW_LINES);
    private final Semaphore bytes = new Semaphore(WINDOW_BYTES);
    private final ConcurrentLinkedQueue<Line> refused = new ConcurrentLinkedQueue<>();
    private final AtomicLong resubmitted = new AtomicLong();
    private final AtomicLong acknowledged = new AtomicLong();
    private volatile long sent;
    private volatile @Nullable Throwable failure;

    Feeder(ReplicatedLog log, SentLedger ledger, GapWatch gaps, Pacer pacer) {
        this.log = log;
        this.ledger = ledger;
        this.gaps = gaps;
        this.pacer = pacer;
    }

    /** Sends all records; returns when each has an outcome, and the ledger is closed with its end mark. */
    void feed(RecordReader records) throws IOException, InterruptedException {
        long number = 0;
        for (byte[] record = records.next(); record != null; record = records.next()) {
            pacer.await();
            Line line = new Line(number, LineLedger.command(number, record));
            acquire(lines, 1);
            acquire(bytes, line.command().length);
            ledger.beforeLeaving(number);
            number++;
            sent = number;
            submit(line);
            submitRefused();
        }
        acquire(lines, WINDOW_LINES);
        gaps.close();
        ledger.end(number);
    }

    /** Waits for room, and meanwhile submits again what was refused, or room might never come. */
    private void acquire(Semaphore room, int permits) throws InterruptedException {
        while (!room.tryAcquire(permits, 5, TimeUnit.MILLISECONDS)) {
            submitRefused();
        }
        submitRefused();
    }

    private void submitRefused() {
        Throwable problem = failure;
        if (problem != null) {
            throw new IllegalStateException("a line was answered with an error that it must not get", problem);
        }
        for (Line line = refused.poll(); line != null; line = refused.poll()) {
            resubmitted.incrementAndGet();
            LockSupport.parkNanos(this, BREATHER_NANOS);
            submit(line);
        }
    }

    private void submit(Line line) {
        gaps.sent(line.number(), System.nanoTime());
        var unused = log.submitAsync(line.command()).handle((answer, problem) -> {
            settle(line, problem);
            return answer;
        });
    }

    private void settle(Line line, @Nullable Throwable outcome) {
        Throwable problem = outcome instanceof CompletionException wrapped ? wrapped.getCause() : outcome;
        if (problem == null) {
            gaps.acknowledged(line.number(), System.nanoTime());
            ledger.acknowledged(line.number());
            acknowledged.incrementAndGet();
        } else {
            gaps.givenUp();
            if (problem instanceof OverloadedException || problem instanceof NotAvailableException) {
                refused.add(line);
                return; // it keeps its place in the window
            }
            if (problem instanceof OutcomeUnknownException) {
                ledger.unknown(line.number());
            } else {
                failure = problem;
            }
        }
        bytes.release(line.command().length);
        lines.release();
    }

    /** Lines sent so far. */
    long sent() {
        return sent;
    }

    /** How often a line was submitted again. */
    long resubmitted() {
        return resubmitted.get();
    }

    /** Acknowledgements so far, whether or not the ledger holds them already. */
    long acknowledged() {
        return acknowledged.get();
    }
}
