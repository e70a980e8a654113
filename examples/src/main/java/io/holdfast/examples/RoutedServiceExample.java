package io.holdfast.examples;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.holdfast.core.HaCluster;
import io.holdfast.core.HoldfastException;
import io.holdfast.core.Node;
import io.holdfast.integrations.loadbalance.http.BalancedHttp;
import io.holdfast.integrations.loadbalance.http.GuardFilter;
import io.holdfast.loadbalance.LoadBalancer;
import io.holdfast.loadbalance.LoadBalancing;
import io.holdfast.loadbalance.ReadSession;
import io.holdfast.loadbalance.RoutingHeaders;
import io.holdfast.loadbalance.ServingGuard;
import io.holdfast.membership.GossipMembership;
import io.holdfast.replication.Codec;
import io.holdfast.replication.LogReplication;
import io.holdfast.replication.ReadLevel;
import io.holdfast.replication.ReplicatedMap;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * An HTTP service on three nodes, each of which takes any request and sends it where it belongs: writes to the master, reads to a slave
 * that has the session's writes. Follow it with {@code curl} or a browser while nodes die:
 *
 * <pre>{@code
 * curl -X PUT -d 'three apples' -c jar -b jar http://127.0.0.1:PORT/orders/17
 * curl -c jar -b jar http://127.0.0.1:PORT/orders/17
 * curl -X POST http://127.0.0.1:PORT/die                       that node dies
 * curl http://127.0.0.1:PORT/why                               where requests go, and why
 * }</pre>
 */
public final class RoutedServiceExample implements AutoCloseable {
    private static final String SESSION = "session=";

