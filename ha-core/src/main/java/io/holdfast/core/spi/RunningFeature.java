package io.holdfast.core.spi;

import io.holdfast.core.ChangeRefusedException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
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
     * Gives up what the node has in the cluster for good, such as its vote, while everything still runs; {@link #stop} follows
     * if all features have done so. On the loop.
     *
     * @param limit how long that may take
     * @return completes, on any thread, when that is done; with {@link ChangeRefusedException} if the cluster
     *     cannot spare the node, which then goes on
     */
    default CompletionStage<Void> leave(Duration limit) {
        return CompletableFuture.completedFuture(null);
    }

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
