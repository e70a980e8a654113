package io.holdfast.integrations.loadbalance.grpc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientInterceptors;
import io.grpc.ClientStreamTracer;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.NameResolverRegistry;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ClientCalls;
import io.holdfast.core.FencingToken;
import io.holdfast.core.RoleHolder;
import io.holdfast.loadbalance.Algorithm;
import io.holdfast.loadbalance.Attempt;
import io.holdfast.loadbalance.Balancer;
import io.holdfast.loadbalance.BalancerRuntime;
import io.holdfast.loadbalance.BalancerSettings;
import io.holdfast.loadbalance.CallSettings;
import io.holdfast.loadbalance.Directory;
import io.holdfast.loadbalance.Endpoint;
import io.holdfast.loadbalance.EndpointSource;
import io.holdfast.loadbalance.EndpointStanding;
import io.holdfast.loadbalance.LoadBalancer;
import io.holdfast.loadbalance.Outcome;
import io.holdfast.loadbalance.ReadSession;
import io.holdfast.loadbalance.RoutingHeaders;
import io.holdfast.loadbalance.StandaloneLoadBalancer;
import io.holdfast.loadbalance.Target;
import io.holdfast.loadbalance.Tried;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Three real servers and a real channel; who is there and who is master is what the test says. */
@Timeout(120)
class RoutedCallsTest {
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
    private final LoadBalancer calls = balancer.calls();
    private final NameResolverRegistry names = new NameResolverRegistry();
    private final List<EchoServer> servers = new ArrayList<>();
    private ManagedChannel channel;
    private long epoch;

    @BeforeEach
    void begin() throws IOException {
        for (String id : List.of("a", "b", "c")) {
            servers.add(new EchoServer(id, 0));
        }
        names.register(HoldfastResolverProvider.of(name -> {
            assertEquals("echo", name);
            return calls;
        }));
        channel = Grpc.newChannelBuilder("holdfast:///echo", InsecureChannelCredentials.create(), names)
                .defaultLoadBalancingPolicy(HoldfastPolicyProvider.NAME)
                .build();
    }

    @AfterEach
    void end() throws InterruptedException {
        channel.shutdownNow();
        servers.forEach(EchoServer::close);
        assertTrue(channel.awaitTermination(1, TimeUnit.MINUTES));
        balancer.close();
        thread.shutdownNow();
    }

    private void hear(@Nullable String master, long token) throws InterruptedException {
        hear(servers.stream().map(EchoServer::endpoint).toList(), master, token);
    }

    private void hear(List<Endpoint> endpoints, @Nullable String master, long token) throws InterruptedException {
        RoleHolder holder = master == null ? null : new RoleHolder(master, new FencingToken(token));
        Directory next = new Directory(++epoch, endpoints, holder, id -> -1);
        CountDownLatch taken = new CountDownLatch(1);
        EndpointSource.Subscription listening = calls.listen(() -> {
            if (calls.directory().epoch() == next.epoch()) {
                taken.countDown();
            }
        });
        source.get().accept(next);
        assertTrue(taken.await(30, TimeUnit.SECONDS));
        listening.cancel();
    }

    private String echo(LoadBalancer by) {
        Channel routed = ClientInterceptors.intercept(channel, RoutedCalls.by(by));
        return ClientCalls.blockingUnaryCall(
                routed, EchoServer.ECHO, CallOptions.DEFAULT.withDeadlineAfter(30, TimeUnit.SECONDS), "hello");
    }

    private EndpointStanding standing(String id) {
        return calls.explain().endpoints().stream()
                .filter(each -> each.endpoint().id().equals(id))
                .findFirst()
                .orElseThrow();
    }

    private static @Nullable String sent(EchoServer to, String header) {
        Metadata last = to.got.get(to.got.size() - 1);
        return RoutingMetadata.get(last, header);
    }

    @Test
    void callsGoToAllAndFollowTheList() throws Exception {
        hear(null, 0);
        Set<String> served = new HashSet<>();
        while (served.size() < 3) { // as soon as all connections stand
            served.add(echo(calls));
        }
        assertEquals(Set.of("a hello", "b hello", "c hello"), served);
        hear(List.of(servers.get(1).endpoint()), null, 0);
        for (int i = 0; i < 10; i++) {
            assertEquals("b hello", echo(calls));
        }
        // also without an interceptor
        assertEquals("b hello", ClientCalls.blockingUnaryCall(channel, EchoServer.ECHO, CallOptions.DEFAULT, "hello"));
    }

