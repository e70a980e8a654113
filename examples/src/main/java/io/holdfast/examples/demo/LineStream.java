package io.holdfast.examples.demo;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** A file that a client streams through nodes, from the client's first line to the verdict from the disks. For one thread. */
final class LineStream {
    private static final long TICK_NANOS = 20_000_000L;
    private static final Duration SETTLE = Duration.ofSeconds(60);
    private static final Duration STOP = Duration.ofSeconds(20);
    private static final long STANDSTILL_NANOS = 60_000_000_000L;

    private final InputFile input;
    private final Path data;
    private final Children children;
    private final Display display;
    private final NodeGroup nodes;
    private final FeedControl feed;
    private long progress;
    private long progressNanos = System.nanoTime();

    LineStream(InputFile input, Path data, Children children, Display display, NodeGroup nodes, FeedControl feed) {
        this.input = input;
        this.data = data;
        this.children = children;
        this.display = display;
        this.nodes = nodes;
        this.feed = feed;
    }

    /** The client begins. */
    void begin() throws IOException {
        feed.start(children, nodes.addresses());
        display.plain("client   PID " + feed.process().pid() + ", a process of its own");
        progressNanos = System.nanoTime();
    }

    /** Looks after nodes and client for a moment. */
    void tick() throws IOException {
        nodes.tend();
        if (display.isDue()) {
            display.state(StateView.lines(nodes, feed.status(), input.lines()));
        }
        if (feed.isStarted()) {
            watchClient();
        }
        LockSupport.parkNanos(this, TICK_NANOS);
    }

    void await(BooleanSupplier condition, Duration atMost, String what) throws IOException {
        Patience.await(condition, atMost, what, data, this::tick);
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
        if (now != progress || status.finished()) {
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

    /** When the client has finished: it ends, the nodes come to rest, and are stopped. */
    void end() throws IOException, InterruptedException {
        display.event("the client has an outcome for every line");
        if (!feed.process().awaitExit(STOP) || feed.process().exitStatus() != 0) {
            throw new DemoFailure("the client did not end in good order; see " + feed.log());
        }
        await(nodes::isSettled, SETTLE, "all nodes have applied the same log to its end");
        nodes.stop(STOP);
        display.event("all nodes have stopped; now their disks are read by another process");
    }

    /**
     * Has the disks compared with the input, and prints what comes of it.
     *
     * @param level of {@link DemoVerify}
     * @param more nodes beside those that were stopped now, as {@link DemoVerify} takes them
     * @return what is wrong; empty if nothing
     */
    List<String> verify(String level, List<String> more) throws IOException, InterruptedException {
        List<String> arguments = new ArrayList<>(List.of(
                input.path().toString(),
                feed.ledger().toString(),
                String.valueOf(feed.status().resubmitted()),
                level));
        nodes.slots().forEach(slot -> arguments.add(slot.id() + "=" + slot.directory()));
        arguments.addAll(more);
        return Verifier.run(DemoVerify.class, arguments, data, children, display);
    }
}
