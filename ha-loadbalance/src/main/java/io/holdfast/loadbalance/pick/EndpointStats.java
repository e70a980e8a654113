package io.holdfast.loadbalance.pick;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * What is known of one endpoint by the requests that were sent to it. It belongs to the endpoint's id and stays while that does,
 * whatever else changes. Safe from any thread; all that a request writes lies together, away from other endpoints' figures.
 */
public final class EndpointStats extends EndpointStatsFields {
    /** What failures count as where no success is known yet. */
    private static final double UNKNOWN_NANOS = 1e9;
    /** What refusals may make of a latency. */
    private static final double MOST_SHED_NANOS = 1e10;

    private static final VarHandle IN_FLIGHT = handle("inFlight", int.class);
    private static final VarHandle HELD = handle("held", int.class);
    private static final VarHandle FAILURES_IN_A_ROW = handle("failuresInARow", int.class);
    private static final VarHandle OVERLOADS = handle("overloads", long.class);
    private static final VarHandle LATENCY = handle("latency", long.class);
    private static final VarHandle WINDOW = handle("window", long.class);
    private static final VarHandle WINDOW_NANOS = handle("windowNanos", long.class);

    /** Room between these fields and whatever object comes next. */
    long a0, a1, a2, a3, a4, a5, a6, a7, a8, a9, a10, a11, a12, a13, a14;

