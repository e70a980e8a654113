package io.holdfast.core;

import io.holdfast.core.runtime.EventLoop;
import io.holdfast.core.runtime.Worker;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs users' callbacks on the user's executor, or on a thread of the node's own; there, too, whatever the user's
 * executor refuses, or a future would never complete, and whatever it would run on the thread that hands it over, the
 * loop's or a state machine's, which no callback may block.
 * An exception out of a callback is logged and harms nothing else.
 */
final class Callbacks implements Executor {
    private static final Logger LOG = LoggerFactory.getLogger(Callbacks.class);

    private final String nodeId;
    private final @Nullable Executor users;
    private final EventLoop loop;
    private final Function<String, Worker> newWorker;
    private final ThreadLocal<Boolean> inside = ThreadLocal.withInitial(() -> false);
    /** For the node's own thread; here, so that they survive it if a callback never returns. */
    private final Queue<Repeated> own = new ConcurrentLinkedQueue<>();

    private volatile Worker worker;

    Callbacks(String nodeId, @Nullable Executor users, EventLoop loop, Function<String, Worker> newWorker) {
        this.nodeId = nodeId;
        this.users = users;
        this.loop = loop;
        this.newWorker = newWorker;
        this.worker = newWorker.apply("callbacks");
    }

    @Override
    public void execute(Runnable callback) {
        execute(callback, 1);
    }

    /** Runs it so many times: on the node's own thread at one go, on the user's executor each by itself. */
    void execute(Runnable callback, int times) {
        if (users == null) {
            executeHere(callback, times);
            return;
        }
        for (int i = 0; i < times; i++) {
            handOver(users, callback);
        }
    }

    private void handOver(Executor users, Runnable callback) {
        Once once = new Once(callback);
        try {
            users.execute(once);
            once.handedOver();
        } catch (Throwable e) {
            LOG.warn(
                    "the executor given to node {} refused a callback, which now runs on a thread of the node's own: {}",
                    nodeId,
                    e.toString());
            once.runElsewhere();
        }
    }

    private void executeHere(Runnable callback, int times) {
        own.add(new Repeated(callback, new AtomicInteger(times)));
        worker.execute(this::runNext);
    }

    private void runNext() {
        Repeated next = own.peek(); // there until all of it has run, in case this thread never comes back
        if (next != null) {
            try {
                runAll(next);
            } finally {
                own.remove(next);
            }
        }
    }

    private record Repeated(Runnable callback, AtomicInteger left) {}

    /**
     * Ends the node's own thread, after what is queued. If that waits in vain for a callback, which may itself wait for
     * one behind it, those behind get another thread, beside which it may go on if it returns after all. Not on the loop.
     */
    void close() {
        worker.close();
        int left = own.size();
        if (left > 0) {
            worker = newWorker.apply("callbacks-left");
            for (int i = 0; i < left; i++) {
                worker.execute(this::runNext);
            }
        }
    }

    /** What the user's executor is given: one that throws may have run it before. */
    private final class Once implements Runnable {
        private final Runnable callback;
        private final AtomicBoolean taken = new AtomicBoolean();
        private final Thread giver = Thread.currentThread();
        private boolean handing = true; // of the giver

        Once(Runnable callback) {
            this.callback = callback;
        }

        @Override
        public void run() {
            boolean here = Thread.currentThread() == giver && handing;
            if (here || loop.inEventLoop()) { // it runs what it is given on the thread that gives it
                runElsewhere();
            } else if (taken.compareAndSet(false, true)) {
                Callbacks.this.run(callback);
            }
        }

        void handedOver() {
            handing = false;
        }

        void runElsewhere() {
            if (taken.compareAndSet(false, true)) {
                executeHere(callback, 1);
            }
        }
    }

    private void runAll(Repeated callbacks) {
        inside.set(true); // once for all of them: each time costs the collector a weak reference
        try {
            while (callbacks.left().getAndDecrement() > 0) {
                runInside(callbacks.callback());
            }
        } finally {
            inside.remove();
        }
    }

    private void run(Runnable callback) {
        inside.set(true);
        try {
            runInside(callback);
        } finally {
            inside.remove();
        }
    }

    private void runInside(Runnable callback) {
        try {
            callback.run();
        } catch (RuntimeException e) {
            LOG.error("a callback of node {} threw; the node goes on", nodeId, e);
        }
    }

    /** True on a thread that is running a callback: it must not wait for the node to stop, which waits for it. */
    boolean isInside() {
        return inside.get();
    }
}
