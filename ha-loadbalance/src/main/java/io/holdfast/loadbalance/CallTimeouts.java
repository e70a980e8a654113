package io.holdfast.loadbalance;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;

/** Looks every so often whether calls that do not block have taken their time: a timer for each would cost more than the call. */
final class CallTimeouts {
    /** By so much later than said a call may be found to be late. */
    static final long TICK_NANOS = 20_000_000L;

    private final BalancerRuntime runtime;
    private final Set<AsyncRun<?>> running = ConcurrentHashMap.newKeySet();
    private final AtomicBoolean looking = new AtomicBoolean();

    CallTimeouts(BalancerRuntime runtime) {
        this.runtime = runtime;
    }

    void add(AsyncRun<?> call) {
        running.add(call);
        if (looking.compareAndSet(false, true)) {
            runtime.after(TICK_NANOS, this::look);
        }
    }

    void remove(AsyncRun<?> call) {
        running.remove(call);
    }

    private void look() {
        long now = runtime.nanoTime();
        running.forEach(each -> each.checkTime(now));
        if (running.isEmpty()) {
            looking.set(false);
            if (running.isEmpty() || !looking.compareAndSet(false, true)) {
                return; // nobody has come since, or whoever came looks
            }
        }
        runtime.after(TICK_NANOS, this::look);
    }
}