    @Test
    void aServerThatDiesIsPassedOverAndIsAskedAgainWhenItIsBack() throws Exception {
        hear(null, 0);
        Set<String> served = new HashSet<>();
        while (served.size() < 3) {
            served.add(echo(calls));
        }
        int port = servers.get(1).port();
        servers.get(1).close();
        await(() -> standing("b").failures() > 0); // calls that were on their way there may fail until then
        for (int i = 0; i < 30; i++) {
            assertFalse(echo(calls).startsWith("b"));
        }
        servers.set(1, new EchoServer("b", port));
        await(() -> echo(calls).startsWith("b"));
    }

    @Test
    void theMasterGetsItsTokenAndSlavesTheBound() throws Exception {
        hear("b", 7);
        assertEquals("b hello", echo(calls.toMaster()));
        assertEquals("7", sent(servers.get(1), RoutingHeaders.FENCE));
        ReadSession session = ReadSession.begin();
        session.reached(12);
        Set<String> served = new HashSet<>();
        while (served.size() < 2) {
            served.add(echo(calls.toSlaves().maxLag(Duration.ofMillis(500)).session(session)));
        }
        assertEquals(Set.of("a hello", "c hello"), served);
        assertEquals("500", sent(servers.get(0), RoutingHeaders.MAX_LAG));
        assertEquals("12", sent(servers.get(0), RoutingHeaders.AT_LEAST));
        assertNull(sent(servers.get(0), RoutingHeaders.FENCE));
        hear("c", 8);
        assertEquals("c hello", echo(calls.toMaster()));
        assertEquals("8", sent(servers.get(2), RoutingHeaders.FENCE));
    }

    @Test
    void aCallWaitsForAMasterAndForTheNextOne() throws Exception {
        hear(null, 0);
        Future<String> waiting = inBackground(() -> echo(calls.toMaster()));
        hear("a", 1);
        assertEquals("a hello", waiting.get(1, TimeUnit.MINUTES));
        servers.get(0).refuses = true; // it was deposed, and nobody was told yet
        Future<String> refused = inBackground(() -> echo(calls.toMaster()));
        await(() -> servers.get(0).got.size() == 2);
        hear("b", 2);
        assertEquals("b hello", refused.get(1, TimeUnit.MINUTES));
        assertEquals(0, standing("a").failures());
    }

    private static void await(BooleanSupplier condition) throws InterruptedException {
        while (!condition.getAsBoolean()) {
            if (Thread.interrupted()) {
                throw new InterruptedException(); // by the test's time-out
            }
            Thread.onSpinWait();
        }
    }

    private static Future<String> inBackground(Callable<String> call) {
        FutureTask<String> task = new FutureTask<>(call);
        Thread runs = new Thread(task);
        runs.setDaemon(true);
        runs.start();
        return task;
    }

    @Test
    void withoutAMasterACallEndsWhenItHasWaitedAsLongAsCallsMay() throws Exception {
        try (StandaloneLoadBalancer impatient = StandaloneLoadBalancer.start(
                new Balancer.Identity("shop", "web-1", "echo"),
                EndpointSource.fixed(servers.stream().map(EchoServer::endpoint).toList()),
                BalancerSettings.of(Algorithm.peakEwma()),
                CallSettings.usual().hold(Duration.ofMillis(20), 10),
                BalancerRuntime.of(thread, SplittableRandom::new),
                new SimpleMeterRegistry())) {
            NameResolverRegistry other = new NameResolverRegistry();
            other.register(HoldfastResolverProvider.of(name -> impatient.calls()));
            ManagedChannel its = Grpc.newChannelBuilder("holdfast:///echo", InsecureChannelCredentials.create(), other)
                    .defaultLoadBalancingPolicy(HoldfastPolicyProvider.NAME)
                    .build();
            Channel routed = ClientInterceptors.intercept(
                    its, RoutedCalls.by(impatient.calls().toMaster()));
            StatusRuntimeException failed = assertThrows(
                    StatusRuntimeException.class,
                    () -> ClientCalls.blockingUnaryCall(routed, EchoServer.ECHO, CallOptions.DEFAULT, "hello"));
            assertEquals(Status.Code.UNAVAILABLE, failed.getStatus().getCode());
            its.shutdownNow();
            assertTrue(its.awaitTermination(1, TimeUnit.MINUTES));
        }
    }

