package io.holdfast.integrations.loadbalance.spring;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.core.FencingToken;
import io.holdfast.core.RoleHolder;
import io.holdfast.loadbalance.Algorithm;
import io.holdfast.loadbalance.Balancer;
import io.holdfast.loadbalance.BalancerRuntime;
import io.holdfast.loadbalance.BalancerSettings;
import io.holdfast.loadbalance.CallSettings;
import io.holdfast.loadbalance.Directory;
import io.holdfast.loadbalance.Endpoint;
import io.holdfast.loadbalance.EndpointSource;
import io.holdfast.loadbalance.EndpointStanding;
import io.holdfast.loadbalance.Failure;
import io.holdfast.loadbalance.LoadBalancer;
import io.holdfast.loadbalance.Outcome;
import io.holdfast.loadbalance.ReadSession;
import io.holdfast.loadbalance.RoutingHeaders;
import io.holdfast.loadbalance.StandaloneLoadBalancer;
import io.holdfast.loadbalance.Target;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.FutureTask;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.cloud.client.ServiceInstance;
import org.springframework.cloud.client.loadbalancer.CompletionContext;
import org.springframework.cloud.client.loadbalancer.DefaultRequest;
import org.springframework.cloud.client.loadbalancer.LoadBalanced;
import org.springframework.cloud.client.loadbalancer.LoadBalancerClient;
import org.springframework.cloud.client.loadbalancer.Request;
import org.springframework.cloud.client.loadbalancer.Response;
import org.springframework.cloud.loadbalancer.annotation.LoadBalancerClients;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.support.GenericApplicationContext;
import org.springframework.http.HttpMethod;
import org.springframework.web.client.HttpServerErrorException;
import org.springframework.web.client.RestTemplate;
import org.springframework.web.reactive.function.client.ClientRequest;
import org.springframework.web.reactive.function.client.WebClient;
import reactor.core.Disposable;

/** A Spring application whose RestTemplate is balanced over three real servers. */
@Timeout(120)
class HoldfastBalancingTest {
    private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor();
    private final AtomicReference<Consumer<Directory>> source = new AtomicReference<>();
    private final StandaloneLoadBalancer balancer = StandaloneLoadBalancer.start(
            new Balancer.Identity("shop", "web-1", "orders"),
            (runtime, hears) -> {
                source.set(hears);
                return () -> {};
            },
            BalancerSettings.of(Algorithm.roundRobin()),
            CallSettings.usual(),
            BalancerRuntime.of(thread, SplittableRandom::new),
            new SimpleMeterRegistry());
    private final LoadBalancer calls = balancer.calls();
    private final ReadSession session = ReadSession.begin();
    private final List<ShopServer> servers = new ArrayList<>();
    private ConfigurableApplicationContext application;
    private RestTemplate rest;
    private long epoch;

    /** The application. */
    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    @LoadBalancerClients(defaultConfiguration = HoldfastBalancing.class)
    static class Application {
        @Bean
        @LoadBalanced
        RestTemplate rest() {
            return new RestTemplate();
        }

        @Bean
        @LoadBalanced
        WebClient.Builder web() {
            return WebClient.builder().filter(new CancelledRequests());
        }

        @Bean
        RoutingHeadersTransformer routingHeaders() {
            return new RoutingHeadersTransformer();
        }
    }

    @BeforeEach
    void begin() throws IOException {
        for (String id : List.of("a", "b", "c")) {
            servers.add(new ShopServer(id));
        }
        RequestRouting routing = (all, request) ->
                RequestRouting.byMethod().route(all.session(session).maxLag(Duration.ofMillis(500)), request);
        application = new SpringApplicationBuilder(Application.class)
                .web(WebApplicationType.NONE)
                .properties(
                        "spring.main.banner-mode=off",
                        "spring.cloud.loadbalancer.retry.retry-on-all-operations=true",
                        "spring.cloud.loadbalancer.retry.max-retries-on-next-service-instance=2",
                        "spring.cloud.loadbalancer.retry.retryable-status-codes=421")
                .initializers(context -> {
                    GenericApplicationContext beans = (GenericApplicationContext) context;
                    beans.registerBean(HoldfastServices.class, () -> name -> {
                        assertEquals("orders", name);
                        return calls;
                    });
                    beans.registerBean(RequestRouting.class, () -> routing);
                })
                .run();
        rest = application.getBean(RestTemplate.class);
    }

    @AfterEach
    void end() {
        application.close();
        servers.forEach(ShopServer::close);
        balancer.close();
        thread.shutdownNow();
    }

