package io.holdfast.loadbalance;

import io.micrometer.core.instrument.MeterRegistry;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What all calls over one service share: the balancer, what the source said last, the budget, and who waits. Safe from any thread. */
final class CallKernel implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(CallKernel.class);

    private final Balancer balancer;
    private final BalancerRuntime runtime;
    private final CallSettings settings;
    private final RetryBudget budget;
    private final CallMeters meters;
    private final CallTimeouts timeouts;
    private final AtomicInteger held = new AtomicInteger();
    private final List<Runnable> listeners = new CopyOnWriteArrayList<>();
    private volatile Directory directory = Directory.EMPTY;
    private volatile CompletableFuture<Void> change = new CompletableFuture<>();
    private volatile boolean closed;
    /** The list that the balancer was given last, and when it has it. */
    private @Nullable List<Endpoint> heard;

    private CompletionStage<Void> taking = CompletableFuture.completedFuture(null);

    CallKernel(
            Balancer.Identity identity,
            BalancerSettings balancing,
            CallSettings settings,
            BalancerRuntime runtime,
            MeterRegistry registry) {
        this.balancer = Balancer.start(identity, balancing, runtime, registry);
        this.runtime = runtime;
        this.settings = settings;
        this.budget = new RetryBudget(settings.retryPercent(), settings.retriesPerSecond(), runtime.nanoTime());
        this.timeouts = new CallTimeouts(runtime);
        this.meters = new CallMeters(registry, identity, held);
    }

    /**
     * The source has something new, which counts once picks go by its endpoints. Of the master alone a change costs the balancer nothing.
     */
    void hear(Directory next) {
        CompletionStage<Void> taken;
        synchronized (this) {
            if (!next.endpoints().equals(heard)) {
                heard = next.endpoints();
                taking = balancer.update(next.endpoints(), next.epoch());
            }
            taken = taking;
        }
        CompletionStage<Void> unused = taken.whenComplete((nothing, failure) -> use(next));
    }

    private void use(Directory next) {
        CompletableFuture<Void> before;
        synchronized (this) {
            if (next.epoch() < directory.epoch()) {
                return;
            }
            directory = next;
            before = change;
            change = new CompletableFuture<>();
        }
        before.complete(null); // first: calls that wait for a master do not wait for listeners
        listeners.forEach(CallKernel::tell);
    }

    /** What one of them throws is told, and keeps nothing from the others. */
    private static void tell(Runnable listener) {
        try {
            listener.run();
        } catch (RuntimeException e) {
            log.error("a listener for who offers a service failed: {}", e, e);
        }
    }

    /** Runs that at each change of the directory. */
    EndpointSource.Subscription listen(Runnable changed) {
        AtomicBoolean listens = new AtomicBoolean(true);
        listeners.add(changed);
        changed.run();
        return () -> {
            if (listens.compareAndSet(true, false)) {
                listeners.remove(changed);
            }
        };
    }

    /** What the source said last. */
    Directory directory() {
        return directory;
    }

    /** Completes at the next change; to be taken before what is looked at. */
    CompletableFuture<Void> nextChange() {
        return change;
    }

    Balancer balancer() {
        return balancer;
    }

    BalancerRuntime runtime() {
        return runtime;
    }

    CallSettings settings() {
        return settings;
    }

    RetryBudget budget() {
        return budget;
    }

    CallMeters meters() {
        return meters;
    }

    CallTimeouts timeouts() {
        return timeouts;
    }

    boolean isClosed() {
        return closed;
    }

    /** A call begins to wait; false if too many do. */
    boolean hold() {
        if (held.incrementAndGet() > settings.mostHeld()) {
            held.decrementAndGet();
            return false;
        }
        meters.held();
        return true;
    }

    void release() {
        held.decrementAndGet();
    }

    /** Calls that wait are given up, and those on their way that do not block. */
    @Override
    public void close() {
        closed = true;
        CompletableFuture<Void> waiting;
        synchronized (this) {
            waiting = change;
            change = new CompletableFuture<>();
        }
        waiting.complete(null);
        timeouts.close();
        balancer.close();
        meters.close();
    }
}
