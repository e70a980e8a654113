package io.holdfast.examples.shop;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.holdfast.autoscale.ScalingService;
import io.holdfast.backup.BackupInfo;
import io.holdfast.backup.BackupService;
import io.holdfast.core.HaCluster;
import io.holdfast.core.HoldfastException;
import io.holdfast.core.OutcomeUnknownException;
import io.holdfast.integrations.loadbalance.http.GuardFilter;
import io.holdfast.loadbalance.RoutingHeaders;
import io.holdfast.loadbalance.ServingGuard;
import io.holdfast.replication.Codec;
import io.holdfast.replication.ReadLevel;
import io.holdfast.replication.ReplicatedMap;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * The shop as its customers see it. Any node may be asked: {@code PUT} and {@code GET /orders/N}, {@code GET /invoices/N}, {@code POST
 * /backup}, {@code GET /nodes}, {@code GET /why}.
 */
final class ShopServer implements AutoCloseable {
    /** The orders' map, and their path. */
    static final String ORDERS = "orders";
    /** What each request adds to. */
    static final String REQUESTS = "shop.requests";

    private static final int OK = 200;
    private static final int WRONG_CALL = 400;
    private static final int NOT_FOUND = 404;
    private static final int NOT_NOW = 503;
    private static final int UNKNOWN = 504;
    /** Room for all callers at once, when a master has died. */
    private static final int BACKLOG = 1_024;

    private final String node;
    private final AtomicInteger inFlight = new AtomicInteger();
    private final ObjectMapper json = new ObjectMapper();
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private @Nullable Counter requests;
    private volatile @Nullable HttpServer http;

    ShopServer(String node) {
        this.node = node;
    }

    void count(MeterRegistry registry) {
        requests = registry.counter(REQUESTS);
    }

    void open(HaCluster cluster, int port) throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), BACKLOG);
        server.setExecutor(threads);
        ServingGuard guard = ServingGuard.of(cluster);
        ReplicatedMap<String, Order> orders =
                ReplicatedMap.in(cluster, ORDERS, Codec.string(), Codec.json(Order.class));
        ReplicatedMap<String, String> invoices =
                ReplicatedMap.in(cluster, Invoices.MAP, Codec.string(), Codec.string());
        server.createContext("/orders/", exchange -> serve(exchange, () -> order(exchange, orders, guard)))
                .getFilters()
                .add(new GuardFilter(guard));
        server.createContext("/invoices/", exchange -> serve(exchange, () -> found(invoices.get(key(exchange)))));
        server.createContext("/backup", exchange -> serve(exchange, () -> backup(cluster)));
        server.createContext("/nodes", exchange -> serve(exchange, () -> text(nodes(cluster))));
        server.createContext(
                "/why",
                exchange -> serve(
                        exchange,
                        () -> text(cluster.explain().findings().stream()
                                .map(Object::toString)
                                .toList())));
        server.start();
        http = server;
    }

    /** How many requests it has now: a node that drains has none at the end. */
    double inFlight() {
        return inFlight.get();
    }

    boolean isWell() {
        return !threads.isShutdown();
    }

    private record Answer(int status, String text) {}

    @FunctionalInterface
    private interface Call {
        Answer make() throws IOException;
    }

    private void serve(HttpExchange exchange, Call call) throws IOException {
        inFlight.incrementAndGet();
        Objects.requireNonNull(requests).increment();
        try (exchange) {
            Answer answer;
            try {
                answer = call.make();
            } catch (IllegalArgumentException | JsonProcessingException e) {
                answer = new Answer(WRONG_CALL, String.valueOf(e.getMessage()));
            } catch (OutcomeUnknownException e) {
                answer = new Answer(UNKNOWN, String.valueOf(e.getMessage()));
            } catch (HoldfastException e) {
                answer = new Answer(NOT_NOW, String.valueOf(e.getMessage()));
            }
            exchange.getResponseHeaders().set("Served-By", node);
            byte[] bytes = (answer.text() + "\n").getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(answer.status(), bytes.length);
            exchange.getResponseBody().write(bytes);
        } finally {
            inFlight.decrementAndGet();
        }
    }

    // docs
    private Answer order(HttpExchange exchange, ReplicatedMap<String, Order> orders, ServingGuard guard)
            throws IOException {
        String key = key(exchange);
        Answer answer;
        if (exchange.getRequestMethod().equals("PUT")) {
            orders.put(key, json.readValue(exchange.getRequestBody(), Order.class)); // survives the master's death
            answer = new Answer(OK, "ordered");
        } else { // the guard has seen to it that this node is as fresh as the caller wants it
            Order order = orders.reading(ReadLevel.local()).get(key);
            answer = found(order == null ? null : json.writeValueAsString(order));
        }
        exchange.getResponseHeaders().set(RoutingHeaders.POSITION, guard.position());
        return answer;
    }
    // docs

    private static String key(HttpExchange exchange) {
        String path = exchange.getRequestURI().getPath();
        return path.substring(path.lastIndexOf('/') + 1);
    }

    private static Answer found(@Nullable String text) {
        return text == null ? new Answer(NOT_FOUND, "there is none") : new Answer(OK, text);
    }

    private static Answer text(Object value) {
        return new Answer(OK, String.valueOf(value));
    }

    private static Answer backup(HaCluster cluster) {
        try {
            BackupInfo made =
                    cluster.feature(BackupService.class).runNow("state").join();
            return new Answer(OK, made.id() + " in layer " + made.layer());
        } catch (CompletionException e) { // another node does that; /why and `ha backup run` know which
            return new Answer(
                    NOT_NOW,
                    String.valueOf(e.getCause() == null ? e : e.getCause().getMessage()));
        }
    }

    private static Map<String, String> nodes(HaCluster cluster) {
        Map<String, String> nodes = new TreeMap<>();
        cluster.members()
                .present()
                .forEach(member ->
                        nodes.put(member.id(), String.valueOf(member.facts().role())));
        nodes.put("scaling", ScalingService.of(cluster).status().toString());
        return nodes;
    }

    @Override
    public void close() {
        HttpServer running = http;
        if (running != null) {
            running.stop(0);
        }
        threads.shutdown();
    }
}
