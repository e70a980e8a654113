package io.holdfast.examples;

import com.sun.net.httpserver.HttpServer;
import io.holdfast.loadbalance.Algorithm;
import io.holdfast.loadbalance.Balancer;
import io.holdfast.loadbalance.BalancerRuntime;
import io.holdfast.loadbalance.BalancerSettings;
import io.holdfast.loadbalance.Endpoint;
import io.holdfast.loadbalance.Outcome;
import io.holdfast.loadbalance.Target;
import io.holdfast.loadbalance.Tried;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;

/** Three servers without a cluster, a client that spreads its requests over them, and one server that dies. */
public final class BalancerExample {
    private final Balancer balancer;
    private final HttpClient client =
            HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(1)).build();

    private BalancerExample(Balancer balancer) {
        this.balancer = balancer;
    }

    /** Runs the example. */
    public static void main(String[] args) throws IOException, InterruptedException {
        run(System.out);
    }

    static void run(PrintStream out) throws IOException, InterruptedException {
        List<HttpServer> servers = new ArrayList<>();
        List<Endpoint> endpoints = new ArrayList<>();
        ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor();
        Balancer balancer = Balancer.start(
                new Balancer.Identity("shop", "web-1", "http"),
                BalancerSettings.of(Algorithm.roundRobin()),
                BalancerRuntime.of(thread, SplittableRandom::new),
                new SimpleMeterRegistry());
        try {
            for (String id : List.of("a", "b", "c")) {
                HttpServer server = serve(id);
                servers.add(server);
                endpoints.add(Endpoint.of(
                        id, "http://127.0.0.1:" + server.getAddress().getPort()));
            }
            balancer.update(endpoints, 1).toCompletableFuture().join();
            BalancerExample example = new BalancerExample(balancer);
            out.println("answered: " + example.get(30).keySet());

            servers.get(0).stop(0);
            Map<String, Integer> answers = example.get(30);
            out.println("a is dead; answered: " + answers.keySet() + ", "
                    + answers.values().stream().mapToInt(each -> each).sum() + " of 30");
            balancer.explain().findings().forEach(finding -> out.println(finding.subject() + ": " + finding.reason()));
        } finally {
            balancer.close();
            thread.shutdown();
            servers.forEach(each -> each.stop(0));
        }
    }

    /** So many requests; who answered how many. */
    private Map<String, Integer> get(int requests) throws InterruptedException {
        Map<String, Integer> answers = new TreeMap<>();
        for (int i = 0; i < requests; i++) {
            answers.merge(get(), 1, Integer::sum);
        }
        return answers;
    }

    /** A request that may be repeated elsewhere, since it changes nothing. */
    private String get() throws InterruptedException {
        Tried tried = new Tried();
        Target target = balancer.begin(0, tried);
        while (target != null) {
            long began = System.nanoTime();
            try {
                HttpRequest request = HttpRequest.newBuilder(target.endpoint().uri("/"))
                        .timeout(Duration.ofSeconds(1))
                        .build();
                String answer = client.send(request, HttpResponse.BodyHandlers.ofString())
                        .body();
                balancer.end(target, System.nanoTime() - began, Outcome.SUCCESS);
                return answer;
            } catch (IOException e) {
                balancer.end(target, System.nanoTime() - began, Outcome.FAILURE);
                tried.add(target);
                target = balancer.begin(0, tried);
            }
        }
        throw new IllegalStateException(balancer.explain().whyNobody());
    }

    private static HttpServer serve(String id) throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        byte[] answer = id.getBytes(StandardCharsets.UTF_8);
        server.createContext("/", exchange -> {
            exchange.sendResponseHeaders(200, answer.length);
            exchange.getResponseBody().write(answer);
            exchange.close();
        });
        server.start();
        return server;
    }
}
