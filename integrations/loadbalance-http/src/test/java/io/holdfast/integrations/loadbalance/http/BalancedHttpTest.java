package io.holdfast.integrations.loadbalance.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.holdfast.core.OutcomeUnknownException;
import io.holdfast.loadbalance.Algorithm;
import io.holdfast.loadbalance.Balancer;
import io.holdfast.loadbalance.BalancerRuntime;
import io.holdfast.loadbalance.BalancerSettings;
import io.holdfast.loadbalance.CallSettings;
import io.holdfast.loadbalance.Endpoint;
import io.holdfast.loadbalance.EndpointSource;
import io.holdfast.loadbalance.EndpointStanding;
import io.holdfast.loadbalance.LoadBalancer;
import io.holdfast.loadbalance.RoutingHeaders;
import io.holdfast.loadbalance.StandaloneLoadBalancer;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class BalancedHttpTest {
    private final ExecutorService serving = Executors.newCachedThreadPool();
    private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor();
    private final Map<String, HttpServer> servers = new TreeMap<>();
    /** What a server does in place of answering with its id. */
    private final Map<String, Handler> odd = new ConcurrentHashMap<>();

    private final BalancedHttp http = BalancedHttp.over(
            HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(1)).build());
    private StandaloneLoadBalancer balancer = start(List.of());

    private interface Handler {
        void handle(HttpExchange exchange) throws IOException;
    }

    private StandaloneLoadBalancer start(List<Endpoint> endpoints) {
        return StandaloneLoadBalancer.start(
                new Balancer.Identity("shop", "web-1", "http"),
                EndpointSource.fixed(endpoints),
                BalancerSettings.of(Algorithm.roundRobin()),
                CallSettings.usual(),
                BalancerRuntime.of(thread, SplittableRandom::new),
                new SimpleMeterRegistry());
    }

    @BeforeEach
    void threeServers() throws IOException {
        balancer.close();
        List<Endpoint> endpoints = new ArrayList<>();
        for (String id : List.of("a", "b", "c")) {
            HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
            server.setExecutor(serving);
            server.createContext("/", exchange -> {
                try (exchange) {
                    Handler other = odd.get(id);
                    if (other == null) {
                        answer(exchange, 200, id + " " + exchange.getRequestURI());
                    } else {
                        other.handle(exchange);
                    }
                }
            });
            server.start();
            servers.put(id, server);
            endpoints.add(
                    Endpoint.of(id, "http://127.0.0.1:" + server.getAddress().getPort()));
        }
        balancer = start(endpoints);
    }

    @AfterEach
    void end() {
        balancer.close();
        servers.values().forEach(each -> each.stop(0));
        serving.shutdownNow();
        thread.shutdownNow();
    }

    private static void answer(HttpExchange exchange, int status, String text) throws IOException {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(status, bytes.length);
        exchange.getResponseBody().write(bytes);
    }

    private HttpResponse<String> send(LoadBalancer calls, String method) {
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://orders/orders/17?full=yes"))
                .method(method, HttpRequest.BodyPublishers.noBody())
                .build();
        return http.send(calls, request, BodyHandlers.ofString());
    }

    private EndpointStanding standing(String id) {
        return balancer.calls().explain().endpoints().stream()
                .filter(each -> each.endpoint().id().equals(id))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void pathAndQueryAreTheRequestsAndTheRestIsTheEndpoints() {
        String body = send(balancer.calls(), "GET").body();
        assertTrue(body.matches("[abc] /orders/17\\?full=yes"), body);
    }

    @Test
    void everyRequestIsAnsweredWhenOneIsDead() throws Exception {
        Objects.requireNonNull(servers.get("b")).stop(0);
        for (int i = 0; i < 20; i++) {
            assertEquals(200, send(balancer.calls(), "POST").statusCode()); // refused connections have no effect
        }
        for (int i = 0; i < 20; i++) {
            HttpRequest request =
                    HttpRequest.newBuilder(URI.create("http://orders/")).build();
            assertEquals(
                    200,
                    http.sendAsync(balancer.calls(), request, BodyHandlers.ofString())
                            .get(1, TimeUnit.MINUTES)
                            .statusCode());
        }
    }

    @Test
    void whoIsOverloadedOrRefusesIsPassedOver() {
        odd.put("a", exchange -> answer(exchange, 503, "busy"));
        odd.put("b", exchange -> {
            exchange.getResponseHeaders().set(RoutingHeaders.REFUSED, "it is not the master");
            answer(exchange, RoutingHeaders.STATUS_REFUSED, "");
        });
        for (int i = 0; i < 12; i++) {
            assertTrue(send(balancer.calls(), "POST").body().startsWith("c "));
        }
        assertEquals(0, standing("a").failures());
        assertEquals(0, standing("b").failures());
    }

    @Test
    void whereAllAreOverloadedTheLastAnswerIsGiven() throws Exception {
        for (String id : servers.keySet()) {
            odd.put(id, exchange -> answer(exchange, 503, "busy"));
        }
        assertEquals(503, send(balancer.calls(), "GET").statusCode());
        HttpRequest request =
                HttpRequest.newBuilder(URI.create("http://orders/")).build();
        assertEquals(
                503,
                http.sendAsync(balancer.calls(), request, BodyHandlers.ofString())
                        .get(1, TimeUnit.MINUTES)
                        .statusCode());
    }

    @Test
    void whereAllAreBadGatewaysTheLastAnswerIsGiven() throws Exception {
        for (String id : servers.keySet()) {
            odd.put(id, exchange -> answer(exchange, 502, "nobody behind it"));
        }
        assertEquals(502, send(balancer.calls(), "GET").statusCode());
        assertEquals(502, send(balancer.calls(), "POST").statusCode());
        HttpRequest request =
                HttpRequest.newBuilder(URI.create("http://orders/")).build();
        assertEquals(
                502,
                http.sendAsync(balancer.calls(), request, BodyHandlers.ofString())
                        .get(1, TimeUnit.MINUTES)
                        .statusCode());
    }

    @Test
    void anAnswerThatBreaksOffInTheMiddleIsNotWaitedForForEver() throws Exception {
        CountDownLatch end = new CountDownLatch(1);
        for (String id : servers.keySet()) {
            odd.put(id, exchange -> {
                exchange.sendResponseHeaders(200, 10);
                exchange.getResponseBody().write('h');
                exchange.getResponseBody().flush();
                awaitQuietly(end);
            });
        }
        assertThrows(OutcomeUnknownException.class, () -> send(balancer.calls().within(Duration.ofMillis(300)), "GET"));
        end.countDown();
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            assertTrue(latch.await(1, TimeUnit.MINUTES));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void anErrorIsAnAnswerAndCountsAgainstTheServer() {
        for (String id : servers.keySet()) {
            odd.put(id, exchange -> answer(exchange, 500, "a bug"));
        }
        assertEquals(500, send(balancer.calls(), "GET").statusCode());
        assertEquals(
                1,
                servers.keySet().stream()
                        .mapToLong(id -> standing(id).failures())
                        .sum());
    }

    @Test
    void whatBreaksOffIsTriedAgainOnlyIfThatDoesNoHarm() {
        odd.put("a", HttpExchange::close);
        for (int i = 0; i < 6; i++) {
            assertEquals(200, send(balancer.calls(), "GET").statusCode());
        }
        odd.put("b", HttpExchange::close);
        odd.put("c", HttpExchange::close);
        assertThrows(OutcomeUnknownException.class, () -> send(balancer.calls(), "POST"));
    }
}
