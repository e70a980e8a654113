package io.holdfast.examples.demo;

import io.holdfast.examples.Ports;
import io.holdfast.examples.demo.DeathWatch.Death;
import io.holdfast.examples.demo.FeedStatus.Gap;
import io.holdfast.examples.demo.NodeGroup.Master;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/**
 * The fourth act: many callers of a service on three nodes are routed, writes to the master and reads to slaves, while the master is
 * killed again and again. For one thread.
 */
final class RouteRun {
    private static final long TICK_NANOS = 20_000_000L;
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Duration STOP = Duration.ofSeconds(20);
    /** So many calls for each caller between two kills, and before the first and after the last of them. */
    private static final int CALLS_BETWEEN = 10;

    private final int count;
    private final int kills;
    private final Path data;
    private final Children children;
    private final Display display;
    private final HttpPorts http;
    private final NodeGroup nodes;
    private final RouteCallers callers;
    /** By the kill's number. */
    private final Map<Integer, String> victims = new LinkedHashMap<>();
    /** Those whose process has not been seen to serve since they were killed. */
    private final List<NodeSlot> dead = new ArrayList<>();

    RouteRun(int count, int kills, Path data, Children children, Display display) throws IOException {
        this.count = count;
        this.kills = kills;
        this.data = Files.createDirectories(data);
        this.children = children;
        this.display = display;
        List<Integer> ports = Ports.free(2 * NodeGroup.NODES);
        this.http = HttpPorts.of(ports.subList(NodeGroup.NODES, ports.size()));
        NodeProgram program = new NodeProgram(RouteNode.class, List.of(http.argument()), line -> {});
        this.nodes = new NodeGroup(children, display, data, program, ports.subList(0, NodeGroup.NODES));
        this.callers = new RouteCallers(count, data);
        nodes.onUnexpectedDeath(slot -> {
            killing(slot.id() + ", unasked");
            isDead(slot);
        });
    }

    /**
     * Runs it.
     *
     * @throws DemoFailure if the verdict is bad, or none could be reached
     */
    void run() throws IOException, InterruptedException {
        display.plain("Holdfast: three nodes that serve HTTP, " + count + " callers, kills of the master: " + kills);
        nodes.start();
        await(() -> nodes.isHealthy(0), "the three nodes have formed a cluster");
        callers.start(children, http, nodes.addresses());
        display.plain("callers  PID " + callers.process().pid() + ", " + count + " threads in a process of their own");
        for (int i = 0; i < kills; i++) {
            goOn();
            kill();
        }
        goOn();
        RouteStatus last = callers.finish();
        display.event("every call has an outcome");
        await(nodes::isSettled, "all nodes have applied the same log to its end");
        nodes.stop(STOP);
        display.event("all nodes have stopped; now their disks are read by another process");
        judge(last);
    }

    /** Until the cluster has healed and callers have come on. */
    private void goOn() throws IOException {
        long enough = callers.status().acknowledged() + (long) CALLS_BETWEEN * count;
        await(
                () -> {
                    RouteStatus now = callers.status();
                    return now.acknowledged() >= enough
                            && now.gaps().size() == victims.size()
                            && dead.isEmpty()
                            && nodes.isHealthy(now.perSecond());
                },
                "callers go on and the nodes are well");
    }

    private void kill() throws IOException, InterruptedException {
        Master master = nodes.master();
        if (master == null) {
            throw new DemoFailure("the master was lost; see the logs in " + data);
        }
        NodeSlot victim = master.slot();
        display.event(String.format(
                Locale.ROOT,
                "%s   # %s, master of term %d, after %,d calls",
                victim.killCommand(),
                victim.id(),
                master.status().term(),
                callers.status().acknowledged()));
        killing(victim.id());
        victim.kill();
        isDead(victim);
        nodes.killed(victim);
    }

    private void killing(String label) {
        if (callers.isStarted()) {
            victims.put(victims.size() + 1, label);
            callers.process().tell("killing " + victims.size());
        }
    }

    private void isDead(NodeSlot slot) {
        if (callers.isStarted()) {
            callers.process().tell("killed " + victims.size() + " " + slot.id());
            dead.add(slot);
        }
    }

    private void await(BooleanSupplier condition, String what) throws IOException {
        Patience.await(condition, PATIENCE, what, data, this::tick);
    }

    private void tick() throws IOException {
        nodes.tend();
        callers.check();
        dead.removeIf(slot -> {
            boolean serves = slot.status() != null;
            if (serves) {
                callers.process().tell("back " + slot.id());
            }
            return serves;
        });
        if (display.isDue()) {
            display.state(state());
        }
        LockSupport.parkNanos(this, TICK_NANOS);
    }

    private List<String> state() {
        Master master = nodes.master();
        RouteStatus now = callers.status();
        List<String> outcomes = new ArrayList<>();
        for (RouteCall call : RouteCall.values()) {
            RouteStatus.Calls calls = now.of(call);
            String others = calls.notAcknowledged() == 0 ? "" : " and " + calls.notAcknowledged() + " not";
            outcomes.add(call.plural() + " " + VerdictTable.grouped(calls.acknowledged()) + others);
        }
        return List.of(
                master == null
                        ? "no master"
                        : "master " + master.slot().id() + "  term "
                                + master.status().term(),
                VerdictTable.grouped(now.perSecond()) + " calls/s",
                String.join(", ", outcomes));
    }

    private void judge(RouteStatus last) throws IOException, InterruptedException {
        List<String> arguments = new ArrayList<>(List.of(data.toString()));
        nodes.slots().forEach(slot -> arguments.add(slot.id() + "=" + slot.directory()));
        RouteVerdict verdict =
                new RouteVerdict(last, Verifier.run(RouteVerify.class, arguments, data, children, display));
        verdict.table(new TreeSet<>(http.byNode().keySet())).forEach(display::plain);
        report(last).forEach(display::plain);
        List<String> broken = Check.judge(verdict.checks(), display);
        if (!broken.isEmpty()) {
            throw new DemoFailure(String.join("; ", broken));
        }
    }

    private List<String> report(RouteStatus last) {
        List<String> report = new ArrayList<>();
        for (Map.Entry<Integer, String> victim : victims.entrySet()) {
            int kill = victim.getKey();
            double gap = last.gaps().stream()
                    .filter(each -> each.kill() == kill)
                    .mapToLong(Gap::micros)
                    .max()
                    .orElse(0);
            for (Death death : last.deaths()) {
                if (death.kill() == kill) {
                    report.add(String.format(
                            Locale.ROOT,
                            "kill %d (%s): writers waited %.0f ms; of %,d requests in the %.1f s until it served again"
                                    + " %,d went to it, the last after %.1f s",
                            kill,
                            victim.getValue(),
                            gap / 1e3,
                            death.all(),
                            death.micros() / 1e6,
                            death.toIt(),
                            death.lastMicros() / 1e6));
                }
            }
        }
        return report;
    }
}
