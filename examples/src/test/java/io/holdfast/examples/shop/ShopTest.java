package io.holdfast.examples.shop;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.holdfast.autoscale.Instance;
import io.holdfast.autoscale.StopOrder;
import io.holdfast.core.FencingToken;
import io.holdfast.core.HaCluster;
import io.holdfast.core.Member;
import io.holdfast.core.Node;
import io.holdfast.examples.Ports;
import io.holdfast.integrations.loadbalance.http.BalancedHttp;
import io.holdfast.loadbalance.Algorithm;
import io.holdfast.loadbalance.BalancerSettings;
import io.holdfast.loadbalance.CallSettings;
import io.holdfast.loadbalance.LoadBalancer;
import io.holdfast.loadbalance.LoadBalancing;
import io.holdfast.membership.GossipMembership;
import io.holdfast.replication.Codec;
import io.holdfast.replication.LogReplication;
import io.holdfast.replication.ReplicatedLog;
import io.holdfast.replication.ReplicatedMap;
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
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Three processes of the shop, a fourth that comes with the load and goes with it, and the master killed meanwhile.
 *
 * <p>Its customers are few and order at a pace: what there is to do does not grow with how fast they are served, or with how long
 * anything takes.
 */
@Timeout(300)
class ShopTest {
    private static final Set<String> FOUNDERS = Set.of("node-1", "node-2", "node-3");
    private static final Set<String> ALL = Set.of("node-1", "node-2", "node-3", "node-4");
    /** Of a node's share in a second: much less than the customers order, however slow the machine is, until they slow down. */
    private static final double PER_NODE = 2;

    private static final int CUSTOMERS = 8;
    private static final long QUICK_MILLIS = 200;
    private static final long SLOW_MILLIS = 3_000;
    /** So many orders after the master's death show that it is over. */
    private static final int SOME = 20;

    /** Of the whole: less than that of JUnit, which would not say what it waited for, and what the nodes said. */
    private static final Duration PATIENCE = Duration.ofMinutes(4);

