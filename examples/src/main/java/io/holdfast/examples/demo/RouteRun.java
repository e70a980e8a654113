package io.holdfast.examples.demo;

import io.holdfast.examples.Ports;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.TreeSet;

/**
 * The fourth act: many callers of a service on three nodes are routed, writes to the master and reads to slaves, while the master is
 * killed again and again. For one thread.
 */
final class RouteRun {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    /** So many calls for each caller between two kills, and before the first and after the last of them. */
    private static final int CALLS_BETWEEN = 10;

    private final int count;
    private final int planned;
    private final Display display;
    private final NodePorts http;
    private final RouteStage stage;

    RouteRun(int count, int kills, Path data, Children children, Display display) throws IOException {
        this.count = count;
        this.planned = kills;
        this.display = display;
        List<Integer> ports = Ports.free(2 * NodeGroup.NODES);
        this.http = NodePorts.of(ports.subList(NodeGroup.NODES, ports.size()));
        this.stage = new RouteStage(
                count,
                1,
                new NodeProgram(RouteNode.class, List.of(http.argument()), line -> {}),
                http,
                ports.subList(0, NodeGroup.NODES),
                Files.createDirectories(data),
                children,
                display,
                new RouteStage.Extras() {});
    }

    /**
     * Runs it.
     *
     * @throws DemoFailure if the verdict is bad, or none could be reached
     */
    void run() throws IOException, InterruptedException {
        display.plain("Holdfast: three nodes that serve HTTP, " + count + " callers, kills of the master: " + planned);
        stage.begin(PATIENCE);
        for (int i = 0; i < planned; i++) {
            goOn();
            stage.kills()
                    .kill(String.format(
                            Locale.ROOT,
                            "after %,d calls",
                            stage.callers().status().acknowledged()));
        }
        goOn();
        RouteStatus last = stage.end(PATIENCE);
        RouteVerdict verdict = stage.verdict(last, List.of());
        verdict.table(new TreeSet<>(http.byNode().keySet())).forEach(display::plain);
        stage.kills().report(last).forEach(display::plain);
        Check.demand(verdict.checks(), display);
    }

    /** Until the cluster has healed and callers have come on. */
    private void goOn() throws IOException {
        RouteCallers callers = stage.callers();
        long enough = callers.status().acknowledged() + (long) CALLS_BETWEEN * count;
        stage.await(
                () -> callers.status().acknowledged() >= enough
                        && stage.kills().areOver()
                        && stage.nodes().isHealthy(callers.status().perSecond()),
                PATIENCE,
                "callers go on and the nodes are well");
    }
}
