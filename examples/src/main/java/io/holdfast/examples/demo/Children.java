package io.holdfast.examples.demo;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** All processes that were started, so that none outlives the run, however it ends. Safe from any thread. */
final class Children implements AutoCloseable {
    /** Starts a process. */
    interface Start<T extends Child> {
        T start() throws IOException;
    }

    private final List<Child> all = new ArrayList<>();
    private boolean closed;

    /** Starts one, unless the run is over. */
    synchronized <T extends Child> T add(Start<T> start) throws IOException {
        if (closed) {
            throw new DemoFailure("interrupted");
        }
        all.removeIf(child -> !child.isAlive());
        T child = start.start();
        all.add(child);
        return child;
    }

    /** True once no more can be started. */
    synchronized boolean isClosed() {
        return closed;
    }

    /** Ends all that still run. */
    @Override
    public synchronized void close() {
        closed = true;
        all.forEach(Child::destroy);
    }
}
