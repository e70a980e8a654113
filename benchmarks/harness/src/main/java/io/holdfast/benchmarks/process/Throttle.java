package io.holdfast.benchmarks.process;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.concurrent.locks.LockSupport;

/** Lets a process run for a part of the time only, by SIGSTOP and SIGCONT, ten times a second. */
final class Throttle implements AutoCloseable {
    private static final long PERIOD_NANOS = 100_000_000L;

    private final Signals signals = new Signals();
    private final Thread thread;
    private volatile boolean ended;

    Throttle(long pid, double share, double seconds) throws IOException {
        long runs = (long) (PERIOD_NANOS * share);
        long end = System.nanoTime() + (long) (seconds * 1e9);
        thread = new Thread(
                () -> {
                    try {
                        while (!ended && System.nanoTime() - end < 0) {
                            signals.send("STOP", pid);
                            LockSupport.parkNanos(PERIOD_NANOS - runs);
                            signals.send("CONT", pid);
                            LockSupport.parkNanos(runs);
                        }
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                },
                "throttle");
        thread.start();
    }

    @Override
    public void close() throws IOException {
        ended = true;
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        signals.close();
    }
}
