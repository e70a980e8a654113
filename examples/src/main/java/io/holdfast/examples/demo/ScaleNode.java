package io.holdfast.examples.demo;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.holdfast.autoscale.Autoscaling;
import io.holdfast.autoscale.Load;
import io.holdfast.autoscale.ScalingLimits;
import io.holdfast.autoscale.ScalingRate;
import io.holdfast.autoscale.ScalingService;
import io.holdfast.autoscale.StepScaling;
import io.holdfast.core.HaCluster;
import io.holdfast.core.HaEvent;
import io.holdfast.core.MemberEvent;
import io.holdfast.core.Node;
import io.holdfast.examples.demo.NodeEvent.Kind;
import io.holdfast.membership.GossipMembership;
import io.holdfast.replication.LogReplication;
import io.holdfast.replication.ReplicatedLog;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * One node of a service over HTTP that has as many nodes as its load needs, a process of its own: {@code ScaleNode ID PORT DIRECTORY} and
 * what a {@link ScalePlan} says. Whichever of them is the master starts and stops others.
 *
 * <p>One of the founders prints a {@link NodeStatus} and a {@link ScaleStanding} every 200 ms, and a {@link NodeEvent} for what
 * scaling tells; it stops in good order when it reads {@code stop}, and dies when its standard input ends. One that was started by the
 * cluster runs until it has left, and dies when the demonstration's process is gone.
 */
public final class ScaleNode {
    static final int LEAST = 3;
    /** Above so many requests a second, in the mean of the nodes, there are to be as many as there may be. */
    static final int BUSY = 50;
    /** Below so many, as few. */
    static final int IDLE = 18;

    private static final String RATE = "rate";
    private static final String METER = "demo.requests";
    private static final int SEGMENT_BYTES = 16 << 20;
    private static final long STATUS_MILLIS = 200;
    private static final Duration SECOND = Duration.ofSeconds(1);
    private static final Duration GRACE = Duration.ofSeconds(10);

    private static final Map<HaEvent.Kind, Kind> TOLD = Map.of(
            HaEvent.Kind.SCALING_DECIDED, Kind.SIZE_DECIDED,
            HaEvent.Kind.SCALING_FAILED, Kind.SCALING_FAILED);

    private final String id;
    private final ScalePlan plan;
    private final Traffic traffic = new Traffic();
    private final ObjectMapper json = new ObjectMapper();
    private final PrintStream out = System.out;

    private ScaleNode(String id, ScalePlan plan) {
        this.id = id;
        this.plan = plan;
    }

    /** Runs the node. */
    public static void main(String[] args) throws IOException, InterruptedException {
        RouteNode.prepareHttp();
        new ScaleNode(args[0], ScalePlan.parse(List.of(args))).run(args[1], Path.of(args[2]));
    }

    private void run(String port, Path directory) throws IOException, InterruptedException {
        boolean founder = plan.isFounder(id);
        Orders orders = new Orders();
        if (founder) {
            orders.listen(order -> {});
        } else {
            LifeLine.hangOn(plan.demo());
            ScaleTrail.in(plan.data()).began(id);
        }
        LogReplication log = LogReplication.inDirectory(directory)
                .segmentBytes(SEGMENT_BYTES)
                .stateMachine(new RouteBook());
        MeterRegistry meters = new SimpleMeterRegistry();
        FunctionCounter.builder(METER, traffic, Traffic::ended).register(meters);
        int http = plan.http().of(id);
        try (HaCluster cluster = HaCluster.builder("demo")
                .node(Node.of(id).bind("127.0.0.1:" + port).service("http", "http://127.0.0.1:" + http))
                .with(GossipMembership.seeds(plan.seeds()))
                .with(founder ? log.bootstrap(plan.founders().toArray(new String[0])) : log.join(plan.seeds()))
                .with(scaling())
                .meterRegistry(meters)
                .listener(this::happened)
                .memberListener(this::heard)
                .start()) {
            RouteServer server = RouteServer.start(cluster, http, traffic);
            try {
                if (founder) {
                    report(cluster, orders);
                } else {
                    stay(cluster);
                }
            } finally {
                server.close();
            }
        }
    }

    /** The usual one waits for minutes, so that nothing is done for nothing; who watches a demonstration does not want to. */
    private Autoscaling scaling() {
        return Autoscaling.on(plan.target(GRACE))
                .between(LEAST, plan.most())
                .withoutJvmLoads()
                .meter(RATE, METER)
                .load(Load.IN_FLIGHT, traffic::inFlight)
                .policy(StepScaling.of(RATE)
                        .above(BUSY, plan.more())
                        .below(IDLE, plan.more())
                        .sustained(Duration.ofSeconds(2)))
                .limits(ScalingLimits.usual()
                        .stabilization(Duration.ZERO, Duration.ofSeconds(2))
                        .rate(ScalingRate.nodes(plan.most(), SECOND), ScalingRate.nodes(plan.most(), SECOND))
                        .coolDown(Duration.ZERO, Duration.ofSeconds(1))
                        .startUp(Duration.ofSeconds(5))
                        .flappingWindow(Duration.ZERO))
                .every(SECOND, SECOND)
                .warmUp(SECOND)
                .drain(SECOND, GRACE)
                .startWithin(Duration.ofMinutes(1));
    }

    private void happened(HaEvent event) {
        Kind kind = TOLD.get(event.kind());
        if (kind != null) {
            tell(kind, event.subject() + " " + event.detail());
        }
    }

    private void heard(MemberEvent event) {
        if (event.kind() == MemberEvent.Kind.LEFT) {
            tell(Kind.MEMBER, event.member().id() + " " + event.kind());
        }
    }

    private void tell(Kind kind, String text) {
        tell(DemoNode.toJson(json, new NodeEvent(id, kind, SharedClock.nanos(), 0, text)));
    }

    private void tell(String line) {
        out.println(NodeEvent.MARK + line);
    }

    private void report(HaCluster cluster, Orders orders) throws InterruptedException {
        ReplicatedLog log = ReplicatedLog.in(cluster);
        ScalingService scaling = ScalingService.of(cluster);
        do {
            check(cluster);
            out.println(DemoNode.toJson(json, NodeStatus.of(log.status())));
            tell(ScaleStanding.MARK + DemoNode.toJson(json, ScaleStanding.of(id, scaling.status())));
        } while (!orders.stopOrdered(STATUS_MILLIS, TimeUnit.MILLISECONDS));
    }

    /** Until it has stopped: since it has left, or its process is told to end. That waits until this has been written down. */
    private void stay(HaCluster cluster) throws IOException, InterruptedException {
        Thread self = Thread.currentThread();
        Runtime.getRuntime().addShutdownHook(new Thread(() -> awaitEnd(self), "last words"));
        while (cluster.isLive()) {
            Thread.sleep(STATUS_MILLIS);
        }
        check(cluster);
        ScaleTrail.in(plan.data()).ended(id, (int) traffic.inFlight());
    }

    private static void awaitEnd(Thread thread) {
        try {
            thread.join(GRACE.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void check(HaCluster cluster) {
        if (cluster.failure().isPresent()) {
            throw new IllegalStateException(
                    id + " has stopped by itself", cluster.failure().get());
        }
    }
}
