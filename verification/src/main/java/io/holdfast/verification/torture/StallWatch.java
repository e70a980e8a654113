package io.holdfast.verification.torture;

import java.util.concurrent.locks.LockSupport;

/** Notes when the process stood still though nobody stopped it: too few processors, a long collection. */
final class StallWatch {
    private static final long LOOK_NANOS = 20_000_000L;
    private static final long STALL_NANOS = 200_000_000L;

    private StallWatch() {}

    static void start(GrantLog log) {
        Thread thread = new Thread(
                () -> {
                    long last = System.nanoTime();
                    while (true) {
                        LockSupport.parkNanos(LOOK_NANOS);
                        long now = System.nanoTime();
                        if (now - last > STALL_NANOS) {
                            log.stoodStill(last, now);
                        }
                        last = now;
                    }
                },
                "stall-watch");
        thread.setDaemon(true);
        thread.start();
    }
}