    private final List<HaCluster> clusters = new ArrayList<>();
    private final List<HttpServer> servers = new ArrayList<>();
    private final ExecutorService serving = Executors.newCachedThreadPool();
    private final BalancedHttp http = BalancedHttp.over(
            HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(1)).build());

    RoutedServiceExample() {}

    /** Runs until the process is ended. */
    public static void main(String[] args) throws IOException, InterruptedException {
        try (RoutedServiceExample service = start(Files.createTempDirectory("holdfast-routed-"))) {
            System.out.println("three nodes serve; ask any of them:");
            for (int i = 1; i <= 3; i++) {
                System.out.println("  curl -X PUT -d apples -c jar -b jar " + service.uri(i, "/orders/17"));
                System.out.println(
                        "  curl -c jar -b jar " + service.uri(i, "/orders/17") + "     and " + service.uri(i, "/why"));
                System.out.println("  curl -X POST " + service.uri(i, "/die"));
            }
            Thread.currentThread().join();
        }
    }

    /** Writes, reads, ends the master, and writes and reads again. */
    static void run(Path directory, PrintStream out) throws IOException, InterruptedException {
        try (RoutedServiceExample service = start(directory)) {
            HttpClient browser = HttpClient.newHttpClient();
            HttpResponse<String> wrote = browser.send(
                    HttpRequest.newBuilder(service.uri(1, "/orders/17"))
                            .PUT(HttpRequest.BodyPublishers.ofString("three apples"))
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
            String cookie = wrote.headers().firstValue("Set-Cookie").orElse("");
            HttpResponse<String> read = browser.send(
                    HttpRequest.newBuilder(service.uri(2, "/orders/17"))
                            .header("Cookie", cookie)
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
            out.println("read: " + read.body());
            String master = service.clusters.get(0).master().orElseThrow().nodeId();
            out.println("written by the master: " + wrote.body().endsWith(master));
            out.println("read from a slave: " + !servedBy(read).equals(master));

            int dead = Integer.parseInt(master.substring(master.indexOf('-') + 1));
            service.die(dead);
            int alive = dead == 1 ? 2 : 1;
            HttpResponse<String> again = browser.send(
                    HttpRequest.newBuilder(service.uri(alive, "/orders/18"))
                            .PUT(HttpRequest.BodyPublishers.ofString("four pears"))
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
            out.println("the master is dead; another has written: "
                    + (again.statusCode() == 200 && !again.body().endsWith(master)));
        }
    }

    private static String servedBy(HttpResponse<String> answer) {
        return answer.headers().firstValue("Served-By").orElse("");
    }

    static RoutedServiceExample start(Path directory) throws IOException {
        RoutedServiceExample service = new RoutedServiceExample();
        try {
            List<Integer> ports = Ports.free(6);
            for (int i = 1; i <= 3; i++) {
                service.begin(i, ports, directory);
            }
            for (HaCluster cluster : service.clusters) {
                cluster.awaitReady(Duration.ofSeconds(30));
            }
            return service;
        } catch (RuntimeException | IOException e) {
            service.close();
            throw e;
        }
    }

    /**
     * Starts one of the three.
     *
     * @param number of the node, from 1
     * @param ports three of nodes, and then three of their HTTP servers
     */
    void begin(int number, List<Integer> ports, Path directory) throws IOException {
        String[] voters = new String[3];
        for (int i = 0; i < 3; i++) {
            voters[i] = "node-" + (i + 1) + "@127.0.0.1:" + ports.get(i);
        }
        String id = "node-" + number;
        HaCluster cluster = HaCluster.builder("shop")
                .node(Node.of(id)
                        .bind("127.0.0.1:" + ports.get(number - 1))
                        .service("http", "http://127.0.0.1:" + ports.get(number + 2)))
                .with(GossipMembership.seeds("127.0.0.1:" + ports.get(0), "127.0.0.1:" + ports.get(1)))
                .with(LogReplication.inDirectory(directory.resolve(id))
                        .bootstrap(voters)
                        .segmentBytes(1 << 20))
                .with(LoadBalancing.feature())
                .start();
        clusters.add(cluster);
        servers.add(serve(cluster, clusters.size(), ports.get(number + 2)));
    }

    /** What a browser sees of that node. */
    URI uri(int number, String path) {
        return Objects.requireNonNull(clusters.get(number - 1).node().services().get("http"))
                .resolve(path);
    }

    /** That node. */
    HaCluster cluster(int number) {
        return clusters.get(number - 1);
    }

    private HttpServer serve(HaCluster cluster, int number, int port) throws IOException {
        int backlog = 1_024; // room for all callers at once
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), backlog);
        server.setExecutor(serving);
        ServingGuard guard = ServingGuard.of(cluster);
        ReplicatedMap<String, String> orders = ReplicatedMap.in(cluster, "orders", Codec.string(), Codec.string());
        LoadBalancer calls = LoadBalancing.service(cluster, "http");
        // For the nodes themselves: what gets here was sent by one of them, and is served here or refused.
        server.createContext("/here/", exchange -> here(exchange, cluster, guard, orders))
                .getFilters()
                .add(new GuardFilter(guard));
        // For everybody.
        server.createContext("/orders/", exchange -> route(exchange, calls));
        server.createContext("/why", exchange -> {
            StringBuilder why = new StringBuilder();
            calls.explain().endpoints().forEach(each -> why.append(each).append('\n'));
            cluster.explain().findings().forEach(each -> why.append(each).append('\n'));
            answer(exchange, 200, why.toString());
        });
        server.createContext("/die", exchange -> {
            answer(exchange, 200, cluster.node().id() + " dies\n");
            serving.execute(() -> die(number));
        });
        server.start();
        return server;
    }

    /** Ends the node and its server. */
    void die(int number) {
        servers.get(number - 1).stop(0);
        clusters.get(number - 1).close();
    }

    private void route(HttpExchange exchange, LoadBalancer calls) throws IOException {
        String path = "/here" + exchange.getRequestURI().getPath();
        String cookie = exchange.getRequestHeaders().getFirst("Cookie");
        ReadSession session = ReadSession.of(
                cookie != null && cookie.startsWith(SESSION) ? cookie.substring(SESSION.length()) : null);
        boolean writes = exchange.getRequestMethod().equals("PUT");
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://shop" + path))
                .method(
                        writes ? "PUT" : "GET",
                        writes
                                ? HttpRequest.BodyPublishers.ofByteArray(
                                        exchange.getRequestBody().readAllBytes())
                                : HttpRequest.BodyPublishers.noBody())
                .build();
        LoadBalancer suited = writes ? calls.toMaster() : calls.toSlaves().maxLag(Duration.ofSeconds(1));
        try {
            HttpResponse<String> answered =
                    http.send(suited.session(session), request, HttpResponse.BodyHandlers.ofString());
            exchange.getResponseHeaders().set("Set-Cookie", SESSION + session.token());
            exchange.getResponseHeaders().set("Served-By", servedBy(answered));
            answer(exchange, answered.statusCode(), answered.body());
        } catch (HoldfastException e) {
            answer(exchange, 503, e.getMessage() + "\n");
        }
    }

    private static void here(
            HttpExchange exchange, HaCluster cluster, ServingGuard guard, ReplicatedMap<String, String> orders)
            throws IOException {
        String key = exchange.getRequestURI().getPath().replaceFirst("^/here/orders/", "");
        String text;
        if (exchange.getRequestMethod().equals("PUT")) {
            String order = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
            orders.put(key, order);
            text = "written by " + cluster.node().id();
        } else { // the guard has seen to it that this node is fresh enough
            text = String.valueOf(orders.reading(ReadLevel.local()).get(key));
        }
        exchange.getResponseHeaders().set(RoutingHeaders.POSITION, guard.position());
        exchange.getResponseHeaders().set("Served-By", cluster.node().id());
        answer(exchange, 200, text);
    }

    private static void answer(HttpExchange exchange, int status, String text) throws IOException {
        try (exchange) {
            byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
            exchange.getResponseBody().write(bytes);
        }
    }

    @Override
    public void close() {
        servers.forEach(each -> each.stop(0));
        clusters.forEach(HaCluster::close);
        serving.shutdown();
    }
}
