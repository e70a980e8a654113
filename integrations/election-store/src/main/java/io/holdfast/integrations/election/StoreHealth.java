package io.holdfast.integrations.election;

import io.holdfast.core.Health;
import io.holdfast.core.spi.FeatureContext;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Whether the store answers, as the node's health and in one log line for each change. On the loop. */
final class StoreHealth {
    private static final Logger LOG = LoggerFactory.getLogger(StoreHealth.class);
    private static final String SUBJECT = "election";
    private static final long MILLI = 1_000_000L;

    private final FeatureContext context;
    private final String store;
    private final long leaseNanos;
    private boolean everAnswered;
    private boolean failing;
    private long failures;
    private long answeredNanos;
    private String complained = "";
    private String problem = "";
    private volatile Reach reach = new Reach(false, false, 0, 0, "");

    /**
     * Whether the store is reached.
     *
     * @param everAnswered since the node started
     * @param failing false as long as nothing was asked in vain since its last answer
     * @param answeredNanos when it answered last; when the node began to ask if it never has
     * @param failures how many requests have failed in a row
     * @param problem of the last of them, for people; empty if there is none
     */
    record Reach(boolean everAnswered, boolean failing, long answeredNanos, long failures, String problem) {}

    /** @param store what and where it is, for people */
    StoreHealth(FeatureContext context, String store, long leaseNanos) {
        this.context = context;
        this.store = store;
        this.leaseNanos = leaseNanos;
    }

    void begin(long nowNanos) {
        answeredNanos = nowNanos;
        publish();
        context.ready(false, store + " has not answered yet");
    }

    void answered(long nowNanos) {
        if (failing) {
            LOG.info(
                    "{}: {} answers again, after {} failed requests and {} ms",
                    node(),
                    store,
                    failures,
                    (nowNanos - answeredNanos) / MILLI);
        }
        if (failing || !everAnswered) {
            context.health(SUBJECT, Health.UP, "");
        }
        failing = false;
        everAnswered = true;
        failures = 0;
        problem = "";
        answeredNanos = nowNanos;
        publish();
    }

    private void publish() {
        reach = new Reach(everAnswered, failing, answeredNanos, failures, problem);
    }

    /** Safe from any thread. */
    Reach reach() {
        return reach;
    }

    void failed(Exception failure, long nowNanos) {
        String why = describe(failure);
        failures++;
        LOG.debug("{}: a request to {} failed", node(), store, failure);
        fails(why, nowNanos);
    }

    /** A request has been under way for too long. */
    void overdue(long tookNanos, long nowNanos) {
        fails("no answer for " + tookNanos / MILLI + " ms", nowNanos);
    }

    private void fails(String why, long nowNanos) {
        if (!failing) {
            failing = true;
            LOG.warn(
                    "{}: {} does not answer: {}. What this node holds ends {} ms after it was last renewed; it goes on trying",
                    node(),
                    store,
                    why,
                    leaseNanos / MILLI);
        }
        if (!everAnswered) {
            context.ready(false, store + " does not answer: " + why);
        }
        problem = why;
        publish();
        boolean lapsed = nowNanos - answeredNanos >= leaseNanos;
        context.health(SUBJECT, lapsed ? Health.DOWN : Health.DEGRADED, store + " does not answer: " + why);
    }

    /** Something in the store stands in the way; empty if nothing does. */
    void complaint(String what) {
        if (what.equals(complained) || failing) {
            return;
        }
        complained = what;
        if (what.isEmpty()) {
            LOG.info("{}: nothing in {} stands in the way any more", node(), store);
            context.health(SUBJECT, Health.UP, "");
        } else {
            LOG.error("{}: {}", node(), what);
            context.health(SUBJECT, Health.DOWN, what);
        }
    }

    private String node() {
        return context.node().id();
    }

    static String describe(Throwable failure) {
        Throwable cause = failure;
        while (cause.getCause() != null && (cause.getMessage() == null || cause instanceof ExecutionException)) {
            cause = cause.getCause();
        }
        if (cause instanceof TimeoutException) {
            return "a request took too long";
        }
        String message = cause.getMessage();
        return cause.getClass().getSimpleName()
                + (message == null ? "" : ": " + message.lines().findFirst().orElse(""));
    }
}
