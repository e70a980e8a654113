package io.holdfast.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.holdfast.core.HaCluster;
import io.holdfast.core.Node;
import io.holdfast.integrations.loadbalance.http.BalancedHttp;
import io.holdfast.loadbalance.Algorithm;
import io.holdfast.loadbalance.BalancerSettings;
import io.holdfast.loadbalance.CallSettings;
import io.holdfast.loadbalance.LoadBalancer;
import io.holdfast.loadbalance.LoadBalancing;
import io.holdfast.loadbalance.ReadSession;
import io.holdfast.membership.GossipMembership;
import io.holdfast.replication.LogReplication;
import io.holdfast.replication.ReplicatedLog;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Three nodes in processes of their own, 100 callers of a client, and the master killed. */
@Timeout(300)
class RoutedServiceProcessTest {
    private static final int CALLERS = 100;
    /** What is shown is that no call is lost, on however busy a machine. */
    private static final Duration PATIENCE = Duration.ofMinutes(1);

    private static final int BEFORE = 3;
    private static final int AFTER = 3;

    private final BalancedHttp http = BalancedHttp.over(
            HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(1)).build());
    private final ConcurrentLinkedQueue<Throwable> failures = new ConcurrentLinkedQueue<>();
    /** By caller, the last value that was acknowledged. */
    private final AtomicIntegerArray acknowledged = new AtomicIntegerArray(CALLERS);

    private final ReadSession session = ReadSession.begin();

    @Test
    void noIdempotentWriteFailsWhenTheMasterIsKilledAndNoneIsLost(@TempDir Path directory) throws Exception {
        List<Integer> ports = Ports.free(6);
        Map<String, RoutedNodeJvm> nodes = new TreeMap<>();
        try {
            for (int i = 1; i <= 3; i++) {
                nodes.put("node-" + i, RoutedNodeJvm.start(i, ports, directory));
            }
            try (HaCluster client = client(ports)) {
                LoadBalancer calls = LoadBalancing.service(client, "http");
                call(calls, nodes, client);
                for (int caller = 0; caller < CALLERS; caller++) {
                    HttpResponse<String> read = http.send(
                            calls.toSlaves().session(session).maxLag(Duration.ZERO),
                            order(caller).build(),
                            BodyHandlers.ofString());
                    assertEquals(Integer.toString(acknowledged.get(caller)), read.body());
                }
            }
        } finally {
            for (RoutedNodeJvm each : nodes.values()) {
                each.kill();
            }
        }
    }

    private void call(LoadBalancer calls, Map<String, RoutedNodeJvm> nodes, HaCluster client)
            throws InterruptedException {
        CountDownLatch warm = new CountDownLatch(CALLERS);
        CountDownLatch killed = new CountDownLatch(1);
        List<Thread> callers = new ArrayList<>();
        for (int i = 0; i < CALLERS; i++) {
            int caller = i;
            Thread each = new Thread(() -> {
                try {
                    int value = 1;
                    for (; value <= BEFORE; value++) {
                        write(calls, caller, value);
                    }
                    warm.countDown();
                    while (killed.getCount() > 0) { // callers are on their way when it happens
                        write(calls, caller, value++);
                    }
                    for (int more = 0; more < AFTER; more++) {
                        write(calls, caller, value++);
                    }
                } catch (Throwable e) {
                    failures.add(e);
                    warm.countDown();
                }
            });
            each.start();
            callers.add(each);
        }
        if (!warm.await(2, TimeUnit.MINUTES)) {
            throw new IllegalStateException("the callers do not come on; failures: " + failures);
        }
        String master = ReplicatedLog.in(client).status().master();
        long began = System.nanoTime();
        Objects.requireNonNull(nodes.get(master)).kill();
        killed.countDown();
        for (Thread each : callers) {
            each.join();
        }
        System.out.println(master + " was killed under " + CALLERS + " callers, and each had written " + AFTER
                + " times after " + (System.nanoTime() - began) / 1_000_000 + " ms");
        assertEquals(List.of(), List.copyOf(failures));
    }

    private static HttpRequest.Builder order(int caller) {
        return HttpRequest.newBuilder(URI.create("http://shop/here/orders/" + caller));
    }

    private void write(LoadBalancer calls, int caller, int value) {
        HttpRequest put = order(caller)
                .PUT(HttpRequest.BodyPublishers.ofString(Integer.toString(value)))
                .build();
        HttpResponse<String> answer = http.send(calls.toMaster().session(session), put, BodyHandlers.ofString());
        if (answer.statusCode() != 200) {
            throw new IllegalStateException(answer + " " + answer.headers().map());
        }
        acknowledged.set(caller, value);
    }

    /** It learns from the nodes who they are, what they offer, and who is master. */
    private static HaCluster client(List<Integer> ports) {
        String[] nodes = {"127.0.0.1:" + ports.get(0), "127.0.0.1:" + ports.get(1), "127.0.0.1:" + ports.get(2)};
        HaCluster client = HaCluster.builder("shop")
                .node(Node.client("callers"))
                .with(GossipMembership.seeds(nodes))
                .with(LogReplication.client(nodes))
                .with(LoadBalancing.feature()
                        .service(
                                "http",
                                BalancerSettings.of(Algorithm.peakEwma()),
                                CallSettings.usual()
                                        .deadline(PATIENCE)
                                        .attempts(20, Duration.ofSeconds(10))
                                        .hold(PATIENCE, CALLERS)))
                .start();
        client.awaitReady(PATIENCE);
        return client;
    }
}
