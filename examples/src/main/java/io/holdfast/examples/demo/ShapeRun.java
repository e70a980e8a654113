package io.holdfast.examples.demo;

import io.holdfast.examples.demo.FeedStatus.Gap;
import io.holdfast.examples.demo.NodeEvent.Kind;
import io.holdfast.examples.demo.NodeGroup.Master;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;

/**
 * The third act: while a client streams a file, a fourth and a fifth node join and are given votes, and then the master leaves
 * for good. For one thread.
 */
final class ShapeRun {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    /** As many things happen, and the file is paced so that they fall into it. */
    private static final int SCENES = 3;

    private final InputFile input;
    private final Path data;
    private final Display display;
    private final Timeline timeline = new Timeline();
    private final NodeGroup nodes;
    private final FeedControl feed;
    private final LineStream stream;
    private final Map<Integer, String> scenes = new LinkedHashMap<>();

    ShapeRun(InputFile input, Path data, Children children, Display display) throws IOException {
        this.input = input;
        this.data = Files.createDirectories(data);
        this.display = display;
        this.nodes = new NodeGroup(children, display, data, program(ShapeNode.FORM));
        this.feed = new FeedControl(input, SCENES, false, data);
        this.stream = new LineStream(input, data, children, display, nodes, feed);
    }

    private NodeProgram program(String how) {
        return new NodeProgram(ShapeNode.class, List.of(how), timeline::hear);
    }

    /**
     * Runs it.
     *
     * @throws DemoFailure if the verdict is bad, or none could be reached
     */
    void run() throws IOException, InterruptedException {
        display.plain("Holdfast: three nodes that know each other by gossip; two more join, and the master leaves");
        nodes.start();
        stream.await(() -> nodes.isHealthy(0), PATIENCE, "the three nodes have formed a cluster");
        stream.begin();
        comeTo(1);
        join(1);
        comeTo(2);
        join(2);
        comeTo(SCENES);
        String left = leave();
        while (!feed.status().finished()) {
            stream.tick();
            feed.adjust(true, -1);
        }
        stream.end();
        List<String> problems = stream.verify(DemoVerify.QUORUM, List.of(left));
        for (Gap gap : feed.status().gaps()) {
            display.plain(String.format(
                    Locale.ROOT,
                    "%s: the client waited %.0f ms for an acknowledgement at the longest",
                    scenes.getOrDefault(gap.kill(), "?"),
                    gap.micros() / 1e3));
        }
        if (!problems.isEmpty()) {
            throw new DemoFailure(String.join("; ", problems));
        }
    }

    /** The lines that have to be acknowledged before that scene. */
    private long moment(int scene) {
        return input.lines() * scene / (SCENES + 1);
    }

    private void comeTo(int scene) throws IOException {
        while (feed.status().acknowledged() < moment(scene)
                || !nodes.isHealthy(feed.status().perSecond())) {
            if (feed.status().finished()) {
                throw new DemoFailure("the input was over before all that was to happen; name a longer one by --lines");
            }
            stream.tick();
            feed.adjust(nodes.isHealthy(feed.status().perSecond()), moment(scene));
        }
    }

    private void await(BooleanSupplier condition, int next, String what) throws IOException {
        stream.await(
                () -> {
                    feed.adjust(false, next > SCENES ? input.lines() : moment(next));
                    refusals();
                    return condition.getAsBoolean();
                },
                PATIENCE,
                what);
    }

    private void refusals() {
        timeline.first(0, event -> event.is(Kind.SHAPE_REFUSED)).ifPresent(refused -> {
            throw new DemoFailure(refused.node() + ": " + refused.text());
        });
    }

    private void begins(int scene, String what) {
        scenes.put(scene, what);
        feed.process().tell("killing " + scene);
    }

    private void join(int scene) throws IOException {
        Set<String> others = ids();
        NodeSlot slot = nodes.add(program(ShapeNode.JOIN));
        begins(scene, slot.id() + " joins");
        knownToAll(others, slot.id() + " JOINED", scene + 1);
        display.event(slot.id() + " is known to " + String.join(", ", others));
        await(() -> isCaughtUpLearner(slot), scene + 1, slot.id() + " has the log");
        display.event(slot.id() + " has the log, as a learner without a vote; it asks for one");
        int from = timeline.size();
        slot.process().tell("vote");
        await(() -> timeline.first(from, slot.id(), Kind.VOTES).isPresent(), scene + 1, slot.id() + " has a vote");
        display.event(timeline.first(from, slot.id(), Kind.VOTES).orElseThrow().text());
        feed.process().tell("killed " + scene);
    }

    private boolean isCaughtUpLearner(NodeSlot slot) {
        Master master = nodes.master();
        NodeStatus status = slot.status();
        return master != null
                && status != null
                && status.isLearner()
                && status.applied() > 0
                && slot.lag(master.status().matches(), master.status().last())
                        <= NodeGroup.lagAllowed(feed.status().perSecond());
    }

    private Set<String> ids() {
        return nodes.slots().stream().map(NodeSlot::id).collect(Collectors.toCollection(TreeSet::new));
    }

    private void knownToAll(Set<String> observers, String what, int next) throws IOException {
        await(
                () -> observers.stream().allMatch(observer -> timeline.first(
                                0,
                                event -> event.is(Kind.MEMBER)
                                        && event.node().equals(observer)
                                        && event.text().equals(what))
                        .isPresent()),
                next,
                "all know: " + what);
    }

    /** The master goes; returns what its disk is judged by. */
    private String leave() throws IOException, InterruptedException {
        Master master = nodes.master();
        if (master == null) {
            throw new DemoFailure("the master was lost; see the logs in " + data);
        }
        NodeSlot slot = master.slot();
        long acknowledged = feed.status().acknowledged();
        begins(SCENES, slot.id() + ", the master, leaves");
        nodes.release(slot);
        Set<String> others = ids();
        display.event(String.format(
                Locale.ROOT,
                "%s, master of term %d, is told to leave, at line %,d of %,d",
                slot.id(),
                master.status().term(),
                acknowledged,
                input.lines()));
        slot.process().tell("leave");
        await(() -> timeline.first(0, slot.id(), Kind.LEFT_CLUSTER).isPresent(), SCENES + 1, slot.id() + " has left");
        if (!slot.process().awaitExit(PATIENCE) || slot.process().exitStatus() != 0) {
            throw new DemoFailure(slot.id() + " did not end in good order; see " + slot.log());
        }
        feed.process().tell("killed " + SCENES);
        knownToAll(others, slot.id() + " LEFT", SCENES + 1);
        display.event(
                slot.id() + " has handed over, given up its vote and ended; " + String.join(", ", others) + " know it");
        return slot.id() + ":" + acknowledged + "=" + slot.directory();
    }
}