    private List<Endpoint> endpoints() {
        return servers.stream().map(ShopServer::endpoint).toList();
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

    private String send(HttpMethod method) {
        return Objects.requireNonNull(rest.exchange("http://orders/orders/17?full=yes", method, null, String.class)
                .getBody());
    }

    private static @Nullable String sent(ShopServer to, String header) {
        return to.got.get(to.got.size() - 1).getFirst(header);
    }

    private EndpointStanding standing(String id) {
        return calls.explain().endpoints().stream()
                .filter(each -> each.endpoint().id().equals(id))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void writesGoToTheMasterWithItsTokenAndReadsToSlavesWithTheBound() throws Exception {
        hear(endpoints(), "b", 7);
        assertEquals("b /orders/17?full=yes", send(HttpMethod.PUT));
        assertEquals("7", sent(servers.get(1), RoutingHeaders.FENCE));
        assertEquals("17", session.token());
        Set<String> served = new HashSet<>();
        for (int i = 0; i < 10; i++) {
            served.add(send(HttpMethod.GET));
        }
        assertEquals(Set.of("a /orders/17?full=yes", "c /orders/17?full=yes"), served);
        assertEquals("500", sent(servers.get(0), RoutingHeaders.MAX_LAG));
        assertEquals("17", sent(servers.get(0), RoutingHeaders.AT_LEAST));
        assertNull(sent(servers.get(0), RoutingHeaders.FENCE));
        assertEquals(
                11,
                calls.explain().endpoints().stream()
                        .mapToLong(EndpointStanding::successes)
                        .sum());
        assertTrue(calls.explain().endpoints().stream().allMatch(each -> each.inFlight() == 0));
        hear(endpoints(), "c", 8);
        assertEquals("c /orders/17?full=yes", send(HttpMethod.POST));
    }

    @Test
    void aServerThatDiedIsPassedOverAndCountsAsUnreachable() throws Exception {
        hear(endpoints(), "b", 7);
        servers.get(0).close();
        for (int i = 0; i < 12; i++) {
            assertFalse(send(HttpMethod.GET).startsWith("a"));
        }
        assertTrue(standing("a").failures() > 0);
        assertEquals(0, standing("a").inFlight());
    }

    @Test
    void whatASlaveRefusesIsSentElsewhereAndSaysNothingOfIt() throws Exception {
        hear(endpoints(), "b", 7);
        servers.get(0).status = RoutingHeaders.STATUS_REFUSED;
        for (int i = 0; i < 6; i++) {
            assertTrue(send(HttpMethod.GET).startsWith("c"));
        }
        servers.get(2).status = RoutingHeaders.STATUS_REFUSED;
        assertTrue(send(HttpMethod.GET).startsWith("b")); // where no slave serves it
        assertEquals(0, standing("a").failures() + standing("c").failures());
    }

    @Test
    void errorsCountAgainstTheServer() throws Exception {
        hear(endpoints(), "b", 7);
        servers.get(1).status = 500;
        assertThrows(HttpServerErrorException.class, () -> send(HttpMethod.PUT));
        assertEquals(1, standing("b").failures());
    }

    @Test
    void aWriteWaitsForAMaster() throws Exception {
        hear(endpoints(), null, 0);
        FutureTask<String> write = new FutureTask<>(() -> send(HttpMethod.PUT));
        Thread writes = new Thread(write);
        writes.start();
        await(() -> writes.getState() == Thread.State.WAITING || writes.getState() == Thread.State.TIMED_WAITING);
        hear(endpoints(), "a", 1);
        assertTrue(write.get(1, TimeUnit.MINUTES).startsWith("a"));
    }

    @Test
    void aWriteToAMasterThatDiedGoesToTheNextOne() throws Exception {
        hear(endpoints(), "a", 1);
        servers.get(0).close();
        FutureTask<String> write = new FutureTask<>(() -> send(HttpMethod.PUT));
        Thread writes = new Thread(write);
        writes.start();
        await(() -> standing("a").failures() > 0);
        hear(endpoints(), "b", 2);
        assertTrue(write.get(1, TimeUnit.MINUTES).startsWith("b"));
    }

    private static void await(BooleanSupplier condition) throws InterruptedException {
        while (!condition.getAsBoolean()) {
            if (Thread.interrupted()) {
                throw new InterruptedException(); // by the test's time-out
            }
            Thread.onSpinWait();
        }
    }

    @Test
    void whatIsOnlyAskedForIsNotInFlight() throws Exception {
        hear(endpoints(), "b", 7);
        ServiceInstance instance = application.getBean(LoadBalancerClient.class).choose("orders");
        assertEquals(
                servers.get(1).endpoint().uri(),
                Objects.requireNonNull(instance).getUri());
        assertEquals(0, standing("b").inFlight());
    }

    @Test
    void requestsOfWebClientsGetTheHeadersToo() throws Exception {
        hear(endpoints(), "b", 7);
        ServiceInstance instance = Objects.requireNonNull(
                application.getBean(LoadBalancerClient.class).choose("orders"));
        ClientRequest request = ClientRequest.create(HttpMethod.PUT, instance.getUri())
                .header("Mine", "stays")
                .build();
        ClientRequest sent = new ReactiveRoutingHeadersTransformer().transformRequest(request, instance);
        assertEquals("7", sent.headers().getFirst(RoutingHeaders.FENCE));
        assertEquals("stays", sent.headers().getFirst("Mine"));
    }

    @Test
    void aRequestOfAWebClientThatIsCancelledIsNoLongerInFlight() throws Exception {
        hear(endpoints(), "b", 7);
        ShopServer master = servers.get(1);
        master.answers = new CountDownLatch(1);
        WebClient web = application.getBean(WebClient.Builder.class).build();
        Disposable request = web.put()
                .uri("http://orders/orders/17")
                .retrieve()
                .toBodilessEntity()
                .subscribe();
        await(() -> !master.got.isEmpty());
        assertEquals(1, standing("b").inFlight());
        request.dispose();
        await(() -> standing("b").inFlight() == 0);
        assertEquals(0, standing("b").failures() + standing("b").successes());
        master.answers.countDown();
        web.put().uri("http://orders/orders/17").retrieve().toBodilessEntity().block();
        await(() -> standing("b").successes() == 1);
        assertEquals(0, standing("b").inFlight());
    }

    private static Request<Object> anything() {
        return new DefaultRequest<>(new Object());
    }

    @Test
    void aMeaningThatFailsLeavesNothingInFlight() throws Exception {
        List<Function<Throwable, Failure>> meanings = List.of(
                thrown -> {
                    throw new IllegalStateException("a mistake");
                },
                thrown -> null);
        for (Function<Throwable, Failure> meaning : meanings) {
            try (StandaloneLoadBalancer other = standalone(
                    BalancerSettings.of(Algorithm.roundRobin()),
                    CallSettings.usual().failure(meaning))) {
                HoldfastInstanceBalancer picks =
                        new HoldfastInstanceBalancer("orders", other.calls(), RequestRouting.toAnybody());
                Response<ServiceInstance> picked =
                        Objects.requireNonNull(picks.choose(anything()).block());
                OutcomeLifecycle outcomes = new OutcomeLifecycle();
                outcomes.onStartRequest(anything(), picked);
                outcomes.onComplete(new CompletionContext<>(
                        CompletionContext.Status.FAILED, new IOException("reset"), anything(), picked));
                assertEquals(
                        0,
                        other.calls().explain().endpoints().stream()
                                .mapToLong(EndpointStanding::inFlight)
                                .sum());
                assertEquals(
                        1,
                        other.calls().explain().endpoints().stream()
                                .mapToLong(EndpointStanding::failures)
                                .sum());
            }
        }
    }

    private StandaloneLoadBalancer standalone(BalancerSettings settings, CallSettings callSettings)
            throws InterruptedException {
        StandaloneLoadBalancer other = StandaloneLoadBalancer.start(
                new Balancer.Identity("shop", "web-1", "orders"),
                EndpointSource.fixed(endpoints()),
                settings,
                callSettings,
                BalancerRuntime.of(thread, SplittableRandom::new),
                new SimpleMeterRegistry());
        await(() -> other.calls().balancer().pick() != null);
        return other;
    }

    @Test
    void whatWaitedGoesOnOffTheBalancersThread() throws Exception {
        hear(endpoints(), null, 0);
        HoldfastInstanceBalancer picks =
                new HoldfastInstanceBalancer("orders", calls, (all, request) -> all.toMaster());
        CompletableFuture<Thread> goesOn =
                picks.choose(anything()).map(picked -> Thread.currentThread()).toFuture();
        Thread balancers = thread.submit(Thread::currentThread).get();
        hear(endpoints(), "a", 1);
        assertNotEquals(balancers, goesOn.get(30, TimeUnit.SECONDS));
    }

    @Test
    void whatHasWaitedForLongEnoughIsPickedOnceMore() throws Exception {
        try (StandaloneLoadBalancer other = standalone(
                BalancerSettings.of(Algorithm.roundRobin()).mostInFlight(1, 1),
                CallSettings.usual().hold(Duration.ofSeconds(1), 10))) {
            Balancer its = other.calls().balancer();
            Target full = Objects.requireNonNull(its.begin());
            HoldfastInstanceBalancer picks =
                    new HoldfastInstanceBalancer("orders", other.calls(), RequestRouting.toAnybody());
            CompletableFuture<Response<ServiceInstance>> waits =
                    picks.choose(anything()).toFuture();
            its.end(full, 1, Outcome.SUCCESS); // nobody is told that there is room
            assertTrue(waits.get(30, TimeUnit.SECONDS).hasServer());
        }
    }

    @Test
    void listsArePushed() throws Exception {
        hear(endpoints(), "b", 7);
        List<List<String>> lists = new ArrayList<>();
        CountDownLatch two = new CountDownLatch(2);
        Disposable subscription = new HoldfastInstances("orders", calls).get().subscribe(list -> {
            synchronized (lists) {
                lists.add(list.stream().map(ServiceInstance::getInstanceId).toList());
            }
            two.countDown();
        });
        hear(endpoints(), "c", 8); // the same list is no news
        hear(endpoints().subList(0, 1), "a", 9);
        assertTrue(two.await(30, TimeUnit.SECONDS));
        subscription.dispose();
        hear(endpoints(), "a", 9);
        assertEquals(List.of(List.of("a", "b", "c"), List.of("a")), lists);
    }
}
