package io.holdfast.loadbalance;

import io.holdfast.core.spi.Measure;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** What is counted of calls. Safe from any thread. */
final class CallMeters implements AutoCloseable {
    private static final String[] OF_SERVICE = {"cluster", "node", "service"};
    private static final Measure CALLS = Measure.counter(
            "holdfast.loadbalance.calls",
            "calls that ended, by `outcome`: `served`; `caller`, by an exception that is none of the endpoint's; `unavailable`,"
                    + " not carried out; `unknown`, carried out or not; `overloaded`, too many waited or were in flight",
            "cluster",
            "node",
            "service",
            "outcome");
    private static final Measure RETRIES = Measure.counter(
            "holdfast.loadbalance.retries",
            "tries beyond a call's first, by why the one before failed, `reason`: `not_sent`, `refused`, `overloaded`, `unknown`, `failed`",
            "cluster",
            "node",
            "service",
            "reason");
    private static final Measure DENIED = Measure.counter(
            "holdfast.loadbalance.retries.denied", "tries that the budget of retries did not allow", OF_SERVICE);
    private static final Measure HELD = Measure.counter(
            "holdfast.loadbalance.held", "calls that had to wait for a master, or for anybody", OF_SERVICE);
    private static final Measure WAITING =
            Measure.gauge("holdfast.loadbalance.waiting", "calls that wait so at this moment", OF_SERVICE);

    /** How a call ended. */
    enum Ended {
        SERVED,
        CALLER,
        UNAVAILABLE,
        UNKNOWN,
        OVERLOADED
    }

    private final MeterRegistry registry;
    private final List<Meter> meters = new ArrayList<>();
    private final Map<Ended, Counter> calls = new EnumMap<>(Ended.class);
    private final Map<Failure, Counter> retries = new EnumMap<>(Failure.class);
    private final Counter denied;
    private final Counter held;

    CallMeters(MeterRegistry registry, Balancer.Identity identity, AtomicInteger waiting) {
        this.registry = registry;
        Tags tags = Tags.of("cluster", identity.cluster(), "node", identity.node(), "service", identity.service());
        for (Ended each : Ended.values()) {
            calls.put(each, added(CALLS.newCounter(registry, tags.and("outcome", word(each)))));
        }
        for (Failure each : Failure.values()) {
            if (each != Failure.CALLER) {
                retries.put(each, added(RETRIES.newCounter(registry, tags.and("reason", word(each)))));
            }
        }
        this.denied = added(DENIED.newCounter(registry, tags));
        this.held = added(HELD.newCounter(registry, tags));
        meters.add(WAITING.newGauge(registry, tags, waiting, AtomicInteger::get));
    }

    private static String word(Enum<?> of) {
        return of.name().toLowerCase(Locale.ROOT);
    }

    private Counter added(Counter counter) {
        meters.add(counter);
        return counter;
    }

    void ended(Ended how) {
        count(calls.get(how));
    }

    void retried(Failure after) {
        count(retries.get(after));
    }

    private static void count(@Nullable Counter counter) {
        if (counter != null) {
            counter.increment();
        }
    }

    void denied() {
        denied.increment();
    }

    void held() {
        held.increment();
    }

    @Override
    public void close() {
        meters.forEach(registry::remove);
    }
}
