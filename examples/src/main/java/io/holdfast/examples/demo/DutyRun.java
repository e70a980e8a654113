package io.holdfast.examples.demo;

import io.holdfast.core.FencingToken;
import io.holdfast.core.HoldfastException;
import io.holdfast.examples.demo.DemoOptions.StoreKind;
import io.holdfast.examples.demo.DutyVerdict.Happened;
import io.holdfast.examples.demo.NodeEvent.Kind;
import io.holdfast.examples.demo.NodeGroup.Master;
import io.holdfast.examples.store.Attempt;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The second act: what only the master may do is done by one node at a time. The master's process is stopped, another takes
 * over, the stopped one goes on and writes by its old token; then mastership is handed over in good order. For one thread.
 */
final class DutyRun {
    private static final long TICK_NANOS = 10_000_000L;
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Duration STOP = Duration.ofSeconds(20);
    /** So many writes show that somebody is at work. */
    private static final int AT_WORK = 4;

    private static final int AT_STOP = 1;
    private static final int AT_HAND_OVER = 2;

    private final StoreKind kind;
    private final Path data;
    private final Children children;
    private final Display display;
    private final Timeline timeline = new Timeline();
    private final NodeGroup nodes;
    private final Path address;

    DutyRun(StoreKind kind, Path data, Children children, Display display) throws IOException {
        this.kind = kind;
        this.data = data;
        this.children = children;
        this.display = display;
        this.address = data.resolve("store.address");
        this.nodes = new NodeGroup(
                children, display, data, new NodeProgram(DutyNode.class, List.of(address.toString()), timeline::hear));
    }

    /**
     * Runs it.
     *
     * @throws DemoFailure if the verdict is bad, or none could be reached
     */
    void run() throws IOException, InterruptedException {
        Files.createDirectories(data);
        display.plain("Holdfast: three nodes, whose master writes to a store outside the cluster");
        StoreHost store = StoreHost.start(kind, data, children, display);
        display.plain("store    " + store.description());
        writeAddress(store.address());
        nodes.start();
        await(() -> nodes.isHealthy(0), "the three nodes have formed a cluster");
        Happened happened;
        try (SteadyClient client = SteadyClient.start(nodes.addresses())) {
            display.event("a client in this process writes to the log, 64 at most in flight");
            happened = new Scenes(client).play();
            nodes.stop(STOP);
        } catch (HoldfastException e) {
            throw new DemoFailure("the client: " + e.getMessage());
        }
        display.event("all nodes have stopped; now the store's own record is read");
        List<Attempt> record = store.record();
        Files.write(
                data.resolve("record.txt"),
                record.stream().map(Attempt::toString).toList());
        judge(record, happened);
    }

    /** It holds the store's password. */
    private void writeAddress(String text) throws IOException {
        Files.createFile(address);
        if (!address.toFile().setReadable(false, false) || !address.toFile().setReadable(true, true)) {
            throw new IOException(address + " cannot be kept from others' eyes");
        }
        Files.writeString(address, text);
    }

    private void judge(List<Attempt> record, Happened happened) {
        Check.demand(new DutyVerdict(record, DutyNode.STOP_WITHIN).checks(happened), display);
    }

    private void tick(List<String> more) throws IOException {
        nodes.tend();
        if (display.isDue()) {
            Master master = nodes.master();
            List<String> lines = new ArrayList<>();
            lines.add(
                    master == null
                            ? "no master"
                            : "master " + master.slot().id() + "  term "
                                    + master.status().term());
            lines.add("store: "
                    + timeline.latestWrite()
                            .map(write -> write.node() + " by token " + token(write) + ", " + write.text())
                            .orElse("nothing yet")
                    + ", refused " + timeline.count(Kind.REFUSED));
            lines.addAll(more);
            display.state(lines);
        }
        LockSupport.parkNanos(this, TICK_NANOS);
    }

    private void await(BooleanSupplier condition, String what) throws IOException {
        await(condition, what, null);
    }

    private void await(BooleanSupplier condition, String what, @Nullable SteadyClient client) throws IOException {
        Patience.await(
                condition,
                PATIENCE,
                what,
                data,
                () -> tick(
                        client == null
                                ? List.of()
                                : List.of(String.format(
                                        Locale.ROOT,
                                        "client: %,d writes, %d failed",
                                        client.acknowledged(),
                                        client.failed()))));
    }

    private static String token(NodeEvent event) {
        return new FencingToken(event.token()).toString();
    }

    /** What is played while the client writes. */
    private final class Scenes {
        private final SteadyClient client;

        Scenes(SteadyClient client) {
            this.client = client;
        }

        Happened play() throws IOException, InterruptedException {
            Master first = atWork();
            NodeSlot old = first.slot();
            int from = timeline.size();
            old.process().tell("dawdle");
            NodeEvent looked = await(from, old.id(), Kind.LOOKED);
            client.watch(AT_STOP);
            long pid = old.process().pid();
            display.event("kill -STOP " + pid + "   # " + old.id() + ", master by token " + token(looked)
                    + ": it has just found its grant valid, and was about to write");
            Stopper stopper = children.add(() -> Stopper.stop(pid));
            long stopped = SharedClock.nanos();
            client.happened(AT_STOP);
            NodeEvent next = takenOver(from, old, stopped);
            int resumed = timeline.size();
            old.process().tell("go on");
            display.event("kill -CONT " + pid + "   # " + old.id()
                    + " goes on where it was, and writes without another look");
            stopper.resume();
            NodeEvent late = await(
                    resumed,
                    event -> event.node().equals(old.id()) && (event.is(Kind.REFUSED) || event.is(Kind.WROTE)),
                    old.id() + " has written again");
            display.event(old.id() + " wrote by token " + token(late) + ": "
                    + (late.is(Kind.REFUSED) ? "refused, " : "not refused, ") + late.text());
            NodeEvent slave = await(resumed, old.id(), Kind.ON_SLAVE_RETURNED);
            display.event(old.id() + "'s onSlave has run: " + slave.text());
            return handedOver(looked, next, late, slave);
        }

