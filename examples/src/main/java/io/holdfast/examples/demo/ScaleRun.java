package io.holdfast.examples.demo;

import io.holdfast.examples.Ports;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.function.BooleanSupplier;

/**
 * The sixth act: a service has as many nodes as its load needs. The load rises, and three nodes become more; it falls, and they become
 * three again; the master, which sees to that, is killed in the midst of both. For one thread.
 */
final class ScaleRun {
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    /** As many nodes may ever have a name: some more than there may be at a time. */
    private static final int NAMES = 9;

    private static final int CALLERS = 60;
    /** So often each of them reads what it has put. */
    private static final int READS = 6;
    /** Calls a second: on three nodes too few, so that there would be fewer if there might. */
    private static final int LOW = 42;
    /** On three nodes too many, and on as many as there may be not too few. */
    private static final int HIGH = 210;
    /** So many calls before the load rises. */
    private static final int CALLS = 100;
    /** So many has each new node to answer before it falls. */
    private static final int ANSWERS = 25;

    private final Path data;
    private final Children children;
    private final Display display;
    private final ScalePlan plan;
    private final StartedNodes started;
    private final ScaleWatch watch;
    private final RouteStage stage;

    /**
     * Nothing is started yet.
     *
     * @param most how many nodes there may be
     */
    ScaleRun(int most, Path data, Children children, Display display) throws IOException {
        this.data = Files.createDirectories(data);
        this.children = children;
        this.display = display;
        List<Integer> free = Ports.free(2 * NAMES);
        NodePorts ports = NodePorts.of(free.subList(0, NAMES));
        NodePorts http = NodePorts.of(free.subList(NAMES, free.size()));
        List<String> founders = NodeGroup.bootstrap(free.subList(0, NodeGroup.NODES));
        this.plan = new ScalePlan(ports, http, data, LifeLine.ofThisProcess(), most, founders);
        this.started = new StartedNodes(plan);
        TreeSet<String> ids = new TreeSet<>(ports.byNode().keySet());
        ids.removeIf(node -> !plan.isFounder(node));
        this.watch = new ScaleWatch(ids, started, display);
        this.stage = new RouteStage(
                CALLERS,
                READS,
                new NodeProgram(ScaleNode.class, plan.arguments(), watch::hear),
                http,
                free.subList(0, NodeGroup.NODES),
                data,
                children,
                display,
                watch);
        watch.count(
                () -> (int)
                        stage.nodes().slots().stream().filter(NodeSlot::isAlive).count(),
                stage.kills()::isOneDead);
    }

    /**
     * Runs it.
     *
     * @throws DemoFailure if the verdict is bad, or none could be reached
     */
    void run() throws IOException, InterruptedException {
        display.plain("Holdfast: an HTTP service that has " + ScaleNode.LEAST + " to " + plan.most()
                + " nodes: more if each has more than " + ScaleNode.BUSY + " requests a second, fewer below "
                + ScaleNode.IDLE);
        children.add(() -> started); // first, so that it is the first to end: then no node can start another one
        stage.begin(PATIENCE);
        load(LOW);
        await(() -> watch.isSteady(ScaleNode.LEAST) && callers().status().acknowledged() >= CALLS, "three nodes serve");
        grow();
        shrink();
        RouteStatus last = stage.end(PATIENCE);
        judge(last);
    }

    private RouteCallers callers() {
        return stage.callers();
    }

    private void load(int callsPerSecond) {
        display.event("the load is now " + callsPerSecond + " calls/s");
        callers().process().tell("pace " + callsPerSecond);
    }

    private void await(BooleanSupplier condition, String what) throws IOException {
        stage.await(condition, PATIENCE, what);
    }

    private void grow() throws IOException, InterruptedException {
        load(HIGH);
        await(() -> !coming().isEmpty(), "the master has ordered a node");
        watch.tick(); // shown before what comes now
        stage.kills().kill("which has ordered " + String.join(", ", coming()));
        await(() -> isHealthy(plan.most()), plan.most() + " nodes serve, and the one that was killed is back");
        display.event(plan.most() + " nodes serve");
        await(
                () -> plan.others().stream().filter(this::hasAnswered).count() >= plan.more(),
                "each of them answers calls");
    }

    private void shrink() throws IOException, InterruptedException {
        load(LOW);
        await(() -> !going().isEmpty(), "a node goes");
        watch.tick();
        stage.kills().kill("which is taking " + String.join(", ", going()) + " away");
        await(
                () -> isHealthy(ScaleNode.LEAST) && started.running().isEmpty(),
                "three nodes are left, and the one that was killed is back");
        display.event(ScaleNode.LEAST + " nodes serve");
    }

    private List<String> coming() {
        ScaleStanding now = watch.standing();
        return now == null ? List.of() : now.coming();
    }

    private List<String> going() {
        ScaleStanding now = watch.standing();
        return now == null ? List.of() : now.going();
    }

    private boolean isHealthy(int count) {
        return watch.isSteady(count)
                && stage.kills().areOver()
                && stage.nodes().isHealthy(callers().status().perSecond());
    }

    private boolean hasAnswered(String node) {
        return callers().status().calls().values().stream()
                        .mapToLong(calls -> calls.servedBy().getOrDefault(node, 0L))
                        .sum()
                >= ANSWERS;
    }

    private void judge(RouteStatus last) throws IOException, InterruptedException {
        List<ScaleTrail.Begun> begun = ScaleTrail.in(data).all();
        TreeSet<String> names = new TreeSet<>();
        begun.forEach(process -> names.add(process.node()));
        RouteVerdict calls = stage.verdict(
                last,
                names.stream()
                        .map(node -> node + RouteVerify.LEFT + "=" + plan.directory(node))
                        .toList());
        plan.founders().forEach(founder -> names.add(founder.substring(0, founder.indexOf('@'))));
        calls.table(names).forEach(display::plain);
        stage.kills().report(last).forEach(display::plain);
        watch.decisions().forEach(display::plain);
        watch.table().forEach(display::plain);
        List<Check> checks = new ArrayList<>(calls.checks());
        checks.addAll(watch.verdict(plan.most(), begun).checks());
        Check.demand(checks, display);
    }
}
