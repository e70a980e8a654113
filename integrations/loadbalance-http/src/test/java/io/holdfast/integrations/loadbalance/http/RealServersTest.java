package io.holdfast.integrations.loadbalance.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.loadbalance.Algorithm;
import io.holdfast.loadbalance.Balancer;
import io.holdfast.loadbalance.BalancerRuntime;
import io.holdfast.loadbalance.BalancerSettings;
import io.holdfast.loadbalance.CallSettings;
import io.holdfast.loadbalance.Endpoint;
import io.holdfast.loadbalance.EndpointSource;
import io.holdfast.loadbalance.EndpointStanding;
import io.holdfast.loadbalance.OutlierSettings;
import io.holdfast.loadbalance.Reason;
import io.holdfast.loadbalance.StandaloneLoadBalancer;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Five servers in processes of their own under load, one after the other killed, started again, stopped and made slow: two of them, as each is like
 * any other, and all with {@code -Dholdfast.http.turns=5}.
 */
@Timeout(300)
class RealServersTest {
    private static final int CALLERS = 8;
    private static final int TURNS = Integer.getInteger("holdfast.http.turns", 2);
    private static final Duration SHORT = Duration.ofMillis(300);
    /** By then a stopped server is to get less than one in a hundred requests; shown, and not asserted. */
    private static final Duration IN_TIME = Duration.ofSeconds(2);

    private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor();
    private final Map<String, ServerJvm> servers = new TreeMap<>();
    private final List<Thread> callers = new ArrayList<>();
    private final AtomicLong served = new AtomicLong();
    private final ConcurrentLinkedQueue<Throwable> failures = new ConcurrentLinkedQueue<>();
    private volatile boolean ends;
    /** It has started, and does not listen yet. */
    private @Nullable ServerJvm successor;

    private StandaloneLoadBalancer balancer;

    RealServersTest() {
        this.balancer = start(List.of());
    }

    private StandaloneLoadBalancer start(List<Endpoint> endpoints) {
        // One is let in and used again soon after it was out or stood still, so that the test need not wait for long:
        // ejections are short, and how slow it was is soon forgotten.
        OutlierSettings outliers = OutlierSettings.usual().ejection(SHORT, SHORT.multipliedBy(2));
        return StandaloneLoadBalancer.start(
                new Balancer.Identity("shop", "web-1", "http"),
                EndpointSource.fixed(endpoints),
                BalancerSettings.of(Algorithm.peakEwma(Duration.ofSeconds(1)))
                        .outliers(outliers)
                        .slowStart(Duration.ofSeconds(1)),
                CallSettings.usual(),
                BalancerRuntime.of(thread, SplittableRandom::new),
                new SimpleMeterRegistry());
    }

