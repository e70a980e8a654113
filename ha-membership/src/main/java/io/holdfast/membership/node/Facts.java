package io.holdfast.membership.node;

import io.holdfast.core.Health;
import io.holdfast.core.MemberFacts;
import io.holdfast.core.Node;
import io.holdfast.core.runtime.EventLoop;
import io.holdfast.core.runtime.EventLoop.Timer;
import io.holdfast.core.spi.FeatureContext;
import io.holdfast.membership.swim.MemberInfo;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the running parts of this node, and the user's code, say of it. Numbers of load change all the time and leave at most
 * every two seconds; whatever else changes leaves at once. Changed by any thread, told on the loop.
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
    private final AtomicReference<MemberFacts> facts = new AtomicReference<>(MemberFacts.NONE);
    private final AtomicBoolean due = new AtomicBoolean();
    private MemberFacts said = MemberFacts.NONE;
    private long saidNanos;
    private boolean tooMuch;
    private boolean begun;
    private boolean stopped;
    private @Nullable Timer timer;

    Facts(Node self, FeatureContext context, Speaker speaker) {
        this.self = self;
        this.context = context;
        this.speaker = speaker;
        this.saidNanos = context.runtime().clock().nanoTime() - LOAD_NANOS;
    }

    /**
     * Safe from any thread; what {@code change} throws the caller gets, and nothing has changed.
     *
     * @param change may be called more than once, where two threads change at once
     */
    void change(UnaryOperator<MemberFacts> change) {
        facts.updateAndGet(
                now -> Objects.requireNonNull(change.apply(now), "the change of what a node says of itself gave null"));
        EventLoop loop = context.runtime().loop();
        if (loop.inEventLoop()) {
            look();
        } else if (!due.getAndSet(true)) {
            loop.execute(this::look);
        }
    }

    /** From now on they leave. On the loop. */
    void begin() {
        begun = true;
        look();
    }

    private void look() {
        due.set(false);
        MemberFacts wanted = facts.get();
        if (!begun || stopped || wanted.equals(said)) {
            return;
        }
        long wait = saidNanos + LOAD_NANOS - context.runtime().clock().nanoTime();
        boolean loadAlone = wanted.role() == said.role()
                && wanted.capabilities().equals(said.capabilities())
                && wanted.health() == said.health()
                && wanted.draining() == said.draining();
        if (!loadAlone || wait <= 0) {
            say(wanted);
        } else if (timer == null) {
            timer = context.runtime().loop().schedule(wait, () -> {
                timer = null;
                look();
            });
        }
    }

    private void say(MemberFacts wanted) {
        byte[] metadata = MetadataCodec.encode(self, wanted);
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
            said = wanted;
            saidNanos = context.runtime().clock().nanoTime();
            speaker.say(said, metadata);
        }
    }

    /** On the loop. */
    void stop() {
        stopped = true;
        Timer running = timer;
        if (running != null) {
            running.cancel();
        }
    }
}
