package io.holdfast.membership.node;

import io.holdfast.core.Address;
import io.holdfast.core.Health;
import io.holdfast.core.Members;
import io.holdfast.core.runtime.EventLoop.Timer;
import io.holdfast.core.spi.FeatureContext;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Whether the node has company, as its readiness and its health say. A node that finds nobody is not ready for a while, since it
 * usually has only not found them yet; then it serves alone, and says so. On the loop.
 */
final class Company {
    private static final String HEALTH = "members";

    private final String node;
    private final GossipSettings settings;
    private final FeatureContext context;
    private Supplier<String> problem = () -> "";
    private @Nullable Timer limit;
    private boolean ready;
    private boolean named = true; // that somebody else is to be there
    private boolean alone = true;
    private int others; // known, there or not

    Company(String node, GossipSettings settings, FeatureContext context) {
        this.node = node;
        this.settings = settings;
        this.context = context;
    }

    /** A cluster of this node alone has nobody to wait for. */
    void standalone() {
        named = false;
        beReady();
    }

    /** @param problemOfSeeking what went wrong with looking for others; empty if nothing did */
    void begin(Supplier<String> problemOfSeeking) {
        problem = problemOfSeeking;
        context.ready(
                false,
                "alone so far: looking for others by " + settings.discovery().description());
        limit = context.runtime().loop().schedule(settings.awaitOthers().toNanos(), this::beReady);
    }

    /** What the discovery found. */
    void looked(List<Address> seeds, Address own) {
        named = seeds.stream().anyMatch(seed -> !seed.equals(own)) || seeds.isEmpty();
        if (!named) {
            beReady(); // the first one, and nobody else is named
        } else if (alone && !ready) {
            context.ready(false, why());
        }
        judge();
    }

    void changed(Members members) {
        alone = members.isAlone();
        if (!alone) {
            beReady();
        }
        others = members.all().size() - 1;
        judge();
    }

    private void beReady() {
        if (!ready) {
            ready = true;
            context.ready(true, "");
            judge();
        }
    }

    /** Whether it has found others, or waited for them for long enough: until then what it sees is not worth telling. */
    boolean isReady() {
        return ready;
    }

    private String why() {
        String trouble = problem.get();
        return "alone: nobody answers at " + settings.discovery().description()
                + (trouble.isEmpty() ? "" : " (" + trouble + ")");
    }

    private void judge() {
        boolean bad = ready && alone && named;
        String detail = others > 0 ? node + " is alone: of " + others + " others that it knew none is there" : why();
        context.health(HEALTH, bad ? Health.DEGRADED : Health.UP, bad ? detail : "");
    }

    void stop() {
        Timer running = limit;
        if (running != null) {
            running.cancel();
        }
    }
}