    @BeforeEach
    void fiveServersUnderLoad() throws IOException {
        balancer.close();
        List<Endpoint> endpoints = new ArrayList<>();
        for (String id : ServerJvm.ids()) { // all at a time
            servers.put(id, ServerJvm.start(0));
        }
        for (String id : ServerJvm.ids()) {
            endpoints.add(
                    Endpoint.of(id, "http://127.0.0.1:" + server(id).listening().port()));
        }
        balancer = start(endpoints);
        BalancedHttp http = BalancedHttp.over(
                HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(1)).build());
        for (int i = 0; i < CALLERS; i++) {
            Thread caller = new Thread(() -> {
                HttpRequest get =
                        HttpRequest.newBuilder(URI.create("http://shop/")).build();
                while (!ends) {
                    try {
                        assertEquals(
                                204,
                                http.send(balancer.calls(), get, BodyHandlers.discarding())
                                        .statusCode());
                        served.incrementAndGet();
                    } catch (Throwable e) {
                        failures.add(e);
                    }
                }
            });
            caller.start();
            callers.add(caller);
        }
    }

    @AfterEach
    void end() throws InterruptedException {
        ends = true;
        servers.values().forEach(ServerJvm::close);
        if (successor != null) {
            successor.close();
        }
        for (Thread each : callers) {
            each.join();
        }
        balancer.close();
        thread.shutdownNow();
    }

    private ServerJvm server(String id) {
        return Objects.requireNonNull(servers.get(id));
    }

    private EndpointStanding standing(String id) {
        return balancer.calls().explain().endpoints().stream()
                .filter(each -> each.endpoint().id().equals(id))
                .findFirst()
                .orElseThrow();
    }

    private long begun(String id) {
        EndpointStanding now = standing(id);
        return now.successes() + now.failures() + now.inFlight();
    }

    private void await(String what, BooleanSupplier is) throws InterruptedException {
        while (!is.getAsBoolean()) {
            assertEquals(List.of(), List.copyOf(failures), what);
            callers.get(0).join(10); // a pause; callers go on until the end
        }
    }

    /** So many more calls are served. */
    private void serve(long more) throws InterruptedException {
        long until = served.get() + more;
        await("calls go on", () -> served.get() >= until);
    }

    private void isUsed(String id) throws InterruptedException {
        long before = standing(id).successes();
        await(id + " is used", () -> standing(id).successes() > before + 20);
    }

    @Test
    void noIdempotentCallFailsWhateverHappensToOneServerAtATime() throws Exception {
        for (String id : ServerJvm.ids()) {
            isUsed(id);
        }
        for (String id : ServerJvm.ids().subList(0, TURNS)) {
            if (successor == null) {
                successor = ServerJvm.start(server(id).port());
            }
            long began = System.nanoTime();
            killed(id);
            standBy(id);
            long restarted = System.nanoTime();
            String said = stopped(id);
            long resumed = System.nanoTime();
            server(id).slow(true);
            serve(300);
            server(id).slow(false);
            serve(100);
            System.out.printf(
                    "%s: killed, and used again after %d ms; stopped, %s, and used again after %d ms; slow for %d ms%n",
                    id,
                    millis(restarted - began),
                    said,
                    millis(resumed - restarted),
                    millis(System.nanoTime() - resumed));
        }
        assertEquals(List.of(), List.copyOf(failures));
    }

    private void killed(String id) throws IOException, InterruptedException {
        ServerJvm server = server(id);
        server.signal("KILL");
        serve(500);
        servers.put(id, Objects.requireNonNull(successor).listening());
        successor = null;
        isUsed(id);
    }

    /** Starts the process that is to take the place of the server after that one, while there is nothing else to wait for. */
    private void standBy(String id) throws IOException {
        int next = ServerJvm.ids().indexOf(id) + 1;
        if (next < TURNS) {
            successor = ServerJvm.start(server(ServerJvm.ids().get(next)).port());
        }
    }

    /** Stops it and lets it go on; returns what was seen meanwhile, of which times are recorded and not asserted. */
    private String stopped(String id) throws IOException, InterruptedException {
        long stopped = System.nanoTime();
        server(id).signal("STOP");
        await(id + " is found out", () -> isFoundOut(standing(id)));
        long out = System.nanoTime();
        boolean ejected = standing(id).is(Reason.EJECTED);
        Requests first = requests(id);
        await("the time after which it is to get hardly any", () -> System.nanoTime() - stopped >= IN_TIME.toNanos());
        Requests second = requests(id);
        serve(1_000);
        Requests last = requests(id);
        server(id).signal("CONT");
        isUsed(id);
        Requests since = last.minus(first);
        assertTrue(since.toIt() * 100 < since.all(), id + " got " + since + " while it was stopped and that was known");
        return String.format(
                Locale.ROOT,
                "%s after %d ms, since then %s, and %s later than %d ms after the stop",
                ejected ? "out" : "it failed",
                millis(out - stopped),
                since,
                last.minus(second),
                IN_TIME.toMillis());
    }

    /** Silent, or late for the first time, by whichever it is noticed first. */
    private static boolean isFoundOut(EndpointStanding standing) {
        return standing.is(Reason.EJECTED) || standing.failuresInARow() > 0;
    }

    private record Requests(long toIt, long all) {
        Requests minus(Requests before) {
            return new Requests(toIt - before.toIt, all - before.all);
        }

        @Override
        public String toString() {
            return toIt + " of " + all + " requests";
        }
    }

    private Requests requests(String id) {
        return new Requests(begun(id), served.get());
    }

    private static long millis(long nanos) {
        return nanos / 1_000_000;
    }
}
