package io.holdfast.examples.demo;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** One run, from the first process to the verdict. */
final class DemoRun {
    private static final long TICK_NANOS = 20_000_000L;
    private static final Duration START = Duration.ofSeconds(60);
    private static final Duration SETTLE = Duration.ofSeconds(60);
    private static final Duration STOP = Duration.ofSeconds(20);
    private static final Duration VERIFY = Duration.ofMinutes(10);
    private static final long STANDSTILL_NANOS = 60_000_000_000L;
    private static final List<String> VERIFY_JVM = List.of("-Xmx512m", "-XX:+UseSerialGC", "-Xshare:auto");

    private final InputFile input;
    private final Path data;
    private final Children children;
    private final Display display;
    private final NodeGroup nodes;
    private final FeedControl feed;
    private final Killer killer;
    private final boolean atMaster;
    private long progress;
    private long progressNanos = System.nanoTime();

    DemoRun(InputFile input, int kills, DemoOptions options, Path data, Children children, Display display)
            throws IOException {
        this.input = input;
        this.data = data;
        this.children = children;
        this.display = display;
        this.nodes = new NodeGroup(children, display, data, NodeProgram.plain());
        this.atMaster = options.atMaster();
        this.feed = new FeedControl(input, kills, atMaster, data);
        this.killer = new Killer(nodes, feed, display, input.lines(), kills, Math.min(options.lose(), kills));
    }

    /**
     * Runs it.
     *
     * @throws DemoFailure if the verdict is bad, or none could be reached
     */
    void run() throws IOException, InterruptedException {
        nodes.start();
        await(() -> nodes.isHealthy(0), START, "the three nodes have formed a cluster");
        feed.start(children, nodes.addresses());
        display.plain("client   PID " + feed.process().pid() + ", a process of its own");
        progressNanos = System.nanoTime();
        while (!feed.status().finished()) {
            tick();
            watchClient();
            boolean healthy = nodes.isHealthy(feed.status().perSecond());
            killer.killIfDue(healthy);
            feed.adjust(healthy, killer.nextMoment());
        }
        display.event("the client has an outcome for every line");
        if (!feed.process().awaitExit(STOP) || feed.process().exitStatus() != 0) {
            throw new DemoFailure("the client did not end in good order; see " + feed.log());
        }
        await(nodes::isSettled, SETTLE, "all nodes have applied the same log to its end");
        nodes.stop(STOP);
        display.event("all nodes have stopped; now their disks are read by another process");
        verify();
    }

    private void tick() throws IOException {
        nodes.tend();
        if (display.isDue()) {
            display.state(StateView.lines(nodes, feed.status(), input.lines()));
        }
        LockSupport.parkNanos(this, TICK_NANOS);
    }

    private void await(BooleanSupplier condition, Duration atMost, String what) throws IOException {
        long start = System.nanoTime();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - start > atMost.toNanos()) {
                throw new DemoFailure(
                        "waited " + atMost.toSeconds() + " s in vain until " + what + "; see the logs in " + data);
            }
            tick();
        }
    }

    private void watchClient() {
        if (!feed.process().isAlive() && !feed.status().finished()) {
            // Its last words may still be on their way through the pipe.
            if (!awaitLastWords()) {
                throw new DemoFailure("the client (PID " + feed.process().pid() + ") died, exit status "
                        + feed.process().exitStatus() + "; see " + feed.log());
            }
        }
        FeedStatus status = feed.status();
        long now = status.acknowledged() + status.unknown();
        if (now != progress) {
            progress = now;
            progressNanos = System.nanoTime();
        } else if (System.nanoTime() - progressNanos > STANDSTILL_NANOS) {
            throw new DemoFailure("nothing was acknowledged for " + STANDSTILL_NANOS / 1_000_000_000L
                    + " s; see the logs in " + data);
        }
    }

    private boolean awaitLastWords() {
        try {
            return feed.process().awaitExit(STOP) && feed.status().finished();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private void verify() throws IOException, InterruptedException {
        List<String> arguments = new ArrayList<>(List.of(
                input.path().toString(),
                feed.ledger().toString(),
                String.valueOf(feed.status().resubmitted()),
                atMaster ? DemoVerify.MASTER : DemoVerify.QUORUM));
        nodes.slots().forEach(slot -> arguments.add(slot.id() + "=" + slot.directory()));
        List<String> said = new CopyOnWriteArrayList<>();
        Path log = data.resolve("verify.log");
        ChildJvm verifier =
                children.add(() -> ChildJvm.start("verifier", VERIFY_JVM, DemoVerify.class, arguments, log, said::add));
        if (!verifier.awaitExit(VERIFY)) {
            throw new DemoFailure("the verifier came to no end within " + VERIFY.toMinutes() + " minutes");
        }
        List<String> problems = new ArrayList<>();
        for (String line : said) {
            display.plain(line);
            if (line.startsWith(DemoVerify.PROBLEM)) {
                problems.add(line.substring(DemoVerify.PROBLEM.length()));
            }
        }
        killer.report(feed.status().gaps()).forEach(display::plain);
        if (verifier.exitStatus() != 0 && problems.isEmpty()) {
            problems.add("the verifier failed with exit status " + verifier.exitStatus() + "; see " + log);
        }
        if (killer.missed() > 0) {
            problems.add("the input was over before " + killer.missed() + " of the kills");
        }
        if (!problems.isEmpty()) {
            throw new DemoFailure(String.join("; ", problems));
        }
    }
}
