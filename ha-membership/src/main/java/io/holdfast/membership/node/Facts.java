package io.holdfast.membership.node;

import io.holdfast.core.Health;
import io.holdfast.core.MemberFacts;
import io.holdfast.core.Node;
import io.holdfast.core.runtime.EventLoop.Timer;
import io.holdfast.core.spi.FeatureContext;
import io.holdfast.membership.swim.MemberInfo;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the running parts of this node say of it. Numbers of load change all the time and leave at most every two seconds;
 * whatever else changes leaves at once. On the loop.
 */
final class Facts {
    private static final Logger LOG = LoggerFactory.getLogger(Facts.class);
    private static final String HEALTH = "member-facts";
    private static final long LOAD_NANOS = TimeUnit.SECONDS.toNanos(2);

    /** Takes what is to leave. */
    interface Speaker {
        void say(MemberFacts facts, byte[] metadata);
    }

    private final Node self;
    private final FeatureContext context;
    private final Speaker speaker;
    private MemberFacts facts = MemberFacts.NONE;
    private MemberFacts said = MemberFacts.NONE;
    private long saidNanos;
    private boolean tooMuch;
    private boolean stopped;
    private @Nullable Timer timer;

    Facts(Node self, FeatureContext context, Speaker speaker) {
        this.self = self;
        this.context = context;
        this.speaker = speaker;
        this.saidNanos = context.runtime().clock().nanoTime() - LOAD_NANOS;
    }

    void change(UnaryOperator<MemberFacts> change) {
        facts = change.apply(facts);
        if (stopped || facts.equals(said)) {
            return;
        }
        long wait = saidNanos + LOAD_NANOS - context.runtime().clock().nanoTime();
        boolean loadAlone = facts.role() == said.role() && facts.capabilities().equals(said.capabilities());
        if (!loadAlone || wait <= 0) {
            say();
        } else if (timer == null) {
            timer = context.runtime().loop().schedule(wait, this::say);
        }
    }

    private void say() {
        Timer running = timer;
        if (running != null) {
            running.cancel();
            timer = null;
        }
        if (stopped || facts.equals(said)) {
            return;
        }
        byte[] metadata = MetadataCodec.encode(self, facts);
        boolean fits = metadata.length <= MemberInfo.MAX_METADATA;
        if (fits == tooMuch) {
            tooMuch = !fits;
            String detail = "what " + self.id() + " says of itself takes " + metadata.length
                    + " bytes, and gossip carries "
                    + MemberInfo.MAX_METADATA + "; others see what it said before. Use fewer or shorter names of load,"
                    + " capabilities, tags or services";
            context.health(HEALTH, fits ? Health.UP : Health.DEGRADED, fits ? "" : detail);
            if (!fits) {
                LOG.warn("node {}: {}", self.id(), detail);
            }
        }
        if (fits) {
            said = facts;
            saidNanos = context.runtime().clock().nanoTime();
            speaker.say(said, metadata);
        }
    }

    void stop() {
        stopped = true;
        Timer running = timer;
        if (running != null) {
            running.cancel();
        }
    }
}