    private static VarHandle handle(String field, Class<?> type) {
        try {
            return MethodHandles.lookup().findVarHandle(EndpointStatsFields.class, field, type);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    /** Requests that were begun and have not ended. */
    public int inFlight() {
        return inFlight;
    }

    /** Failures since the last success. */
    public int failuresInARow() {
        return failuresInARow;
    }

    /**
     * Counts a request as in flight unless there are as many as may be.
     *
     * @return false if there are, and nothing was counted
     */
    public boolean begin(int limit, int ticks) {
        int before = (int) IN_FLIGHT.getAndAdd(this, 1);
        if (before >= limit) {
            IN_FLIGHT.getAndAdd(this, -1);
            return false;
        }
        if (before - held <= 0) {
            progressAt = ticks;
        }
        return true;
    }

    /** So many more of those in flight are kept by their callers, and not waited for; fewer if it is negative. */
    public void held(int more) {
        HELD.getAndAdd(this, more);
    }

    /** A request ended and says nothing of the endpoint. */
    public void cancel() {
        IN_FLIGHT.getAndAdd(this, -1);
    }

    /** A request ended well. */
    public void succeed(long latencyNanos, int ticks, Decay decay) {
        IN_FLIGHT.getAndAdd(this, -1);
        WINDOW.getAndAdd(this, 1L << 32);
        WINDOW_NANOS.getAndAdd(this, latencyNanos);
        if (failuresInARow != 0) {
            failuresInARow = 0;
        }
        progressAt = ticks;
        observe(Math.max(1.0, (double) latencyNanos), ticks, decay);
    }

    /**
     * A request ended badly. How long it took counts only where it was slower than what is known: fast failures are not to look
     * like fast answers. Where nothing is known it counts as a second, until something is.
     *
     * @return failures in a row, this one included
     */
    public int fail(long latencyNanos, int ticks, Decay decay) {
        IN_FLIGHT.getAndAdd(this, -1);
        WINDOW.getAndAdd(this, 1L);
        progressAt = ticks;
        double known = Float.intBitsToFloat((int) (latency >>> 32));
        if (known <= 0) {
            observe(-Math.max((double) latencyNanos, UNKNOWN_NANOS), ticks, decay);
        } else if (latencyNanos > known) {
            observe((double) latencyNanos, ticks, decay);
        }
        return (int) FAILURES_IN_A_ROW.getAndAdd(this, 1) + 1;
    }

    /**
     * A request was refused since there is too much to do. That is no failure: whoever sheds load would be the first to be taken out,
     * and the others would have to take its load as well. It counts as twice the latency that is known, up to ten seconds.
     */
    public void shed(int ticks, Decay decay) {
        IN_FLIGHT.getAndAdd(this, -1);
        OVERLOADS.getAndAdd(this, 1L);
        progressAt = ticks;
        double known = Float.intBitsToFloat((int) (latency >>> 32));
        if (known > 0) {
            observe(Math.min(2 * known, Math.max(known, MOST_SHED_NANOS)), ticks, decay);
        } else {
            observe(-UNKNOWN_NANOS, ticks, decay);
        }
    }

    /**
     * Takes a latency in: at once if it is more than what is known, else by as much time as has passed. A negative one is a guess,
     * which the first true one replaces.
     */
    private void observe(double latencyNanos, int ticks, Decay decay) {
        while (true) {
            long known = latency;
            float value = Float.intBitsToFloat((int) (known >>> 32));
            int passed = Math.max(0, ticks - (int) known);
            double next = latencyNanos;
            if (value > 0 && latencyNanos < value) {
                double kept = decay.kept(passed);
                next = Math.max(latencyNanos, value * kept + latencyNanos * (1 - kept));
                if (passed == 0) {
                    return; // within the same millisecond, nothing that would change anything
                }
            }
            long packed = ((long) Float.floatToRawIntBits((float) next) << 32) | Integer.toUnsignedLong(ticks);
            if (LATENCY.compareAndSet(this, known, packed)) {
                return;
            }
        }
    }

    /** The latency that is expected, in nanoseconds; 0 if nothing is known. */
    public double latencyNanos(int ticks, Decay decay) {
        long known = latency;
        float value = Math.abs(Float.intBitsToFloat((int) (known >>> 32)));
        return value * decay.kept(Math.max(0, ticks - (int) known));
    }

    /** For how long requests have been in flight and none has ended, in ticks; 0 if none is, save for what callers keep. */
    public int silentTicks(int ticks) {
        return inFlight - held <= 0 ? 0 : Math.max(0, ticks - progressAt);
    }

    /** For how long nothing has been in flight and none has ended, in ticks; 0 if something is, save for what callers keep. */
    public int unaskedTicks(int ticks) {
        return inFlight - held > 0 ? 0 : Math.max(0, ticks - progressAt);
    }

    /** Requests that ended since the last time this was called, and how long the good ones took. Of one caller alone. */
    public Window takeWindow() {
        long counts = (long) WINDOW.getAndSet(this, 0L);
        long nanos = (long) WINDOW_NANOS.getAndSet(this, 0L);
        Window taken = new Window((int) (counts >>> 32), (int) counts, nanos);
        successes = Math.addExact(successes, taken.succeeded());
        failures = Math.addExact(failures, taken.failed());
        return taken;
    }

    /** Whether it was let in again and has not yet succeeded: its next failure is of interest. */
    public boolean isOnProbation() {
        return probation;
    }

    /** Says so. */
    public void onProbation(boolean is) {
        if (probation != is) {
            probation = is;
        }
    }

    /**
     * Forgets the failures in a row, and since when nothing has ended: it gets a new chance. Also that it was slow: what it answered
     * before it was taken out says little of it now, and an estimate that fades by itself would keep it out for another minute. Its
     * next answer counts at once, if that is slow again.
     *
     * @param usualNanos what others take, and it is expected to take no longer; 0 if unknown
     */
    public void forgive(int ticks, double usualNanos) {
        failuresInARow = 0;
        progressAt = ticks;
        long known = latency;
        if (Math.abs(Float.intBitsToFloat((int) (known >>> 32))) > usualNanos) {
            // Negative: a guess, which the first true one replaces.
            long guess = (long) Float.floatToRawIntBits((float) -usualNanos) << 32 | Integer.toUnsignedLong(ticks);
            LATENCY.compareAndSet(this, known, usualNanos > 0 ? guess : 0);
        }
    }

    /** Requests that ended well, as of now. */
    public long successes() {
        return successes + (window >>> 32);
    }

    /** Requests that were refused since there was too much to do, as of now. */
    public long overloads() {
        return overloads;
    }

    /** Requests that ended badly, as of now. */
    public long failures() {
        return failures + (int) window;
    }

    /**
     * What ended within a time.
     *
     * @param succeeded how many ended well
     * @param failed how many ended badly
     * @param nanos how long the good ones took together
     */
    public record Window(int succeeded, int failed, long nanos) {}
}

/** Room between what came before in memory and the fields. */
class EndpointStatsRoom {
    long b0, b1, b2, b3, b4, b5, b6, b7, b8, b9, b10, b11, b12, b13, b14;
}

class EndpointStatsFields extends EndpointStatsRoom {
    volatile int inFlight;
    /** Of those in flight, what callers keep: no answer is waited for. */
    volatile int held;

    volatile int failuresInARow;
    volatile boolean probation;
    /** Expected nanoseconds as a float above, ticks of the last observation below: changed together or not at all. */
    volatile long latency;
    /** Good ends above, bad ones below, since {@link EndpointStats#takeWindow}. */
    volatile long window;

    volatile long windowNanos;
    volatile long overloads;
    /**
     * Ticks when a request last ended, or the first of those in flight began. Plain: a stale one does no harm, and a fence would cost
     * as much as all else.
     */
    int progressAt;

    /** Taken out of windows; written by one thread. */
    volatile long successes;

    volatile long failures;
}
