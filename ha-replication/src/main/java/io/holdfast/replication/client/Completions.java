package io.holdfast.replication.client;

import java.util.function.ObjIntConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Takes the futures that are to be completed to the callbacks' executor, in order, those of one turn together. For one
 * thread.
 */
final class Completions {
    private final ObjIntConsumer<Runnable> callbacks;
    private final Runnable begun;
    private Chain chain = new Chain();
    private int count;

    /**
     * Has none yet.
     *
     * @param callbacks runs a callback so many times, where futures are completed
     * @param begun hears of the first one that waits for {@link #flush}
     */
    Completions(ObjIntConsumer<Runnable> callbacks, Runnable begun) {
        this.callbacks = callbacks;
        this.begun = begun;
    }

    void add(Request future) {
        chain.add(future);
        if (count++ == 0) {
            begun.run();
        }
    }

    /** Hands over what has been added. */
    void flush() {
        if (count > 0) {
            Chain full = chain;
            int length = count;
            chain = new Chain();
            count = 0;
            callbacks.accept(full, length);
        }
    }

    /** Completes its next future each time it runs: on one thread after another, if a callback waits in vain. */
    private static final class Chain implements Runnable {
        private @Nullable Request first; // guarded by this, once it is handed over
        private @Nullable Request last;

        void add(Request future) {
            if (last == null) {
                first = future;
            } else {
                last.next = future;
            }
            last = future;
        }

        @Override
        public void run() {
            Request future = take();
            if (future != null) {
                future.deliver();
            }
        }

        private synchronized @Nullable Request take() {
            Request taken = first;
            if (taken != null) {
                first = taken.next;
                taken.next = null; // the caller may keep it, but not all that came after it
            }
            return taken;
        }
    }
}
