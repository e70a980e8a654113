package io.holdfast.verification.torture;

import io.holdfast.core.Grant;
import java.time.Duration;
import java.util.SplittableRandom;
import java.util.concurrent.locks.LockSupport;

/**
 * What a node does for as long as it holds a role: it writes to the outside store with its token, and takes down when it began
 * and ended. Now and then it overruns the time that it has for stopping, and says so. Runs on the thread of its callback.
 */
final class Shift {
    /** How long a callback may go on. */
    static final Duration STOP_WITHIN = Duration.ofSeconds(1);

    private static final long PAUSE_NANOS = 15_000_000L;
    private static final int OVERRUN_ONE_IN = 25;
    private static final long OVERRUN_NANOS = STOP_WITHIN.toNanos() + 700_000_000L;

    private final Grant grant;
    private final GrantLog log;
    private final StoreClient store;
    private final boolean overruns = new SplittableRandom().nextInt(OVERRUN_ONE_IN) == 0;
    private volatile boolean over;

    Shift(Grant grant, GrantLog log, StoreClient store) {
        this.grant = grant;
        this.log = log;
        this.store = store;
    }

    /** It ends, whether or not the grant is still valid. */
    void end() {
        over = true;
    }

    /** Works until the grant is no longer valid. */
    void work() {
        long token = grant.token().value();
        log.granted(grant.role(), token);
        long looked = System.nanoTime();
        long validUntil = looked;
        while (!over && grant.isValid()) {
            looked = System.nanoTime();
            validUntil = looked + grant.remaining().toNanos() * 4 / 5; // clocks may be off
            LockSupport.parkNanos(PAUSE_NANOS);
            // Not looked at again before: who is stopped here writes with what it had. The store has to refuse that.
            store.write(grant.role(), token);
        }
        // Ended while it was still valid: not lost, but taken back in good order.
        boolean orderly = !overruns && System.nanoTime() - validUntil < 0;
        // A write may take that long where thread or store get no processor: no less an overrun.
        boolean late = System.nanoTime() - looked > STOP_WITHIN.toNanos();
        if (overruns) {
            log.overruns(grant.role(), token);
            long end = System.nanoTime() + OVERRUN_NANOS;
            for (long left = OVERRUN_NANOS; left > 0; left = end - System.nanoTime()) {
                Thread.interrupted(); // one that does not listen
                LockSupport.parkNanos(left);
            }
        }
        log.ended(grant.role(), token, orderly, overruns || late);
    }
}
