package io.holdfast.membership.node;

import io.holdfast.core.spi.FeatureContext;
import io.holdfast.core.spi.Measure;
import io.holdfast.membership.MemberMessage;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Tags;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Hands messages of other members' code to this node's. */
final class Inbox {
    private static final Logger LOG = LoggerFactory.getLogger(Inbox.class);
    private static final Measure DROPPED = Measure.counter(
            "holdfast.membership.messages.dropped",
            "messages of other members that were not told because the listener was too slow",
            "cluster",
            "node");
    private static final int MOST = 1_024;

    private final String node;
    private final @Nullable Consumer<MemberMessage> listener;
    private final FeatureContext context;
    private final AtomicInteger waiting = new AtomicInteger();
    private final Counter dropped;

    Inbox(String node, @Nullable Consumer<MemberMessage> listener, FeatureContext context) {
        this.node = node;
        this.listener = listener;
        this.context = context;
        this.dropped = DROPPED.newCounter(context.meters(), Tags.of("cluster", context.clusterName(), "node", node));
    }

    /** On the loop. */
    void add(String from, byte[] payload, boolean broadcast) {
        Consumer<MemberMessage> told = listener;
        if (told == null) {
            return;
        }
        if (waiting.incrementAndGet() > MOST) {
            waiting.decrementAndGet();
            dropped.increment();
            return;
        }
        MemberMessage message = new MemberMessage(from, payload, broadcast);
        context.callbacks().execute(() -> {
            waiting.decrementAndGet();
            try {
                told.accept(message);
            } catch (Throwable e) { // the user's code; the next message may fare better
                LOG.error("node {}: the listener of messages threw for one from {}", node, from, e);
            }
        });
    }

    void close() {
        context.meters().remove(dropped);
    }
}
