package io.holdfast.core;

import io.holdfast.core.runtime.Clock;
import io.holdfast.core.runtime.EventLoop;
import io.holdfast.core.runtime.EventLoop.Timer;
import io.holdfast.core.spi.RunningFeature;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Stops features one after the other, the last one first. Each has an equal share of the time that is left then; one
 * that does not answer within it is left behind. On the loop.
 */
final class FeatureStopper {
    private static final Logger LOG = LoggerFactory.getLogger(FeatureStopper.class);

    /** A feature at work, by its name. */
    record Named(String name, RunningFeature feature) {}

    private final String nodeId;
    private final EventLoop loop;
    private final Clock clock;
    private final List<Named> features;
    private final long deadlineNanos;
    private final Runnable done;
    private int left;

    FeatureStopper(String nodeId, EventLoop loop, Clock clock, List<Named> features, long limitNanos, Runnable done) {
        this.nodeId = nodeId;
        this.loop = loop;
        this.clock = clock;
        this.features = features;
        this.deadlineNanos = clock.nanoTime() + limitNanos;
        this.done = done;
        this.left = features.size();
    }

    /** Stops the next one; called for the first time by who made this. */
    void next() {
        if (left == 0) {
            done.run();
            return;
        }
        long share = Math.max(0, deadlineNanos - clock.nanoTime()) / left;
        Named named = features.get(--left);
        new Stopping(named.name(), share).begin(named.feature());
    }

    /** The stop of one feature, which ends once: by its answer, by its failure, or because its time is up. */
    private final class Stopping {
        private final String name;
        private final long shareNanos;
        private final Timer limit;
        private boolean over;

        Stopping(String name, long shareNanos) {
            this.name = name;
            this.shareNanos = shareNanos;
            this.limit = loop.schedule(shareNanos, this::tooLate);
        }

        void begin(RunningFeature feature) {
            try {
                feature.stop(this::end);
            } catch (Throwable e) { // whatever one feature throws, the others must still be stopped
                LOG.error(
                        "feature {} of node {} threw while it was stopped; the others are stopped now",
                        name,
                        nodeId,
                        e);
                end();
            }
        }

        private void tooLate() {
            if (!over) {
                LOG.warn(
                        "feature {} of node {} did not stop within {} ms; the others are stopped now",
                        name,
                        nodeId,
                        shareNanos / 1_000_000);
                end();
            }
        }

        private void end() {
            if (!over) {
                over = true;
                limit.cancel();
                next();
            }
        }
    }
}
