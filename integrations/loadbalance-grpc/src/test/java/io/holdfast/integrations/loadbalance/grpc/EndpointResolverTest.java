package io.holdfast.integrations.loadbalance.grpc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;

import io.grpc.NameResolver;
import io.grpc.NameResolver.ResolutionResult;
import io.grpc.Status;
import io.grpc.SynchronizationContext;
import io.holdfast.core.Health;
import io.holdfast.loadbalance.Algorithm;
import io.holdfast.loadbalance.Balancer;
import io.holdfast.loadbalance.BalancerRuntime;
import io.holdfast.loadbalance.BalancerSettings;
import io.holdfast.loadbalance.CallSettings;
import io.holdfast.loadbalance.Directory;
import io.holdfast.loadbalance.Endpoint;
import io.holdfast.loadbalance.StandaloneLoadBalancer;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a channel is told, with names that the test knows. */
@Timeout(120)
class EndpointResolverTest {
    private static final Endpoint A = Endpoint.of("a", "grpc://a.example:9090");

    private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor();
    private final AtomicReference<Consumer<Directory>> source = new AtomicReference<>();
    private final StandaloneLoadBalancer balancer = StandaloneLoadBalancer.start(
            new Balancer.Identity("shop", "web-1", "echo"),
            (runtime, hears) -> {
                source.set(hears);
                return () -> {};
            },
            BalancerSettings.of(Algorithm.roundRobin()),
            CallSettings.usual(),
            BalancerRuntime.of(thread, SplittableRandom::new),
            new SimpleMeterRegistry());
    private final BlockingQueue<List<String>> told = new LinkedBlockingQueue<>();
    private final AtomicInteger lookUps = new AtomicInteger();

    @AfterEach
    void end() {
        balancer.close();
        thread.shutdownNow();
    }

    private void start(EndpointResolver.Names names) {
        SynchronizationContext context = new SynchronizationContext((on, failure) -> {
            throw new IllegalStateException(failure);
        });
        NameResolver.Args args = NameResolver.Args.newBuilder()
                .setDefaultPort(9090)
                .setProxyDetector(to -> null)
                .setSynchronizationContext(context)
                .setServiceConfigParser(new NameResolver.ServiceConfigParser() {
                    @Override
                    public NameResolver.ConfigOrError parseServiceConfig(Map<String, ?> raw) {
                        return NameResolver.ConfigOrError.fromConfig(raw);
                    }
                })
                .setScheduledExecutorService(thread)
                .setOffloadExecutor(thread)
                .build();
        EndpointResolver resolver = new EndpointResolver("echo", balancer.calls(), args, names);
        context.execute(() -> resolver.start(new NameResolver.Listener2() {
            @Override
            public void onResult(ResolutionResult result) {
                Status unused = onResult2(result);
            }

            @Override
            public Status onResult2(ResolutionResult result) {
                told.add(result.getAddressesOrError().getValue().stream()
                        .map(each -> String.valueOf(each.getAddresses().get(0)))
                        .toList());
                return Status.OK;
            }

            @Override
            public void onError(Status error) {
                throw new IllegalStateException(error.toString());
            }
        }));
    }

    private List<String> next() throws InterruptedException {
        List<String> next = told.poll(60, TimeUnit.SECONDS);
        assertNotNull(next);
        return next;
    }

    @Test
    void aNameThatIsNotFoundIsLookedUpAgainWithoutAnyNews() throws Exception {
        source.get().accept(new Directory(1, List.of(A), null, id -> -1));
        start(host -> {
            if (lookUps.incrementAndGet() <= 1) {
                throw new UnknownHostException(host);
            }
            return new InetAddress[] {InetAddress.getByAddress(host, new byte[] {10, 0, 0, 1})};
        });
        List<String> first = next();
        while (first.isEmpty()) { // also before the balancer has the list
            first = next();
        }
        assertEquals(List.of("a.example/10.0.0.1:9090"), first);
    }

    @Test
    void howAnEndpointIsChangesNothingOfWhereItIs() throws Exception {
        start(host -> {
            lookUps.incrementAndGet();
            return new InetAddress[] {InetAddress.getByAddress(host, new byte[] {10, 0, 0, 1})};
        });
        assertEquals(List.of(), next());
        source.get().accept(new Directory(1, List.of(A), null, id -> -1));
        assertEquals(List.of("a.example/10.0.0.1:9090"), next());
        source.get().accept(new Directory(2, List.of(A.health(Health.DEGRADED).draining(true)), null, id -> -1));
        assertEquals(List.of("a.example/10.0.0.1:9090"), next());
        assertEquals(1, lookUps.get());
        Endpoint moved = Endpoint.of("a", "grpc://b.example:9090");
        source.get().accept(new Directory(3, List.of(moved), null, id -> -1));
        assertEquals(List.of("b.example/10.0.0.1:9090"), next());
        assertEquals(2, lookUps.get());
    }
}
