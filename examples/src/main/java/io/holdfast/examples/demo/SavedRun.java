package io.holdfast.examples.demo;

import io.holdfast.backup.BackupInfo;
import io.holdfast.backup.Loaded;
import io.holdfast.backup.LogRange;
import io.holdfast.backup.RestorePlan;
import io.holdfast.backup.StateLoad;
import io.holdfast.backup.StateRestore;
import io.holdfast.backup.StoredBackups.Verification;
import io.holdfast.core.FencingToken;
import io.holdfast.core.HaCluster;
import io.holdfast.core.spi.StateRestorer.Restored;
import io.holdfast.examples.demo.NodeEvent.Kind;
import io.holdfast.examples.demo.NodeGroup.Master;
import io.holdfast.replication.OfflineRestore;
import io.holdfast.replication.OfflineRestore.Target;
import io.holdfast.replication.ReplicatedBytes;
import io.holdfast.replication.ReplicatedMap;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/**
 * The fifth act: while a client writes, both kinds of backups are made; a wrong command is given; all nodes and all their data are lost;
 * and a new cluster begins with what it was before the wrong command. For one thread.
 */
final class SavedRun {
    private static final long TICK_NANOS = 20_000_000L;
    private static final long ASK_AGAIN_NANOS = 500_000_000L;
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Duration STOP = Duration.ofSeconds(20);
    /** Fewer leave nothing before, between and after what happens. */
    private static final long LEAST_LINES = 8;

    private final InputFile input;
    private final Path data;
    private final Children children;
    private final Display display;
    private final Timeline timeline = new Timeline();
    private final SavedLayers layers;
    private final SecureRandom random = new SecureRandom();
    private NodeGroup nodes;
    private String doing = "";

    SavedRun(InputFile input, Path data, Children children, Display display) throws IOException {
        this.input = input;
        this.data = Files.createDirectories(data);
        this.children = children;
        this.display = display;
        this.layers = SavedLayers.create(data);
        this.nodes = group("old");
    }

    private NodeGroup group(String name) throws IOException {
        List<String> arguments = List.of(
                layers.near().toString(),
                layers.away().toString(),
                layers.keyFile().toString());
        return new NodeGroup(
                children,
                display,
                Files.createDirectories(data.resolve(name)),
                new NodeProgram(SavedNode.class, arguments, timeline::hear));
    }

    /**
     * Runs it.
     *
     * @throws DemoFailure if the verdict is bad, or none could be reached
     */
    void run() throws IOException, InterruptedException {
        display.plain("Holdfast: three nodes, whose state is backed up to two directories, encrypted");
        if (input.lines() < LEAST_LINES) {
            throw new DemoFailure("this act needs a file of at least " + LEAST_LINES + " lines; name one by --input");
        }
        display.plain("near     " + layers.near());
        display.plain("away     " + layers.away());
        nodes.start();
        await(() -> nodes.isHealthy(0), "the three nodes have formed a cluster");
        Saved saved = save();
        lose();
        Path damaged = layers.damage(saved.state().id());
        display.event("a bit of " + data.relativize(damaged) + " flips: that layer is damaged, too");
        long wrong = saved.history().cleared();
        nodes = group("new");
        display.event("ha backup restore " + nodes.slots().get(0).id() + " --cluster " + SavedNode.CLUSTER
                + " --before " + wrong + " ...   # what this process does now, in a new directory, for a new cluster");
        StateRestore restore = layers.before(wrong);
        RestorePlan plan = restore.plan();
        plan.remarks().forEach(remark -> display.event("the restore says: " + shortened(remark)));
        Restored restored = restore(restore);
        List<Check> checks = check(saved, plan, restored);
        nodes.stop(STOP);
        Check.demand(checks, display);
    }

    /** What there was before all was lost. */
    private record Saved(
            SavedHistory history,
            BackupInfo state,
            BackupInfo lines,
            long archived,
            List<Verification> verified,
            FencingToken token) {}

    private Saved save() throws IOException {
        try (SavedClient client = SavedClient.start(input, nodes.addresses())) {
            display.event("a client in this process puts the file's lines into a map, 100 at a time");
            comeTo(client, 1, 4);
            String state = backUp(client, SavedNode.STATE);
            comeTo(client, 1, 2);
            String lines = backUp(client, SavedNode.LINES);
            doing(client, client::isFinished, "the client has written all");
            long cleared = client.history().cleared();
            display.event(String.format(
                    Locale.ROOT,
                    "a wrong command: entry %,d has cleared the map, which held %s; the client went on",
                    cleared,
                    client.history().at(cleared - 1)));
            doing(
                    client,
                    () -> layers.have(state) && layers.have(lines) && layers.archivedUpTo() >= cleared,
                    "both layers have all that is needed");
            long archived = layers.archivedUpTo();
            display.event(String.format(
                    Locale.ROOT, "both layers have the backups, and the log up to entry %,d at least", archived));
            FencingToken token = client.token().orElseThrow(() -> new DemoFailure("the client knows of no master"));
            return new Saved(
                    client.history(), layers.info(state), layers.info(lines), archived, layers.verify(), token);
        }
    }

    private void comeTo(SavedClient client, long part, long of) throws IOException {
        doing(
                client,
                () -> client.isFinished() || client.acknowledged() >= client.lines() * part / of,
                "the client comes on");
    }

    private void doing(SavedClient client, BooleanSupplier condition, String what) throws IOException {
        await(
                () -> {
                    boolean finished = client.isFinished();
                    doing = String.format(
                            Locale.ROOT,
                            "acknowledged %,d of %,d%s",
                            client.acknowledged(),
                            client.lines(),
                            finished ? ", all that there are" : "");
                    return condition.getAsBoolean();
                },
                what);
    }