    @Test
    void whoRefusesOrFailsIsToldApart() throws Exception {
        hear(null, 0);
        servers.get(0).refuses = true;
        servers.get(1).status = Status.INTERNAL;
        servers.get(2).status = Status.NOT_FOUND;
        Set<Status.Code> codes = new HashSet<>();
        while (codes.size() < 2 || servers.get(0).got.isEmpty()) {
            codes.add(assertThrows(StatusRuntimeException.class, () -> echo(calls))
                    .getStatus()
                    .getCode());
        }
        assertEquals(Set.of(Status.Code.INTERNAL, Status.Code.NOT_FOUND), codes);
        assertEquals(0, standing("a").failures());
        assertTrue(standing("b").failures() > 0);
        assertEquals(0, standing("c").failures());
        assertTrue(standing("c").successes() > 0);
    }

    @Test
    void whereAllRefuseTheCallerIsToldWhy() throws Exception {
        hear(null, 0);
        servers.forEach(each -> each.refuses = true);
        StatusRuntimeException refused = assertThrows(StatusRuntimeException.class, () -> echo(calls));
        assertEquals(Status.Code.UNAVAILABLE, refused.getStatus().getCode());
        assertTrue(refused.getTrailers() != null && refused.getTrailers().containsKey(RoutingMetadata.REFUSED));
        assertEquals(
                CallSettings.usual().attempts(),
                servers.stream().mapToInt(each -> each.got.size()).sum());
    }

    @Test
    void aStreamIsInFlightUntilItsFirstMessage() throws Exception {
        hear(List.of(servers.get(0).endpoint()), null, 0);
        Channel routed = ClientInterceptors.intercept(channel, RoutedCalls.by(calls));
        Iterator<String> answers =
                ClientCalls.blockingServerStreamingCall(routed, EchoServer.STREAM, CallOptions.DEFAULT, "hello");
        assertEquals("a hello", answers.next());
        assertEquals(0, standing("a").inFlight()); // it would look like one that is never answered
        assertEquals(1, standing("a").successes());
        servers.get(0).streams.get(0).onNext("again");
        assertEquals("again", answers.next());
        servers.get(0).streams.get(0).onCompleted();
        assertFalse(answers.hasNext());
        assertEquals(1, standing("a").successes());
        Iterator<String> breaks =
                ClientCalls.blockingServerStreamingCall(routed, EchoServer.STREAM, CallOptions.DEFAULT, "hello");
        assertEquals("a hello", breaks.next());
        servers.get(0).streams.get(1).onError(Status.INTERNAL.asRuntimeException());
        assertThrows(StatusRuntimeException.class, breaks::hasNext);
        await(() -> standing("a").failures() == 1); // the stream's end is told before or after the caller has it
        assertEquals(0, standing("a").inFlight());
    }

    @Test
    void aStreamCountsOnlyOnceItIsStarted() throws Exception {
        hear(List.of(servers.get(0).endpoint()), null, 0);
        Route route = new Route(calls);
        Attempt attempt = Objects.requireNonNull(route.begin(System.nanoTime(), new Tried()));
        calls.end(attempt, Outcome.CANCELLED);
        OutcomeTracer.Factory picked = new OutcomeTracer.Factory(route, attempt, true);
        ClientStreamTracer dropped = picked.newClientStreamTracer(
                ClientStreamTracer.StreamInfo.newBuilder().build(), new Metadata());
        assertEquals(0, standing("a").inFlight());
        dropped.streamClosed(Status.CANCELLED);
        dropped.outboundHeaders();
        assertEquals(0, standing("a").inFlight());
        ClientStreamTracer started = picked.newClientStreamTracer(
                ClientStreamTracer.StreamInfo.newBuilder().build(), new Metadata());
        started.outboundHeaders();
        assertEquals(1, standing("a").inFlight());
        started.streamClosed(Status.OK);
        assertEquals(0, standing("a").inFlight());
    }

