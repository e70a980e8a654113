package io.holdfast.loadbalance;

import io.holdfast.core.HaCluster;
import io.holdfast.core.spi.ReplicatedState;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executor;
import java.util.function.Consumer;

/** Where endpoints come from. A source of your own tells whatever it knows, whenever it has changed. */
@FunctionalInterface
public interface EndpointSource {

    /**
     * Begins to tell, at once if something is known.
     *
     * @param runtime time and a thread of the balancer that hears, which is not to be blocked
     * @param hears takes each change; safe from any thread
     * @return ends it
     */
    Subscription subscribe(BalancerRuntime runtime, Consumer<Directory> hears);

    /** What a balancer has to end. */
    @FunctionalInterface
    interface Subscription {
        /** Tells no more. Idempotent. */
        void cancel();
    }

    /** Always the same ones. */
    static EndpointSource fixed(List<Endpoint> endpoints) {
        Directory all = Directory.of(1, endpoints);
        return (runtime, hears) -> {
            hears.accept(all);
            return () -> {};
        };
    }

    /**
     * The endpoints of another source, whose ids are those of nodes, and the master that a node or client of the cluster knows: for a
     * {@code Node.client}, which gossip does not reach.
     *
     * @param cluster started, with {@code LogReplication}
     */
    static EndpointSource withMaster(HaCluster cluster, EndpointSource endpoints) {
        ReplicatedState state = cluster.feature(ReplicatedState.class);
        return (runtime, hears) -> new MasterSource(state, endpoints).begin(runtime, hears);
    }

    /**
     * Asks again and again, and keeps the last list while it gets no answer, or an empty one: a name service that is down has
     * nothing to say of servers that are up.
     *
     * @param lookup such as a query of DNS; blocks as long as it likes
     * @param interval between the end of a look-up and the next, 10 ms to 1 h
     * @param executor where it runs: never the balancer's own thread
     */
    static EndpointSource polled(Callable<List<Endpoint>> lookup, Duration interval, Executor executor) {
        CallSettings.checkDuration("interval", interval, Duration.ofMillis(10), Duration.ofHours(1));
        return (runtime, hears) -> new PolledSource(lookup, interval.toNanos(), executor, runtime, hears).begin();
    }

    /**
     * The addresses of a name, looked up again and again as {@link #polled} does; each is an endpoint whose id is its address.
     *
     * @param name in DNS, or of this machine's hosts file
     * @param scheme of the endpoints' URIs, such as {@code http}
     * @param port the same for all, 1 to 65535
     */
    static EndpointSource dns(String name, String scheme, int port, Duration interval, Executor executor) {
        return polled(new NameLookup(name, scheme, port), interval, executor);
    }
}
