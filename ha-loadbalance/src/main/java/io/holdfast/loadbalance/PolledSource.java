package io.holdfast.loadbalance;

import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A list that has to be asked for. One look-up at a time. */
final class PolledSource implements EndpointSource.Subscription {
    private static final Logger log = LoggerFactory.getLogger(PolledSource.class);

    private final Callable<List<Endpoint>> lookup;
    private final long intervalNanos;
    private final Executor executor;
    private final BalancerRuntime runtime;
    private final Consumer<Directory> hears;
    private List<Endpoint> last = List.of();
    private String trouble = "";
    private long epoch;
    private volatile boolean cancelled;

    PolledSource(
            Callable<List<Endpoint>> lookup,
            long intervalNanos,
            Executor executor,
            BalancerRuntime runtime,
            Consumer<Directory> hears) {
        this.lookup = lookup;
        this.intervalNanos = intervalNanos;
        this.executor = executor;
        this.runtime = runtime;
        this.hears = hears;
    }

    PolledSource begin() {
        ask();
        return this;
    }

    private void ask() {
        if (cancelled) {
            return;
        }
        try {
            executor.execute(this::askNow);
        } catch (RejectedExecutionException e) {
            log.warn(
                    "{} is asked no more, since its executor has ended; its last {} endpoints stay",
                    lookup,
                    last.size());
        }
    }

    private void askNow() {
        try {
            List<Endpoint> found = lookup.call();
            String problem = found.isEmpty() ? "it gave no endpoint" : "";
            tell(problem);
            if (problem.isEmpty() && !found.equals(last) && !cancelled) {
                last = List.copyOf(found);
                hears.accept(Directory.of(++epoch, last));
            }
        } catch (Exception e) { // whatever a look-up may throw: the next one may succeed
            tell(String.valueOf(e));
        }
        if (!cancelled) {
            runtime.after(intervalNanos, this::ask);
        }
    }

    private void tell(String problem) {
        if (!problem.equals(trouble)) {
            trouble = problem;
            if (problem.isEmpty()) {
                log.info("{} answers again", lookup);
            } else {
                log.warn("looking up {} failed, its last {} endpoints stay: {}", lookup, last.size(), problem);
            }
        }
    }

    @Override
    public void cancel() {
        cancelled = true;
    }
}
