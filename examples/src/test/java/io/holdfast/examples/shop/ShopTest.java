package io.holdfast.examples.shop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.core.HaCluster;
import io.holdfast.core.Node;
import io.holdfast.examples.Ports;
import io.holdfast.integrations.loadbalance.http.BalancedHttp;
import io.holdfast.loadbalance.LoadBalancer;
import io.holdfast.loadbalance.LoadBalancing;
import io.holdfast.membership.GossipMembership;
import io.holdfast.replication.LogReplication;
import io.holdfast.replication.ReplicatedLog;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Three processes of the shop, a fourth and fifth that come with the load, and the master killed meanwhile. */
@Timeout(300)
class ShopTest {
    private static final Duration PATIENCE = Duration.ofSeconds(90);
    private static final int MOST = 5;
    private static final double PER_NODE = 10;
    private static final int CUSTOMERS = 16;

    private final Map<String, Process> founders = new TreeMap<>();
    private final AtomicBoolean over = new AtomicBoolean();
    private final AtomicInteger pauseMillis = new AtomicInteger(40);
    private final AtomicInteger ordered = new AtomicInteger();
    private final ConcurrentLinkedQueue<String> failures = new ConcurrentLinkedQueue<>();
    private final BalancedHttp http = BalancedHttp.over(
            HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(1)).build());

    private final Path directory;

    ShopTest(@TempDir Path directory) {
        this.directory = directory;
    }

    private ShopSettings settings() throws IOException {
        int first = 0;
        while (first == 0) { // a row of free ports, and another one HTTP above it
            int candidate = Ports.free(1).get(0);
            List<Integer> all = new ArrayList<>();
            for (int i = 0; i < MOST; i++) {
                all.add(candidate + i);
                all.add(candidate + ShopSettings.HTTP + i);
            }
            first = all.stream().allMatch(Ports::isFree) ? candidate : 0;
        }
        return new ShopSettings(directory, first, MOST, PER_NODE);
    }

    private void start(String node, ShopSettings settings) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-XX:+UseSerialGC",
                "-Dsun.net.httpserver.nodelay=true",
                "-cp",
                System.getProperty("java.class.path"),
                Shop.class.getName(),
                node));
        command.addAll(settings.arguments());
        founders.put(
                node,
                new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectOutput(ProcessBuilder.Redirect.appendTo(
                                directory.resolve(node + ".log").toFile()))
                        .start());
    }

    @AfterEach
    void leaveNothingBehind() throws Exception {
        over.set(true);
        for (Process process : founders.values()) {
            process.destroyForcibly().waitFor();
        }
        // and those that the shop has started
        ProcessHandle.allProcesses()
                .filter(process -> process.info()
                        .arguments()
                        .map(List::of)
                        .filter(arguments -> arguments.contains(directory.toString()))
                        .isPresent())
                .forEach(process -> {
                    process.destroyForcibly();
                    process.onExit().join();
                });
    }

    private void await(String what, BooleanSupplier condition) throws IOException {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > end) {
                throw new AssertionError(what + " not within " + PATIENCE + "; failures " + failures + "\n" + logs());
            }
            LockSupport.parkNanos(20_000_000L); // between two looks
        }
    }

    private String logs() throws IOException {
        StringBuilder all = new StringBuilder();
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path log :
                    files.filter(file -> file.toString().endsWith(".log")).toList()) {
                List<String> lines = Files.readAllLines(log);
                all.append(log).append('\n');
                lines.subList(Math.max(0, lines.size() - 30), lines.size())
                        .forEach(line -> all.append(line).append('\n'));
            }
        }
        return all.toString();
    }

    @Test
    void theShopGrowsAndShrinksLosesItsMasterAndNoOrder() throws Exception {
        ShopSettings settings = settings();
        for (int i = 1; i <= 3; i++) {
            start("node-" + i, settings);
        }
        try (HaCluster client = HaCluster.builder("shop")
                .node(Node.client("customers"))
                .with(GossipMembership.seeds(settings.founders()))
                .with(LogReplication.client(settings.founders()))
                .with(LoadBalancing.feature())
                .start()) {
            client.awaitReady(PATIENCE);
            LoadBalancer calls = LoadBalancing.service(client, "http");
            await("three nodes", () -> serving(client) == 3);
            List<Thread> customers = new ArrayList<>();
            for (int i = 0; i < CUSTOMERS; i++) {
                Thread customer = new Thread(() -> order(calls));
                customer.start();
                customers.add(customer);
            }
            await("five nodes", () -> serving(client) == MOST);

            String master = ReplicatedLog.in(client).status().master();
            Objects.requireNonNull(founders.get(master)).destroyForcibly().waitFor();
            int before = ordered.get();
            await("orders after the master's death", () -> ordered.get() > before + 50);
            start(master, settings);

            pauseMillis.set(1_000);
            await("three nodes again", () -> serving(client) == 3);
            over.set(true);
            for (Thread customer : customers) {
                customer.join();
            }
            assertEquals(List.of(), List.copyOf(failures));
            int last = ordered.get();
            await(
                    "an invoice for the last order",
                    () -> get(calls, "/invoices/" + last).statusCode() == 200);
            for (int i = 1; i <= last; i++) {
                HttpResponse<String> answer = get(calls, "/orders/" + i);
                assertEquals("{\"item\":\"apples\",\"amount\":" + i + "}\n", answer.body());
            }
            String backup = backup(settings);
            assertTrue(backup.contains("in layer near"), backup);
        }
    }

    private static long serving(HaCluster client) {
        return client.members().offering("http").stream()
                .filter(member -> member.facts().load().getOrDefault("scaling.serving", -1.0) >= 0)
                .filter(member -> !member.facts().draining())
                .count();
    }

    private void order(LoadBalancer calls) {
        while (!over.get()) {
            int number = ordered.incrementAndGet();
            HttpRequest put = HttpRequest.newBuilder(URI.create("http://shop/orders/" + number))
                    .PUT(HttpRequest.BodyPublishers.ofString("{\"item\":\"apples\",\"amount\":" + number + "}"))
                    .build();
            try { // any node takes it: the log knows its master
                HttpResponse<String> answer = http.send(calls, put, BodyHandlers.ofString());
                if (answer.statusCode() != 200) {
                    failures.add(number + ": " + answer.statusCode() + " " + answer.body());
                }
            } catch (RuntimeException e) {
                failures.add(number + ": " + e);
            }
            LockSupport.parkNanos(pauseMillis.get() * 1_000_000L); // a customer's own pace
        }
    }

    private HttpResponse<String> get(LoadBalancer calls, String path) {
        HttpRequest request =
                HttpRequest.newBuilder(URI.create("http://shop" + path)).build();
        return http.send(calls.toMaster(), request, BodyHandlers.ofString());
    }

    /** One of them has the role, and makes it. */
    private String backup(ShopSettings settings) throws IOException, InterruptedException {
        HttpClient plain = HttpClient.newHttpClient();
        StringBuilder answers = new StringBuilder();
        for (int i = 1; i <= 3; i++) {
            HttpRequest request = HttpRequest.newBuilder(
                            URI.create("http://127.0.0.1:" + settings.httpPort(i) + "/backup"))
                    .POST(HttpRequest.BodyPublishers.noBody())
                    .build();
            answers.append(plain.send(request, BodyHandlers.ofString()).body());
        }
        return answers.toString();
    }
}
