package io.holdfast.backup.plan;

import io.holdfast.core.runtime.Clock;
import io.holdfast.core.runtime.EventLoop;
import java.util.concurrent.TimeUnit;

/**
 * A {@link Pace} by the node's loop, which is asked now and then by those who work. The loop itself waits for nobody here: it writes one field. Safe from any
 * thread.
 */
final class LoopPace {
    private static final long ASK_EVERY_NANOS = TimeUnit.MILLISECONDS.toNanos(2);
    /** What waits for a repository far away is not made slower by much, for it is little in the way. */
    private static final long LONGEST_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

    private final EventLoop loop;
    private final Clock clock;
    private final Pace pace = new Pace();
    private boolean asked;
    private long askedAt;
    /** It is known already that the loop is late with its answer. */
    private boolean late;

    private volatile boolean answered;
    private volatile long answeredAt;

    LoopPace(EventLoop loop, Clock clock) {
        this.loop = loop;
        this.clock = clock;
        this.askedAt = clock.nanoTime() - ASK_EVERY_NANOS;
    }

    /** How long to rest after so much work, in nanoseconds. */
    synchronized long after(long workNanos) {
        long now = clock.nanoTime();
        if (asked && answered) {
            if (!late) {
                pace.measured(answeredAt - askedAt);
            }
            asked = false;
        } else if (asked && !late && now - askedAt > Pace.LATE_NANOS) {
            late = true;
            pace.measured(now - askedAt);
        }
        if (!asked && now - askedAt >= ASK_EVERY_NANOS) {
            asked = true;
            answered = false;
            late = false;
            askedAt = now;
            loop.execute(() -> {
                answeredAt = clock.nanoTime();
                answered = true;
            });
        }
        return Math.min(LONGEST_NANOS, pace.after(workNanos));
    }
}
