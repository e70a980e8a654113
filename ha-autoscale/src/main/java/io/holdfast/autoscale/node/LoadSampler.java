package io.holdfast.autoscale.node;

import io.holdfast.autoscale.Load;
import io.holdfast.autoscale.LoadSource;
import io.holdfast.autoscale.decide.UserCode;
import io.holdfast.autoscale.fleet.Sighting;
import io.holdfast.core.MemberFacts;
import io.holdfast.core.runtime.NodeRuntime;
import io.holdfast.core.runtime.Worker;
import io.holdfast.core.spi.FeatureContext;
import io.holdfast.core.spi.Membership;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells the others, by gossip, how much this node has to do, and for how long it has been able to serve. Sources are asked on the worker's
 * thread; one that fails is missing from what is told, and is told of once.
 */
final class LoadSampler {
    private static final Logger LOG = LoggerFactory.getLogger(LoadSampler.class);

    private final FeatureContext context;
    private final NodeRuntime runtime;
    private final Membership membership;
    private final Worker worker;
    private final long everyNanos;
    private final Map<String, LoadSource> sources = new LinkedHashMap<>();
    private final BooleanSupplier drains;
    private final boolean tellsDelay;
    private final AtomicBoolean sampling = new AtomicBoolean();
    private volatile boolean stopped;
    private volatile double inFlight = Double.NaN;
    // of the worker's thread
    private final Set<String> failing = new HashSet<>();
    private long beat;
    private boolean serves;
    private long servesSince;
    private Map<String, Double> told = Map.of();

    /** @param drains true while the node drains since scaling has it do so */
    LoadSampler(
            FeatureContext context,
            Membership membership,
            Worker worker,
            AutoscaleSettings settings,
            BooleanSupplier drains) {
        this.context = context;
        this.drains = drains;
        this.runtime = context.runtime();
        this.membership = membership;
        this.worker = worker;
        this.everyNanos = settings.sampleEvery().toNanos();
        this.tellsDelay = settings.builtIn().contains(Load.LOOP_DELAY);
        if (settings.builtIn().contains(Load.CPU)) {
            sources.put(Load.CPU, JvmLoad.cpu(runtime.clock()));
        }
        if (settings.builtIn().contains(Load.HEAP)) {
            sources.put(Load.HEAP, JvmLoad::heap);
        }
        MeterRegistry registry = context.meters();
        settings.meters().forEach((name, meter) -> sources.put(name, new MeterLoad(registry, meter, runtime.clock())));
        sources.putAll(settings.loads());
    }

    /** On the loop. */
    void start() {
        schedule();
    }

    void stop() {
        stopped = true;
    }

    private void schedule() {
        long due = runtime.clock().nanoTime() + everyNanos;
        runtime.loop().schedule(everyNanos, () -> {
            if (!stopped) {
                double late = Math.max(0, runtime.clock().nanoTime() - due) / 1e9;
                if (sampling.compareAndSet(false, true)) { // a source that hangs holds up one of them, not each
                    worker.execute(() -> {
                        sampling.set(false);
                        sample(late);
                    });
                }
                schedule();
            }
        });
    }

    private void sample(double late) {
        if (stopped) {
            return;
        }
        Map<String, Double> now = new TreeMap<>();
        sources.forEach((name, source) -> ask(name, source).ifPresent(value -> now.put(name, value)));
        if (tellsDelay) {
            now.put(Load.LOOP_DELAY, late);
        }
        inFlight = now.getOrDefault(Load.IN_FLIGHT, Double.NaN);
        boolean ready = context.control().isReady();
        long at = runtime.clock().nanoTime();
        if (ready && !serves) {
            servesSince = at;
        }
        serves = ready;
        now.put(Sighting.SERVING, ready ? Math.floor((at - servesSince) / (double) TimeUnit.SECONDS.toNanos(1)) : -1);
        now.put(Sighting.BEAT, (double) ++beat);
        if (drains.getAsBoolean()) {
            now.put(Sighting.DRAINS, 1.0);
        }
        Map<String, Double> before = told;
        told = now;
        membership.say(facts -> with(facts, before, now));
    }

    private static MemberFacts with(MemberFacts facts, Map<String, Double> before, Map<String, Double> now) {
        Map<String, Double> load = new TreeMap<>(facts.load());
        load.keySet().removeAll(before.keySet()); // what has no value any more is missing
        load.putAll(now);
        return new MemberFacts(facts.role(), load, facts.capabilities(), facts.health(), facts.draining());
    }

    private OptionalDouble ask(String name, LoadSource source) {
        try {
            double value = source.sample();
            failing.remove(name);
            return Double.isFinite(value) ? OptionalDouble.of(value) : OptionalDouble.empty();
        } catch (Throwable failed) { // the source may be the user's
            UserCode.passOn(failed);
            if (failing.add(name)) {
                LOG.warn(
                        "{}: its load {} cannot be told, and counts as missing until it can",
                        context.node().id(),
                        name,
                        failed);
            }
            return OptionalDouble.empty();
        }
    }

    /** How many requests this node has now: asked for anew if it is known how; negative if it is not. Blocks as its source does. */
    double inFlightNow() {
        LoadSource source = sources.get(Load.IN_FLIGHT);
        if (source == null) {
            return -1;
        }
        try {
            double value = source.sample();
            return Double.isFinite(value) ? Math.max(0, value) : -1;
        } catch (Throwable failed) {
            UserCode.passOn(failed);
            return Double.isFinite(inFlight) ? inFlight : -1;
        }
    }
}
