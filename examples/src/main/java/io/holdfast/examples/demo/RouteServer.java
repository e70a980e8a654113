package io.holdfast.examples.demo;

import com.sun.net.httpserver.Filter;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.holdfast.core.HaCluster;
import io.holdfast.core.NotAvailableException;
import io.holdfast.core.OutcomeUnknownException;
import io.holdfast.core.OverloadedException;
import io.holdfast.integrations.loadbalance.http.GuardFilter;
import io.holdfast.loadbalance.RoutingHeaders;
import io.holdfast.loadbalance.ServingGuard;
import io.holdfast.replication.ReadLevel;
import io.holdfast.replication.ReplicatedLog;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * A node's HTTP service over a {@link RouteBook}: {@code PUT /orders/N} and {@code GET /orders/N}, which may be asked twice, and {@code
 * POST /journal/N}, which may not. A guard refuses what this node is not to serve. What becomes of a write is said so that the caller
 * knows: 200, it is there; 421 and 503, it is not and will not be; 504, nobody knows.
 */
final class RouteServer implements AutoCloseable {
    static final String ORDERS = "/orders/";
    static final String JOURNAL = "/journal/";
    static final String SERVED_BY = "Served-By";

    /** When a master has died all callers connect to the next one at the same moment; whom there is no room for waits for a second. */
    private static final int BACKLOG = 1_024;

    private static final int OK = 200;
    private static final int WRONG_CALL = 400;
    private static final int OVERLOADED = 503;
    private static final int UNKNOWN = 504;

    private final String node;
    private final ReplicatedLog log;
    private final ServingGuard guard;
    private final HttpServer server;
    private final ExecutorService threads = Executors.newCachedThreadPool();

    private RouteServer(HaCluster cluster, HttpServer server) {
        this.node = cluster.node().id();
        this.log = ReplicatedLog.in(cluster);
        this.guard = ServingGuard.of(cluster);
        this.server = server;
    }

    /**
     * Serves at that port of the loopback interface.
     *
     * @param before what requests pass before the guard
     */
    static RouteServer start(HaCluster cluster, int port, Filter... before) throws IOException {
        HttpServer http = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), BACKLOG);
        RouteServer server = new RouteServer(cluster, http);
        http.setExecutor(server.threads);
        List<Filter> filters = http.createContext("/", server::serve).getFilters();
        filters.addAll(List.of(before));
        filters.add(new GuardFilter(server.guard));
        http.start();
        return server;
    }

    private void serve(HttpExchange exchange) throws IOException {
        try (exchange) {
            exchange.getResponseHeaders().set(SERVED_BY, node);
            try {
                byte[] answer = carryOut(exchange);
                exchange.getResponseHeaders().set(RoutingHeaders.POSITION, guard.position());
                answer(exchange, OK, answer);
            } catch (IllegalArgumentException e) { // also a number that is none
                answer(exchange, WRONG_CALL, String.valueOf(e.getMessage()));
            } catch (OutcomeUnknownException e) {
                answer(exchange, UNKNOWN, String.valueOf(e.getMessage()));
            } catch (OverloadedException e) {
                answer(exchange, OVERLOADED, String.valueOf(e.getMessage()));
            } catch (NotAvailableException e) {
                exchange.getResponseHeaders().set(RoutingHeaders.REFUSED, node + " could not do it");
                answer(exchange, RoutingHeaders.STATUS_REFUSED, String.valueOf(e.getMessage()));
            }
        }
    }

    private byte[] carryOut(HttpExchange exchange) throws IOException {
        String path = exchange.getRequestURI().getPath();
        byte[] body = exchange.getRequestBody().readAllBytes();
        int slash = path.lastIndexOf('/') + 1;
        long number = Long.parseLong(path.substring(slash));
        String call = exchange.getRequestMethod() + " " + path.substring(0, slash);
        return switch (call) {
            // The guard has seen to it that this node is fresh enough.
            case "GET " + ORDERS -> log.reading(ReadLevel.local()).query(RouteBook.question(number));
            case "PUT " + ORDERS -> log.submit(RouteBook.put(number, body));
            case "POST " + JOURNAL -> log.submit(RouteBook.append(number, body));
            default -> throw new IllegalArgumentException("the call " + call + " is not known here");
        };
    }

    private static void answer(HttpExchange exchange, int status, String text) throws IOException {
        answer(exchange, status, text.getBytes(StandardCharsets.UTF_8));
    }

    private static void answer(HttpExchange exchange, int status, byte[] bytes) throws IOException {
        exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
        exchange.getResponseBody().write(bytes);
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdown();
    }
}
