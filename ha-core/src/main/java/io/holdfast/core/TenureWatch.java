package io.holdfast.core;

import io.holdfast.core.internal.thread.NodeThread;
import io.holdfast.core.runtime.Clock;
import io.holdfast.core.runtime.EventLoop;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks after the ends of grants with a thread of its own, which nothing else can hold up. In a runtime whose loop is the
 * caller's own thread, timers of that loop do so.
 */
final class TenureWatch {
    private static final Logger LOG = LoggerFactory.getLogger(TenureWatch.class);
    /** The exit status of a process that is halted because callbacks overran. */
    static final int HALT_STATUS = 71;

    /** So that a clock that is not the system's is looked at often enough. */
    private static final long MOST_MILLIS = 50;

    private static final long STEP_NANOS = 1_000_000L;

    private final String node;
    private final Clock clock;
    private final @Nullable EventLoop inline;
    private final List<Tenure> tenures = new CopyOnWriteArrayList<>();
    private @Nullable Thread thread;
    private boolean closed;
    private long armedForNanos = Long.MAX_VALUE;

    /** @param inline the loop, where it is the caller's own thread */
    TenureWatch(String node, Clock clock, @Nullable EventLoop inline) {
        this.node = node;
        this.clock = clock;
        this.inline = inline;
    }

    synchronized void add(Tenure tenure) {
        tenures.add(tenure);
        if (inline == null && thread == null && !closed) {
            Thread watcher = new NodeThread(node, "watchdog", this::watch);
            thread = watcher;
            watcher.start();
        }
    }

    void remove(Tenure tenure) {
        tenures.remove(tenure);
    }

    /** Something may be due earlier than before. May be called with a tenure's lock held. */
    void changed() {
        if (inline != null) {
            inline.execute(this::arm);
        }
    }

    private void arm() {
        EventLoop loop = inline;
        long due = due();
        if (loop == null || due == Long.MAX_VALUE || (armedForNanos != Long.MAX_VALUE && due >= armedForNanos)) {
            return;
        }
        armedForNanos = due;
        loop.schedule(Math.max(STEP_NANOS, due - clock.nanoTime()), () -> {
            armedForNanos = Long.MAX_VALUE;
            tenures.forEach(this::check);
            arm();
        });
    }

    /** Whatever one of them throws, the others are still looked after, and this one again. */
    private void check(Tenure tenure) {
        try {
            tenure.check();
        } catch (Throwable e) {
            LOG.error("{}: {} could not be looked after; it is tried again", node, tenure, e);
        }
    }

    private long due() {
        long due = Long.MAX_VALUE;
        for (Tenure tenure : tenures) {
            due = Math.min(due, tenure.dueNanos());
        }
        return due;
    }

    private void watch() {
        while (true) {
            tenures.forEach(this::check);
            long due = due();
            long millis = due == Long.MAX_VALUE ? MOST_MILLIS : (due - clock.nanoTime()) / 1_000_000;
            synchronized (this) {
                if (closed) {
                    return;
                }
                try {
                    wait(Math.max(1, Math.min(MOST_MILLIS, millis)));
                } catch (InterruptedException e) {
                    return; // nobody but the JVM's end interrupts it
                }
            }
        }
    }

    synchronized void close() {
        closed = true;
        notifyAll();
    }
}
