package io.holdfast.replication.client;

import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * Takes the futures that are to be completed to the callbacks' executor, in order: those of one turn together, where that
 * executor is one thread anyway. For one thread.
 */
final class Completions {
    private final Executor callbacks;
    private final boolean together;
    private final Runnable begun;
    private @Nullable Request first;
    private @Nullable Request last;

    /**
     * Has none yet.
     *
     * @param callbacks where futures are completed
     * @param together false if one callback may wait for another, as it may on an executor of many threads
     * @param begun hears of the first one that waits for {@link #flush}
     */
    Completions(Executor callbacks, boolean together, Runnable begun) {
        this.callbacks = callbacks;
        this.together = together;
        this.begun = begun;
    }

    void add(Request future) {
        if (last == null) {
            first = future;
            begun.run();
        } else {
            last.next = future;
        }
        last = future;
    }

    /** Hands over what has been added. */
    void flush() {
        Request head = first;
        first = null;
        last = null;
        if (head == null) {
            return;
        }
        if (together) {
            callbacks.execute(() -> deliver(head));
            return;
        }
        Request future = head;
        while (future != null) {
            Request next = future.next;
            future.next = null;
            callbacks.execute(future::deliver);
            future = next;
        }
    }

    private static void deliver(Request head) {
        Request future = head;
        while (future != null) {
            Request next = future.next;
            future.next = null; // the caller may keep it, but not all that came after it
            future.deliver();
            future = next;
        }
    }
}
