package io.holdfast.verification.torture;

import io.holdfast.core.runtime.NoSpaceException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.locks.LockSupport;

/** What is wrong with a node's disk now. Safe from any thread. */
final class DiskFaults {
    private volatile long forceMillis;
    private volatile boolean full;
    private volatile boolean failing;

    /** Every force takes this much longer; 0 for a disk as it is. */
    void slow(long millis) {
        forceMillis = millis;
    }

    /** No file can be made or grow; what has its place already can be written, as on a real disk. */
    void full(boolean noRoom) {
        full = noRoom;
    }

    /** Forces fail, which a node must not survive. */
    void failing(boolean fails) {
        failing = fails;
    }

    /** A sound disk. */
    void heal() {
        forceMillis = 0;
        full = false;
        failing = false;
    }

    void beforeGrowing(Path file) throws NoSpaceException {
        if (full) {
            throw new NoSpaceException("cannot write " + file + ": No space left on device (torture)");
        }
    }

    void beforeForcing(Path file) throws IOException {
        long end = System.nanoTime() + forceMillis * 1_000_000;
        for (long left = end - System.nanoTime(); left > 0 && forceMillis > 0; left = end - System.nanoTime()) {
            LockSupport.parkNanos(Math.min(left, 10_000_000L)); // the fault itself
        }
        if (failing) {
            throw new IOException("cannot force " + file + ": Input/output error (torture)");
        }
    }
}
