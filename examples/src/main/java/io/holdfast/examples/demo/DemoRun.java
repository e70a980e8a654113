package io.holdfast.examples.demo;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** The first act, from the first process to the verdict: the master is killed while a client streams a file. */
final class DemoRun {
    private static final Duration START = Duration.ofSeconds(60);

    private final Display display;
    private final NodeGroup nodes;
    private final FeedControl feed;
    private final Killer killer;
    private final LineStream stream;
    private final boolean atMaster;

    DemoRun(InputFile input, int kills, DemoOptions options, Path data, Children children, Display display)
            throws IOException {
        this.display = display;
        this.nodes = new NodeGroup(children, display, data, NodeProgram.plain());
        this.atMaster = options.atMaster();
        this.feed = new FeedControl(input, kills, atMaster, data);
        this.killer = new Killer(nodes, feed, display, input.lines(), kills, Math.min(options.lose(), kills));
        this.stream = new LineStream(input, data, children, display, nodes, feed);
    }

    /**
     * Runs it.
     *
     * @throws DemoFailure if the verdict is bad, or none could be reached
     */
    void run() throws IOException, InterruptedException {
        nodes.start();
        stream.await(() -> nodes.isHealthy(0), START, "the three nodes have formed a cluster");
        stream.begin();
        while (!feed.status().finished()) {
            stream.tick();
            boolean healthy = nodes.isHealthy(feed.status().perSecond());
            killer.killIfDue(healthy);
            feed.adjust(healthy, killer.nextMoment());
        }
        stream.end();
        List<String> problems = stream.verify(atMaster ? DemoVerify.MASTER : DemoVerify.QUORUM, List.of());
        killer.report(feed.status().gaps()).forEach(display::plain);
        if (killer.missed() > 0) {
            problems.add("the input was over before " + killer.missed() + " of the kills");
        }
        if (!problems.isEmpty()) {
            throw new DemoFailure(String.join("; ", problems));
        }
    }
}
