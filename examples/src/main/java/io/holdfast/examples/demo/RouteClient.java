package io.holdfast.examples.demo;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.holdfast.core.HaCluster;
import io.holdfast.core.Node;
import io.holdfast.examples.demo.RouteCaller.Numbered;
import io.holdfast.loadbalance.LoadBalancing;
import io.holdfast.membership.GossipMembership;
import io.holdfast.replication.LogReplication;
import java.io.IOException;
import java.net.http.HttpClient;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * The callers, in a process of their own that is no part of the cluster: {@code RouteClient DIRECTORY CALLERS READS ID=HTTP-PORT,...
 * HOST:PORT...}. It learns from the nodes who they are, where they serve and who is master, keeps a {@link SentLedger} of the orders
 * and one of the journal's entries, and prints a {@link RouteStatus} every 100 ms. It understands {@code killing N}, {@code killed N
 * ID}, {@code back ID}, {@code pace N}, for N calls a second of all callers together, and {@code stop}, after which it ends when every call has an outcome.
 */
public final class RouteClient {
    static final String PUTS = "puts.ledger";
    static final String APPENDS = "appends.ledger";

    private static final long STATUS_MILLIS = 100;
    private static final Duration READY = Duration.ofSeconds(30);
    private static final Duration CONNECT = Duration.ofSeconds(1);
    /** More than any call takes with the default deadlines. */
    private static final long LAST_CALL_SECONDS = 30;

    private static final int STACK_BYTES = 256 << 10;

    private final ObjectMapper json = new ObjectMapper();
    private final RouteTally tally = new RouteTally();
    private final GapWatch gaps = new GapWatch();
    private final DeathWatch deaths = new DeathWatch();
    private final Pacer pace = new Pacer();
    private final Orders orders = new Orders();
    private volatile boolean over;
    private volatile @Nullable Throwable failure;
    private long countedNanos = System.nanoTime();
    private long counted;
    private long perSecond;

    private RouteClient() {}

    /** Runs the callers. */
    public static void main(String[] args) throws IOException, InterruptedException {
        new RouteClient().run(args);
    }

    private void run(String[] args) throws IOException, InterruptedException {
        Path directory = Path.of(args[0]);
        NodePorts ports = NodePorts.parse(args[3]);
        String[] nodes = Arrays.copyOfRange(args, 4, args.length);
        orders.listen(this::obey);
        // One connection a caller and node is what HTTP 1.1 takes.
        HttpClient http = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(CONNECT)
                .build();
        try (HaCluster client = HaCluster.builder("demo")
                        .node(Node.client("callers"))
                        .with(GossipMembership.seeds(nodes))
                        .with(LogReplication.client(nodes))
                        .with(LoadBalancing.feature())
                        .start();
                SentLedger puts = SentLedger.create(directory.resolve(PUTS));
                SentLedger appends = SentLedger.create(directory.resolve(APPENDS))) {
            client.awaitReady(READY);
            RouteCaller.Shared shared = new RouteCaller.Shared(
                    LoadBalancing.service(client, "http"),
                    http,
                    ports,
                    tally,
                    deaths,
                    Numbered.by(puts),
                    Numbered.by(appends),
                    gaps,
                    new AtomicLong(),
                    pace);
            call(shared, Integer.parseInt(args[1]), Integer.parseInt(args[2]));
        }
    }

    private void call(RouteCaller.Shared shared, int count, int reads) throws IOException, InterruptedException {
        List<Thread> callers = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            Thread caller =
                    new Thread(null, new RouteCaller(shared, reads, () -> over), "caller-" + (i + 1), STACK_BYTES);
            caller.setDaemon(true);
            caller.setUncaughtExceptionHandler((thread, thrown) -> failure = thrown);
            caller.start();
            callers.add(caller);
        }
        while (!orders.stopOrdered(STATUS_MILLIS, TimeUnit.MILLISECONDS)) {
            check();
            report(false);
        }
        over = true;
        pace.limitTo(0); // what has been begun need not wait for its turn
        long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(LAST_CALL_SECONDS);
        for (Thread caller : callers) {
            caller.join(Math.max(1, (until - System.nanoTime()) / 1_000_000));
            if (caller.isAlive()) {
                throw new IllegalStateException(caller.getName() + " still waits for an answer after "
                        + LAST_CALL_SECONDS + " s, and the default deadline is 10");
            }
        }
        check();
        gaps.close();
        shared.puts().close();
        shared.appends().close();
        report(true);
    }

    private void check() {
        Throwable problem = failure;
        if (problem != null) {
            throw new IllegalStateException("a call ended as it must not", problem);
        }
    }

    private void obey(String order) {
        String[] words = order.split(" ");
        switch (words[0]) {
            case "killing" -> gaps.killing(Integer.parseInt(words[1]));
            case "killed" -> {
                gaps.killed(Integer.parseInt(words[1]));
                deaths.killed(Integer.parseInt(words[1]), words[2], System.nanoTime());
            }
            case "pace" -> pace.limitTo(Double.parseDouble(words[1]));
            case "back" -> deaths.back(words[1], System.nanoTime());
            default -> System.err.println("the order \"" + order + "\" is not known here");
        }
    }

    private void report(boolean finished) {
        long now = System.nanoTime();
        if (now - countedNanos >= 1_000_000_000L) {
            long acknowledged = tally.acknowledged();
            perSecond = (acknowledged - counted) * 1_000_000_000L / (now - countedNanos);
            counted = acknowledged;
            countedNanos = now;
        }
        System.out.println(DemoNode.toJson(
                json,
                new RouteStatus(
                        tally.calls(), deaths.requests(), gaps.gaps(), deaths.deaths(now), perSecond, finished)));
    }
}
