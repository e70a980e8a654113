package io.holdfast.core.spi;

import org.jspecify.annotations.Nullable;

/** The running part of a feature. */
public interface RunningFeature {

    /**
     * Opens what it needs, files for example, before any socket is bound. Called once, on the thread that starts the
     * cluster.
     *
     * @throws Exception if it cannot run; the cluster's start then fails, and {@link #stop} is called
     */
    void open() throws Exception;

    /** Begins to act: accepts links, dials, sets timers. Called once, on the loop, after {@code open}. */
    void start();

    /**
     * Stops: answers or refuses what waits, leaves its files in a good state. Called at most once, on the loop, also
     * after a failed {@code open} and without {@code start}.
     *
     * @param stopped to be run on the loop when done
     */
    void stop(Runnable stopped);

    /** What it lets operators see; null for nothing. The same each time. */
    default @Nullable Inspectable inspectable() {
        return null;
    }

    /** Releases files and threads, whatever state it is in: after {@link #stop}, or after the loop has failed. */
    void close();
}
