package io.holdfast.testkit;

import io.holdfast.core.Address;
import io.holdfast.core.runtime.Resolver;
import java.net.InetSocketAddress;

/** Names as one process looks them up. */
final class NodeResolver implements Resolver {
    private static final long MIN_NANOS = 20_000;
    private static final long MAX_NANOS = 500_000;

    private final SimulatedRuntime runtime;

    NodeResolver(SimulatedRuntime runtime) {
        this.runtime = runtime;
    }

    @Override
    public void resolve(Address address, Callback callback) {
        SimulatedNetwork network = runtime.simulation().network();
        long delay = network.random().nextLong(MIN_NANOS, MAX_NANOS + 1);
        Scheduler scheduler = network.scheduler();
        scheduler.schedule(EventKind.CONNECTION, runtime, scheduler.nowNanos() + delay, () -> {
            Hosts.Answer answer = network.hosts().lookUp(address.host());
            callback.resolved(
                    answer.addresses().stream()
                            .map(ip -> new InetSocketAddress(ip, address.port()))
                            .toList(),
                    answer.problem());
        });
    }
}
