package io.holdfast.replication.node;

import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * Work on a node's directory before there is a log, and the directory's lock: reading a long log can outlive the stop of
 * its node, and nobody else may have the directory before that work has ended. Any thread.
 */
final class DirectoryUse implements Executor {
    private final Executor worker;
    private final Runnable unlock;
    private boolean working;
    private boolean refusing;
    private boolean released;
    private @Nullable Runnable leftOpen;

    /**
     * Is not used yet.
     *
     * @param worker one thread
     * @param unlock gives the lock back
     */
    DirectoryUse(Executor worker, Runnable unlock) {
        this.worker = worker;
        this.unlock = unlock;
    }

    /** Queues work; it is not begun after {@link #refuse}. */
    @Override
    public void execute(Runnable work) {
        worker.execute(() -> {
            if (begin()) {
                try {
                    work.run();
                } finally {
                    end();
                }
            }
        });
    }

    private synchronized boolean begin() {
        working = !refusing;
        return working;
    }

    private synchronized void end() {
        working = false;
        if (released) {
            closeAndUnlock();
        }
    }

    /** Files have been opened, which must be closed before the lock is given back if nobody takes them. */
    synchronized void opened(Runnable close) {
        leftOpen = close;
    }

    /** Takes the files that have been opened; false if it is too late for that. */
    synchronized boolean take() {
        boolean mayTake = leftOpen != null && !refusing;
        if (mayTake) {
            leftOpen = null;
        }
        return mayTake;
    }

    /** No more work is begun, and no files are taken. */
    synchronized void refuse() {
        refusing = true;
    }

    /**
     * Gives the lock back, at the end of the work if that still goes on.
     *
     * @return false if it does
     */
    synchronized boolean release() {
        refusing = true;
        released = true;
        if (!working) {
            closeAndUnlock();
        }
        return !working;
    }

    private void closeAndUnlock() {
        Runnable close = leftOpen;
        leftOpen = null;
        if (close != null) {
            close.run();
        }
        unlock.run();
    }
}
