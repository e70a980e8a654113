package io.holdfast.benchmarks.floor;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.concurrent.locks.LockSupport;

/** A thread that forces what has been written, as much as there is at once. */
final class Forcer implements Runnable {
    /** Hears how much is on the disk, on the forcing thread. */
    interface Listener {
        void forced(long bytes) throws IOException;
    }

    private final FloorFile file;
    private final Listener listener;
    private final Thread thread = new Thread(this, "floor-force");
    private volatile long written;

    Forcer(FloorFile file, Listener listener) {
        this.file = file;
        this.listener = listener;
    }

    void start() {
        thread.setDaemon(true);
        thread.start();
    }

    void wrote(long bytes) {
        written = bytes;
        LockSupport.unpark(thread);
    }

    @Override
    public void run() {
        long forced = 0;
        try {
            while (true) {
                long bytes = written;
                if (bytes == forced) {
                    LockSupport.park(this);
                    continue;
                }
                file.force();
                forced = bytes;
                listener.forced(bytes);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("the run notices that nothing ends any more", e);
        }
    }
}
