package io.holdfast.examples.demo;

import io.holdfast.examples.demo.NodeGroup.Master;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** What the acts with callers of a service have in common: nodes, callers, kills, and what is read from disks at the end. For one thread. */
final class RouteStage {
    private static final long TICK_NANOS = 20_000_000L;
    private static final Duration STOP = Duration.ofSeconds(20);

    /** What an act has besides. */
    interface Extras {
        /** Looks after it, some ten times a second or more often. */
        default void tick() throws IOException {}

        /** How it is, for people, as lines. */
        default List<String> state() {
            return List.of();
        }
    }

    private final int callerCount;
    private final NodePorts http;
    private final Path data;
    private final Children children;
    private final Display display;
    private final Extras extras;
    private final NodeGroup nodes;
    private final RouteCallers callers;
    private final RouteKills kills;

    /**
     * Nothing is started yet.
     *
     * @param callerCount how many callers there are to be
     * @param reads how often each of them reads an order that it has put
     * @param http where nodes serve, those among them that are not there from the beginning
     * @param ports where the three nodes that are talk to each other
     */
    RouteStage(
            int callerCount,
            int reads,
            NodeProgram program,
            NodePorts http,
            List<Integer> ports,
            Path data,
            Children children,
            Display display,
            Extras extras) {
        this.callerCount = callerCount;
        this.http = http;
        this.data = data;
        this.children = children;
        this.display = display;
        this.extras = extras;
        this.nodes = new NodeGroup(children, display, data, program, ports);
        this.callers = new RouteCallers(callerCount, reads, data);
        this.kills = new RouteKills(nodes, callers, display, data);
    }

    NodeGroup nodes() {
        return nodes;
    }

    RouteCallers callers() {
        return callers;
    }

    RouteKills kills() {
        return kills;
    }

    /** Three nodes, and callers once those are a cluster. */
    void begin(Duration patience) throws IOException {
        nodes.start();
        await(() -> nodes.isHealthy(0), patience, "the three nodes have formed a cluster");
        callers.start(children, http, nodes.addresses());
        display.plain(
                "callers  PID " + callers.process().pid() + ", " + callerCount + " threads in a process of their own");
    }

    /** See {@link Patience}. */
    void await(BooleanSupplier condition, Duration patience, String what) throws IOException {
        Patience.await(condition, patience, what, data, this::tick);
    }

    private void tick() throws IOException {
        nodes.tend();
        callers.check();
        kills.tick();
        extras.tick();
        if (display.isDue()) {
            display.state(state());
        }
        LockSupport.parkNanos(this, TICK_NANOS);
    }

    private List<String> state() {
        Master master = nodes.master();
        RouteStatus now = callers.status();
        List<String> lines = new ArrayList<>();
        lines.add(
                master == null
                        ? "no master"
                        : "master " + master.slot().id() + "  term "
                                + master.status().term());
        lines.addAll(extras.state());
        lines.add(VerdictTable.grouped(now.perSecond()) + " calls/s");
        lines.add(now.inWords());
        return lines;
    }

    /** Callers and nodes end in good order; returns what the callers said last. */
    RouteStatus end(Duration patience) throws IOException, InterruptedException {
        RouteStatus last = callers.finish();
        display.event("every call has an outcome");
        await(nodes::isSettled, patience, "all nodes have applied the same log to its end");
        nodes.stop(STOP);
        display.event("all nodes have stopped; now their disks are read by another process");
        return last;
    }

    /**
     * Has the disks read.
     *
     * @param left of nodes that have left, as {@link RouteVerify} takes them
     */
    RouteVerdict verdict(RouteStatus last, List<String> left) throws IOException, InterruptedException {
        List<String> arguments = new ArrayList<>(List.of(data.toString()));
        nodes.slots().forEach(slot -> arguments.add(slot.id() + "=" + slot.directory()));
        arguments.addAll(left);
        return new RouteVerdict(last, Verifier.run(RouteVerify.class, arguments, data, children, display));
    }
}
