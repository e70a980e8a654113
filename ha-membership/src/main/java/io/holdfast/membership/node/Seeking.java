package io.holdfast.membership.node;

import io.holdfast.core.Address;
import io.holdfast.core.discovery.Discovery;
import io.holdfast.core.runtime.EventLoop.Timer;
import io.holdfast.core.runtime.NodeRuntime;
import io.holdfast.core.runtime.Worker;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks the discovery again and again: often while the node is alone, with growing pauses, and now and then when it is not, so
 * that two halves of a cluster that were started apart find each other. On the loop.
 */
final class Seeking {
    private static final Logger LOG = LoggerFactory.getLogger(Seeking.class);
    private static final long FIRST_NANOS = TimeUnit.MILLISECONDS.toNanos(200);
    private static final long MOST_NANOS = TimeUnit.SECONDS.toNanos(5);
    private static final long IN_COMPANY_NANOS = TimeUnit.SECONDS.toNanos(60);
    private static final long OVERDUE_NANOS = TimeUnit.SECONDS.toNanos(30);

    private final String node;
    private final Discovery discovery;
    private final NodeRuntime runtime;
    private final Worker worker;
    private final BooleanSupplier alone;
    private final Consumer<List<Address>> found;
    private long pause = FIRST_NANOS;
    private String problem = "";
    private boolean asking;
    private boolean stopped;
    private @Nullable Timer timer;

    Seeking(
            String node,
            Discovery discovery,
            NodeRuntime runtime,
            Worker worker,
            BooleanSupplier alone,
            Consumer<List<Address>> found) {
        this.node = node;
        this.discovery = discovery;
        this.runtime = runtime;
        this.worker = worker;
        this.alone = alone;
        this.found = found;
    }

    /** Looks now, and goes on until {@link #stop}. */
    void look() {
        if (stopped) {
            return;
        }
        asking = true;
        timer = runtime.loop()
                .schedule(
                        OVERDUE_NANOS,
                        () -> LOG.warn(
                                "node {}: looking for others by {} has taken 30 s, and goes on",
                                node,
                                discovery.description()));
        discovery.find(runtime, worker, this::answered);
    }

    private void answered(List<Address> addresses, String newProblem) {
        if (stopped) {
            return;
        }
        asking = false;
        cancel();
        if (!newProblem.equals(problem)) {
            problem = newProblem;
            if (newProblem.isEmpty()) {
                LOG.info("node {}: looking for others by {} works again", node, discovery.description());
            } else {
                LOG.warn("node {}: looking for others: {}; it is tried again and again", node, newProblem);
            }
        }
        found.accept(addresses);
        long next = alone.getAsBoolean() ? pause : IN_COMPANY_NANOS;
        pause = alone.getAsBoolean() ? Math.min(MOST_NANOS, pause * 2) : FIRST_NANOS;
        timer = runtime.loop().schedule(next, this::look);
    }

    /** Alone again: as if it had just started. */
    void hurry() {
        pause = FIRST_NANOS;
        if (timer != null && !stopped && !asking) {
            cancel();
            timer = runtime.loop().schedule(pause, this::look);
        }
    }

    /** What went wrong with the last look; empty if nothing did. */
    String problem() {
        return problem;
    }

    private void cancel() {
        Timer running = timer;
        if (running != null) {
            running.cancel();
        }
    }

    void stop() {
        stopped = true;
        cancel();
    }
}