    /** Has the node that does the backups make one; returns its id. */
    private String backUp(SavedClient client, String source) throws IOException {
        int from = timeline.size();
        long before = client.acknowledged();
        long[] asked = {System.nanoTime() - ASK_AGAIN_NANOS};
        doing(
                client,
                () -> {
                    // Whoever does the backups answers with one; the others say that they do not.
                    long refused = nodes.slots().stream()
                            .filter(slot -> timeline.first(from, slot.id(), Kind.NOT_BACKED_UP)
                                    .isPresent())
                            .count();
                    boolean again = asked[0] < System.nanoTime() - ASK_AGAIN_NANOS && refused % NodeGroup.NODES == 0;
                    if (again) {
                        asked[0] = System.nanoTime();
                        nodes.slots().forEach(slot -> slot.process().tell("backup " + source));
                    }
                    return timeline.first(from, event -> event.is(Kind.BACKED_UP))
                            .isPresent();
                },
                "a backup of the source " + source);
        NodeEvent made = timeline.first(from, event -> event.is(Kind.BACKED_UP)).orElseThrow();
        Master master = nodes.master();
        String role = master != null && master.slot().id().equals(made.node()) ? "the master" : "a slave";
        BackupInfo info = layers.info(made.text());
        display.event(String.format(
                Locale.ROOT,
                "%s, %s, has made a %s backup up to entry %,d, %,d bytes: %s",
                made.node(),
                role,
                info.kind().name().toLowerCase(Locale.ROOT),
                info.range().map(LogRange::toIndex).orElse(0L),
                info.storedBytes(),
                info.id()));
        display.event(
                String.format(Locale.ROOT, "meanwhile %,d lines were acknowledged", client.acknowledged() - before));
        return made.text();
    }

    private void lose() throws IOException, InterruptedException {
        for (NodeSlot slot : nodes.slots()) {
            display.event(slot.killCommand() + "   # " + slot.id());
            slot.kill();
        }
        for (NodeSlot slot : nodes.slots()) {
            display.event("rm -r " + data.relativize(slot.directory()) + "   # all that " + slot.id() + " had");
            DataDirectory.deleteTree(slot.directory());
        }
    }

    /** Whole paths would make long lines of it. */
    private String shortened(String text) {
        return text.replace(data + "/", "");
    }

    private Restored restore(StateRestore restore) throws IOException {
        NodeSlot first = nodes.slots().get(0);
        List<String> others = nodes.slots().stream()
                .skip(1)
                .map(slot -> slot.id() + "@127.0.0.1:" + slot.port())
                .toList();
        Target target =
                new Target(first.directory(), SavedNode.CLUSTER, first.id(), "127.0.0.1:" + first.port(), others);
        Restored restored = restore.into(OfflineRestore.into(target, random), random);
        display.event(String.format(
                Locale.ROOT,
                "restored up to entry %,d: the backup up to entry %,d, and then the log",
                restored.index(),
                restored.stateIndex()));
        nodes.start();
        return restored;
    }

    private List<Check> check(Saved saved, RestorePlan plan, Restored restored) throws IOException {
        doing =
                "the new cluster begins: two nodes with empty directories come to the restored one, and get their votes";
        await(() -> nodes.isHealthy(0), "the new cluster has three voters");
        Map<String, MapContent> found = contents(restored.index());
        display.event("each node of the new cluster has said what its own copy of the map holds");
        try (HaCluster cluster = SavedClient.connect(nodes.addresses())) {
            Optional<FencingToken> token = awaitToken(cluster);
            ReplicatedMap<Long, byte[]> map = SavedNode.map(cluster);
            doing = "the logical backup is loaded";
            map.clear();
            display.event(
                    "the map is cleared again, and this time the logical backup is loaded, while the cluster runs");
            Loaded loaded =
                    StateLoad.from(() -> layers.lines(saved.lines().id())).into(ReplicatedBytes.in(cluster));
            display.event(String.format(
                    Locale.ROOT,
                    "%,d entries of the map are loaded, as of entry %,d",
                    loaded.written(),
                    loaded.backupIndex()));
            return new SavedVerdict(saved.history(), saved.state(), saved.lines(), saved.verified(), saved.token())
                    .checks(plan, restored, found, token, loaded, contents(map.position()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new DemoFailure("interrupted");
        }
    }

    private Optional<FencingToken> awaitToken(HaCluster cluster) throws IOException {
        await(() -> SavedClient.token(cluster).isPresent(), "a client knows the new cluster's master");
        return SavedClient.token(cluster);
    }

    /** What each node's own copy of the map holds at that entry or later. */
    private Map<String, MapContent> contents(long index) throws IOException {
        int from = timeline.size();
        Map<String, MapContent> contents = new LinkedHashMap<>();
        for (NodeSlot slot : nodes.slots()) {
            slot.process().tell("content " + index);
            await(
                    () -> timeline.first(from, slot.id(), Kind.CONTENT).isPresent(),
                    slot.id() + " says what its copy of the map holds");
            String text =
                    timeline.first(from, slot.id(), Kind.CONTENT).orElseThrow().text();
            contents.put(slot.id(), MapContent.parse(text.split(" ", 2)[1]));
        }
        return contents;
    }

    private void await(BooleanSupplier condition, String what) throws IOException {
        Patience.await(condition, PATIENCE, what, data, this::tick);
    }

    private void tick() throws IOException {
        nodes.tend();
        if (display.isDue()) {
            Master master = nodes.master();
            String who = master == null
                    ? "no master"
                    : "master " + master.slot().id() + "  term "
                            + master.status().term();
            display.state(List.of(who, doing));
        }
        LockSupport.parkNanos(this, TICK_NANOS);
    }
}
