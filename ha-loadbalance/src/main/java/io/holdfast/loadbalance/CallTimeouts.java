package io.holdfast.loadbalance;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;

/** Looks every so often whether calls that do not block have taken their time: a timer for each would cost more than the call. */
final class CallTimeouts {
    /** By so much later than said a call may be found to be late. */
    static final long TICK_NANOS = 20_000_000L;

    private final BalancerRuntime runtime;
    private final Set<Waiting> running = ConcurrentHashMap.newKeySet();
    private final AtomicBoolean looking = new AtomicBoolean();
    private volatile boolean closed;

    /** A call that waits for something. */
    interface Waiting {
        /** Whether its time is over. On the balancer's thread: no place for users' code. */
        void look(long now);

        /** Nobody looks at the time any more. */
        void closed();
    }

    CallTimeouts(BalancerRuntime runtime) {
        this.runtime = runtime;
    }

    void add(Waiting call) {
        running.add(call);
        if (closed) {
            call.closed();
        } else if (looking.compareAndSet(false, true)) {
            runtime.after(TICK_NANOS, this::look);
        }
    }

    void remove(Waiting call) {
        running.remove(call);
    }

    /** How many there are. */
    int size() {
        return running.size();
    }

    private void look() {
        long now = runtime.nanoTime();
        running.forEach(each -> each.look(now));
        if (running.isEmpty()) {
            looking.set(false);
            if (running.isEmpty() || !looking.compareAndSet(false, true)) {
                return; // nobody has come since, or whoever came looks
            }
        }
        runtime.after(TICK_NANOS, this::look);
    }

    /** Ends all that wait: what would see to their time may end any moment. */
    void close() {
        closed = true;
        running.forEach(Waiting::closed);
    }
}
