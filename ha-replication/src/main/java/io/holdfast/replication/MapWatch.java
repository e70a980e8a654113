package io.holdfast.replication;

import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Follows the changes of a map: see {@link ReplicatedMap#watch(long, java.util.function.Consumer)}. Safe from any thread.
 */
public final class MapWatch implements AutoCloseable {
    private final WatchPoll<?, ?> poll;

    MapWatch(WatchPoll<?, ?> poll) {
        this.poll = poll;
    }

    /**
     * The index up to which the listener has been given all changes, and has returned. It rises also while nothing changes.
     * A watch from there on misses nothing; of one index that the listener was in the midst of, it gives all again.
     */
    public long position() {
        return poll.position();
    }

    /**
     * Completes when the listener will be given no more: normally with {@link #close}, else, where futures of this cluster
     * complete, with
     *
     * <ul>
     *   <li>{@link WatchTooOldException}: what it needs next is not kept any more;
     *   <li>{@link io.holdfast.core.OverloadedException}: the process has 64 watches already;
     *   <li>{@link io.holdfast.core.RequestFailedException}: the nodes' version knows no watches;
     *   <li>{@link io.holdfast.core.NotAvailableException}: this process stops.
     * </ul>
     *
     * <p>A failover, or nodes that cannot be reached, end no watch: it goes on when one can be.
     */
    public CompletableFuture<@Nullable Void> ended() {
        return poll.ended().copy();
    }

    /** Ends it. The listener may be at work for one more event, if another thread calls this. Idempotent. */
    @Override
    public void close() {
        poll.close();
    }
}