    /** A channel to a service of those endpoints, whose calls wait for so long. */
    private void withOther(List<Endpoint> endpoints, BalancerSettings settings, Duration hold, ChannelTest test)
            throws Exception {
        SimpleMeterRegistry meters = new SimpleMeterRegistry();
        try (StandaloneLoadBalancer other = StandaloneLoadBalancer.start(
                new Balancer.Identity("shop", "web-1", "echo"),
                EndpointSource.fixed(endpoints),
                settings,
                CallSettings.usual().hold(hold, 10),
                BalancerRuntime.of(thread, SplittableRandom::new),
                meters)) {
            NameResolverRegistry its = new NameResolverRegistry();
            its.register(HoldfastResolverProvider.of(name -> other.calls()));
            ManagedChannel to = Grpc.newChannelBuilder("holdfast:///echo", InsecureChannelCredentials.create(), its)
                    .defaultLoadBalancingPolicy(HoldfastPolicyProvider.NAME)
                    .build();
            try {
                test.run(to, other.calls(), meters);
            } finally {
                to.shutdownNow();
                assertTrue(to.awaitTermination(1, TimeUnit.MINUTES));
            }
        }
    }

    private interface ChannelTest {
        void run(ManagedChannel to, LoadBalancer by, SimpleMeterRegistry meters) throws Exception;
    }

    @Test
    void aCallThatIsNotRoutedEndsWhereNobodyOffersTheService() throws Exception {
        withOther(List.of(), BalancerSettings.of(Algorithm.roundRobin()), Duration.ofMillis(20), (to, by, meters) -> {
            Future<String> call = inBackground(
                    () -> ClientCalls.blockingUnaryCall(to, EchoServer.ECHO, CallOptions.DEFAULT, "hello"));
            ExecutionException ended = assertThrows(ExecutionException.class, () -> call.get(30, TimeUnit.SECONDS));
            Status status = Status.fromThrowable(ended);
            assertEquals(Status.Code.UNAVAILABLE, status.getCode());
            assertEquals("nobody offers the service", status.getDescription());
        });
    }

    @Test
    void aCallThatWaitsForReadyIsLookedAtAgainWhenItHasWaitedAsLongAsOthersMay() throws Exception {
        withOther(
                List.of(servers.get(0).endpoint()),
                BalancerSettings.of(Algorithm.roundRobin()).mostInFlight(1, 10),
                Duration.ZERO,
                (to, by, meters) -> {
                    Channel routed = ClientInterceptors.intercept(to, RoutedCalls.by(by));
                    Callable<String> echo = () -> ClientCalls.blockingUnaryCall(
                            routed, EchoServer.ECHO, CallOptions.DEFAULT.withWaitForReady(), "hello");
                    assertEquals(
                            "a hello", echo.call()); // the connection stands, so nothing of it is news from here on
                    await(() -> by.explain().endpoints().get(0).inFlight() == 0);
                    Target full = Objects.requireNonNull(by.balancer().begin());
                    double before = nobody(meters);
                    Future<String> waits = inBackground(echo);
                    await(() -> nobody(meters) > before);
                    by.balancer().end(full, 1, Outcome.SUCCESS);
                    assertEquals("a hello", waits.get(30, TimeUnit.SECONDS));
                });
    }

    private static double nobody(SimpleMeterRegistry meters) {
        return meters.get("holdfast.loadbalance.refused")
                .tag("reason", "nobody")
                .counter()
                .count();
    }

    @Test
    void aChannelToSomethingElseSaysWhatIsWrong() throws Exception {
        hear(null, 0);
        ManagedChannel other = Grpc.newChannelBuilder(
                        "dns:///127.0.0.1:" + servers.get(0).port(), InsecureChannelCredentials.create())
                .defaultLoadBalancingPolicy(HoldfastPolicyProvider.NAME)
                .build();
        StatusRuntimeException failed = assertThrows(
                StatusRuntimeException.class,
                () -> ClientCalls.blockingUnaryCall(other, EchoServer.ECHO, CallOptions.DEFAULT, "hello"));
        assertTrue(String.valueOf(failed.getMessage()).contains("holdfast:///orders"), failed.getMessage());
        other.shutdownNow();
        assertTrue(other.awaitTermination(1, TimeUnit.MINUTES));
    }
}