        /** The master, when it has begun its duty. */
        private Master atWork() throws IOException {
            DutyRun.this.await(
                    () -> {
                        Master master = nodes.master();
                        return master != null && nodes.isHealthy(0) && worksNow(master);
                    },
                    "a master writes to the store",
                    client);
            Master master = nodes.master();
            if (master == null) {
                throw new DemoFailure("the master was lost again; see the logs in " + data);
            }
            return master;
        }

        private boolean worksNow(Master master) {
            Optional<NodeEvent> latest = timeline.latestWrite();
            return latest.isPresent()
                    && latest.get().node().equals(master.slot().id())
                    && timeline.writes(latest.get().token()) >= AT_WORK;
        }

        private NodeEvent takenOver(int from, NodeSlot old, long stopped) throws IOException {
            DutyRun.this.await(() -> client.gapMillis(AT_STOP) >= 0, "the log takes writes again", client);
            display.event(String.format(
                    Locale.ROOT, "the log takes writes again: the client waited %,.0f ms", client.gapMillis(AT_STOP)));
            NodeEvent next = await(
                    from,
                    event -> event.is(Kind.ON_MASTER) && !event.node().equals(old.id()),
                    "another node's onMaster runs");
            display.event(String.format(
                    Locale.ROOT,
                    "%s's onMaster runs, %.2f s after the stop: it had to wait for %s's lease (%d ms) and stopWithin (%d s),"
                            + " each with a quarter more since clocks differ",
                    next.node(),
                    (next.nanos() - stopped) / 1e9,
                    old.id(),
                    DutyNode.LEASE.toMillis(),
                    DutyNode.STOP_WITHIN.toSeconds()));
            DutyRun.this.await(
                    () -> timeline.writes(next.token()) >= AT_WORK, next.node() + " writes to the store", client);
            display.event(next.node() + " writes to the store by token " + token(next));
            return next;
        }

        private Happened handedOver(NodeEvent looked, NodeEvent next, NodeEvent late, NodeEvent slave)
                throws IOException, InterruptedException {
            NodeSlot giver = atWork().slot();
            int from = timeline.size();
            long failed = client.failed();
            client.watch(AT_HAND_OVER);
            display.event(giver.id() + " is told to hand over");
            long ordered = SharedClock.nanos();
            giver.process().tell("hand over");
            NodeEvent done = await(
                    from,
                    event -> event.is(Kind.HANDED_OVER) || event.is(Kind.HAND_OVER_FAILED),
                    "mastership is handed over");
            client.happened(AT_HAND_OVER);
            if (done.is(Kind.HAND_OVER_FAILED)) {
                throw new DemoFailure(giver.id() + " could not hand over: " + done.text());
            }
            NodeEvent slaveBegins = await(from, giver.id(), Kind.ON_SLAVE);
            NodeEvent gave = await(from, giver.id(), Kind.ON_SLAVE_RETURNED);
            NodeEvent took = await(
                    from,
                    event -> event.is(Kind.ON_MASTER) && !event.node().equals(giver.id()),
                    "the other's onMaster runs");
            DutyRun.this.await(() -> client.gapMillis(AT_HAND_OVER) >= 0, "the client goes on", client);
            DutyRun.this.await(
                    () -> timeline.writes(took.token()) >= AT_WORK, took.node() + " writes to the store", client);
            Map<NodeEvent, String> callbacks = new LinkedHashMap<>();
            callbacks.put(slaveBegins, giver.id() + "'s onSlave begins");
            callbacks.put(gave, giver.id() + "'s onSlave has returned");
            callbacks.put(took, took.node() + "'s onMaster begins, by token " + token(took));
            callbacks.put(done, "transferMastership has completed");
            callbacks.entrySet().stream()
                    .sorted(Comparator.comparingLong(entry -> entry.getKey().nanos() - ordered))
                    .forEach(entry -> after(ordered, entry.getKey(), entry.getValue()));
            if (!client.finish()) {
                throw new DemoFailure("some of the client's writes never end");
            }
            long lost = client.failed() - failed;
            display.event(String.format(
                    Locale.ROOT,
                    "the client waited %,.0f ms at the longest, and %s",
                    client.gapMillis(AT_HAND_OVER),
                    lost == 0 ? "no write failed" : lost + " writes failed: " + client.failures()));
            return new Happened(looked, next, late, slave, gave, took, lost, client.gapMillis(AT_HAND_OVER));
        }

        private void after(long ordered, NodeEvent event, String what) {
            display.plain(String.format(Locale.ROOT, "    %8.1f ms  %s", (event.nanos() - ordered) / 1e6, what));
        }

        private NodeEvent await(int from, String node, Kind wanted) throws IOException {
            return await(
                    from,
                    event -> event.is(wanted) && event.node().equals(node),
                    node + " tells of " + wanted.name().toLowerCase(Locale.ROOT).replace('_', ' '));
        }

        private NodeEvent await(int from, Predicate<NodeEvent> which, String what) throws IOException {
            DutyRun.this.await(() -> timeline.first(from, which).isPresent(), what, client);
            return timeline.first(from, which).orElseThrow();
        }
    }
}
