package io.holdfast.benchmarks.loadbalance;

import io.holdfast.benchmarks.picks.PickSubject;
import io.holdfast.loadbalance.Algorithm;
import io.holdfast.loadbalance.Balancer;
import io.holdfast.loadbalance.BalancerSettings;
import io.holdfast.loadbalance.Endpoint;
import io.holdfast.loadbalance.Outcome;
import io.holdfast.loadbalance.RequestKey;
import io.holdfast.loadbalance.Target;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Balancers of Holdfast, through what users call. A name that ends in {@code +} is a whole request: begun, and ended well. */
public final class HoldfastPicks implements PickSubject {
    private static final Map<String, Algorithm> ALGORITHMS = new LinkedHashMap<>();

    static {
        ALGORITHMS.put("round-robin", Algorithm.roundRobin());
        ALGORITHMS.put("smooth-weighted", Algorithm.smoothWeighted());
        ALGORITHMS.put("random", Algorithm.random());
        ALGORITHMS.put("weighted-random", Algorithm.weightedRandom());
        ALGORITHMS.put("rendezvous", new Algorithm.KeyHash(1_000));
        ALGORITHMS.put("maglev", new Algorithm.KeyHash(0));
        ALGORITHMS.put("key-hash", Algorithm.keyHash());
        ALGORITHMS.put("bounded-key-hash", Algorithm.boundedKeyHash());
        ALGORITHMS.put("least-request", Algorithm.leastRequest());
        ALGORITHMS.put("peak-ewma", Algorithm.peakEwma());
    }

    /** For {@link Class#forName}. */
    public HoldfastPicks() {}

    @Override
    public List<String> algorithms() {
        List<String> names = new ArrayList<>(ALGORITHMS.keySet());
        List.of("round-robin", "key-hash", "bounded-key-hash", "least-request", "peak-ewma")
                .forEach(name -> names.add(name + "+"));
        return names;
    }

    static Algorithm algorithm(String name) {
        return Objects.requireNonNull(ALGORITHMS.get(name), name);
    }

    static List<Endpoint> endpoints(int count, boolean weighted) {
        List<Endpoint> all = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            all.add(Endpoint.of("node-" + i, "http://10.0." + i / 250 + "." + i % 250 + ":8080")
                    .weight(weighted ? 1 + i % 5 : 1));
        }
        return all;
    }

    @Override
    public Pick newPick(String named, int endpoints, boolean weighted) {
        boolean whole = named.endsWith("+");
        Algorithm algorithm = algorithm(whole ? named.substring(0, named.length() - 1) : named);
        Balancer balancer = Balancer.start(
                new Balancer.Identity("benchmark", "client", "http"),
                BalancerSettings.of(algorithm),
                new DirectRuntime(),
                new SimpleMeterRegistry());
        balancer.update(endpoints(endpoints, weighted), 1).toCompletableFuture().join();
        for (int i = 0; i < 50 * endpoints; i++) { // each has a latency
            end(balancer, balancer.begin(RequestKey.of(i), null));
        }
        if (whole) {
            return i -> end(balancer, balancer.begin(RequestKey.of(i), null));
        }
        return algorithm.usesKey()
                ? i -> Objects.requireNonNull(balancer.pick(RequestKey.of(i)))
                : i -> Objects.requireNonNull(balancer.pick());
    }

    private static Object end(Balancer balancer, @Nullable Target target) {
        Target begun = Objects.requireNonNull(target);
        balancer.end(begun, 1_000_000, Outcome.SUCCESS);
        return begun;
    }
}