    private final long began = System.nanoTime();
    private final List<String> soFar = new ArrayList<>();
    private final Map<String, Process> founders = new TreeMap<>();
    private final CountDownLatch over = new CountDownLatch(1);
    private final AtomicInteger ordered = new AtomicInteger();
    private final AtomicInteger taken = new AtomicInteger();
    private final ConcurrentLinkedQueue<String> failures = new ConcurrentLinkedQueue<>();
    private volatile long pauseMillis = QUICK_MILLIS;
    private final HttpClient plain = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(1))
            .build();
    private final BalancedHttp http = BalancedHttp.over(plain);

    private final Path directory;
    private final ShopSettings settings;

    ShopTest(@TempDir Path directory) throws IOException {
        this.directory = directory;
        this.settings = settings(directory);
    }

    private static ShopSettings settings(Path directory) throws IOException {
        int first = 0;
        while (first == 0) { // a row of free ports, and another one HTTP above it
            int candidate = Ports.free(1).get(0);
            List<Integer> all = new ArrayList<>();
            for (int i = 0; i < ALL.size(); i++) {
                all.add(candidate + i);
                all.add(candidate + ShopSettings.HTTP + i);
            }
            first = all.stream().allMatch(Ports::isFree) ? candidate : 0;
        }
        return new ShopSettings(directory, first, ALL.size(), PER_NODE);
    }

    private void start(String node) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Dsun.net.httpserver.nodelay=true",
                "-Dholdfast.log=INFO",
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
        over.countDown();
        for (Process process : founders.values()) {
            process.destroyForcibly().waitFor();
        }
        for (String node : startedByTheShop()) {
            Shop.processes(settings).stop(new StopOrder("end", new FencingToken(Long.MAX_VALUE), node, 0));
        }
    }

    /** Nodes whose processes run, by what their target keeps: of one with a long class path the system does not tell all arguments. */
    private List<String> startedByTheShop() throws Exception {
        return Shop.processes(settings).instances().stream()
                .filter(instance -> instance.state() != Instance.State.FAILED)
                .map(Instance::node)
                .toList();
    }

    private void await(String what, Callable<Boolean> condition) throws Exception {
        while (!condition.call()) {
            if (System.nanoTime() - began > PATIENCE.toNanos()) {
                throw new AssertionError(what + " not within " + PATIENCE + " of the beginning; " + soFar + "; taken "
                        + taken + " of " + ordered + ", failures " + failures + "\n" + logs());
            }
            LockSupport.parkNanos(20_000_000L); // between two looks
        }
        reached(what);
    }

    private void reached(String what) {
        soFar.add(what + " after " + TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - began) + " ms");
    }

    private String logs() throws IOException {
        StringBuilder all = new StringBuilder();
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path log :
                    files.filter(file -> file.toString().endsWith(".log")).toList()) {
                List<String> lines = Files.readAllLines(log);
                all.append(log).append('\n');
                lines.subList(Math.max(0, lines.size() - 60), lines.size())
                        .forEach(line -> all.append(line).append('\n'));
            }
        }
        return all.toString();
    }

    @Test
    void theShopGrowsAndShrinksLosesItsMasterAndNoOrder() throws Exception {
        for (String founder : FOUNDERS) {
            start(founder);
        }
        // Each order is tried until it is taken: for how long that takes after a death is for others to say, whose
        // machine is quiet.
        CallSettings patient = CallSettings.usual()
                .deadline(PATIENCE)
                .hold(PATIENCE, 10_000)
                .attempts(100, Duration.ofSeconds(10))
                .retries(100, 1_000);
        try (HaCluster client = HaCluster.builder("shop")
                .node(Node.client("customers"))
                .with(GossipMembership.seeds(settings.founders()))
                .with(LogReplication.client(settings.founders()))
                .with(LoadBalancing.feature().service("http", BalancerSettings.of(Algorithm.peakEwma()), patient))
                .start()) {
            client.awaitReady(PATIENCE);
            LoadBalancer calls = LoadBalancing.service(client, "http");
            await("three nodes", () -> serving(client).equals(FOUNDERS));
            List<Thread> customers = new ArrayList<>();
            for (int i = 0; i < CUSTOMERS; i++) {
                Thread customer = new Thread(() -> order(calls), "customer-" + (i + 1));
                customer.start();
                customers.add(customer);
            }
            await("four nodes", () -> serving(client).equals(ALL));

            String master = ReplicatedLog.in(client).status().master();
            Objects.requireNonNull(founders.get(master)).destroyForcibly().waitFor();
            reached("death of " + master);
            int before = ordered.get(); // of these none was begun before it
            await("orders after the master's death", () -> taken.get() > before + SOME);
            start(master);

            pauseMillis = SLOW_MILLIS;
            await("three nodes again", () -> serving(client).equals(FOUNDERS));
            over.countDown();
            for (Thread customer : customers) {
                customer.join();
            }
            assertEquals(List.of(), List.copyOf(failures), soFar::toString);
            int last = ordered.get();
            assertEquals(last, taken.get());
            await("the end of the fourth's process", () -> startedByTheShop().isEmpty());

            // by the log, since so many requests would be a load
            ReplicatedMap<String, Order> orders =
                    ReplicatedMap.in(client, ShopServer.ORDERS, Codec.string(), Codec.json(Order.class));
            Map<String, Integer> expected = new TreeMap<>();
            for (int i = 1; i <= last; i++) {
                expected.put(String.valueOf(i), i);
            }
            Map<String, Integer> found = new TreeMap<>();
            orders.scan()
                    .forEach(order -> found.put(order.getKey(), order.getValue().amount()));
            assertEquals(expected, found);
            ReplicatedMap<String, String> invoices =
                    ReplicatedMap.in(client, Invoices.MAP, Codec.string(), Codec.string());
            await("an invoice for each of " + last + " orders", () -> invoices.size() == last);
            assertEquals(
                    "{\"item\":\"apples\",\"amount\":" + last + "}\n",
                    get(calls, "/orders/" + last).body());
            // one of them has the role, and makes it
            await("a backup", () -> backup().contains("in layer near"));
        }
        System.out.println(String.join(System.lineSeparator(), soFar));
    }

    private static Set<String> serving(HaCluster client) {
        Set<String> nodes = new TreeSet<>();
        client.members().offering("http").stream()
                .filter(member -> member.facts().load().getOrDefault("scaling.serving", -1.0) >= 0)
                .filter(member -> !member.facts().draining())
                .map(Member::id)
                .forEach(nodes::add);
        return nodes;
    }

    private void order(LoadBalancer calls) {
        try {
            do {
                int number = ordered.incrementAndGet();
                HttpRequest put = HttpRequest.newBuilder(URI.create("http://shop/orders/" + number))
                        .PUT(HttpRequest.BodyPublishers.ofString("{\"item\":\"apples\",\"amount\":" + number + "}"))
                        .build();
                try { // any node takes it: the log knows its master
                    HttpResponse<String> answer = http.send(calls, put, BodyHandlers.ofString());
                    if (answer.statusCode() == 200) {
                        taken.incrementAndGet();
                    } else {
                        failures.add(number + ": " + answer.statusCode() + " " + answer.body());
                    }
                } catch (RuntimeException e) {
                    failures.add(number + ": " + e);
                }
            } while (!over.await(pauseMillis, TimeUnit.MILLISECONDS)); // a customer's own pace
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private HttpResponse<String> get(LoadBalancer calls, String path) {
        HttpRequest request =
                HttpRequest.newBuilder(URI.create("http://shop" + path)).build();
        return http.send(calls.toMaster(), request, BodyHandlers.ofString());
    }

    private String backup() throws IOException, InterruptedException {
        StringBuilder answers = new StringBuilder();
        for (int i = 1; i <= FOUNDERS.size(); i++) {
            HttpRequest request = HttpRequest.newBuilder(
                            URI.create("http://127.0.0.1:" + settings.httpPort(i) + "/backup"))
                    .timeout(Duration.ofSeconds(60))
                    .POST(HttpRequest.BodyPublishers.noBody())
                    .build();
            answers.append(plain.send(request, BodyHandlers.ofString()).body());
        }
        return answers.toString();
    }
}
