package io.holdfast.verification.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.backup.BackupKind;
import io.holdfast.backup.BackupLayer;
import io.holdfast.backup.BackupRepository;
import io.holdfast.backup.BackupService;
import io.holdfast.backup.Backups;
import io.holdfast.backup.Schedule;
import io.holdfast.backup.StateSeed;
import io.holdfast.core.HaCluster;
import io.holdfast.core.Node;
import io.holdfast.core.ReplicaRole;
import io.holdfast.core.runtime.Storage;
import io.holdfast.core.spi.ReplicatedState;
import io.holdfast.core.spi.SeedSource;
import io.holdfast.replication.Codec;
import io.holdfast.replication.LogReplication;
import io.holdfast.replication.ReplicatedMap;
import io.holdfast.replication.session.LogAccess;
import io.holdfast.replication.snapshot.SnapshotReader;
import io.holdfast.replication.snapshot.SnapshotStore;
import io.holdfast.replication.snapshot.SnapshotWriter;
import io.holdfast.testkit.CrashMode;
import io.holdfast.testkit.SimulatedNode;
import io.holdfast.testkit.Simulation;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Three nodes that back themselves up, and others that join with what is in the backups. */
@Timeout(600)
class SeedingTest {
    private static final String[] LIST = {"node-1@node-1:7400", "node-2@node-2:7400", "node-3@node-3:7400"};
    private static final int VALUE_CHARS = 8_000;
    private static final int CRASHES = 12;
    private static final int REMOVAL_OPERATIONS = 24;
    private static final List<CrashMode> MODES = List.of(CrashMode.MIXED, CrashMode.ALL_LOST, CrashMode.ALL_KEPT);

    private final Simulation simulation = new Simulation(77);
    private final Map<String, SimulatedNode> machines = new TreeMap<>();
    private final Map<String, HaCluster> processes = new TreeMap<>();
    private final Map<String, SimpleMeterRegistry> meters = new TreeMap<>();
    private final Map<String, String> written = new TreeMap<>();

    @TempDir
    Path directory;

    private Path nas;

    @BeforeEach
    void three() throws IOException {
        nas = Files.createDirectory(directory.resolve("nas"));
        for (String text : LIST) {
            String id = text.substring(0, text.indexOf('@'));
            start(id, LogReplication.inDirectory(Path.of("data")).bootstrap(LIST));
        }
        await("the cluster forms", () -> processes.values().stream().allMatch(HaCluster::isReady));
    }

    private HaCluster start(String id, LogReplication log) {
        SimulatedNode machine = machines.computeIfAbsent(id, simulation::node);
        SimpleMeterRegistry registry = meters.computeIfAbsent(id, any -> new SimpleMeterRegistry());
        HaCluster process = HaCluster.builder("sim")
                .node(Node.of(id).bind(id + ":7400"))
                .with(log.segmentBytes(64 << 10).snapshots(256 << 10, Duration.ofDays(1)))
                .with(Backups.to(BackupLayer.of("nas", BackupRepository.directory(nas)))
                        .physical(Schedule.every(Duration.ofDays(1)))
                        .archiveEvery(Duration.ofSeconds(5)))
                .meterRegistry(registry)
                .runtime(machine.runtime())
                .executor(machine.callbacks())
                .start();
        processes.put(id, process);
        return process;
    }

    private HaCluster join(String id, SeedSource seed) {
        return start(
                id,
                LogReplication.inDirectory(Path.of("data"))
                        .join("node-1:7400", "node-2:7400", "node-3:7400")
                        .seededFrom(seed));
    }

    private void await(String what, BooleanSupplier condition) {
        assertTrue(simulation.runUntil(condition, Duration.ofMinutes(10)), () -> what + describe());
    }

    private String describe() {
        StringBuilder text = new StringBuilder(" " + simulation.failures());
        processes.forEach((id, node) -> text.append("\n  ")
                .append(id)
                .append(machines.get(id).running() ? " " : " (down) ")
                .append(node.feature(LogAccess.class).status())
                .append(node.isReady() ? "" : " not ready: " + node.whyNotReady()));
        return text.toString();
    }

    private ReplicatedMap<String, String> map(String id) {
        return ReplicatedMap.in(processes.get(id), "orders", Codec.string(), Codec.string());
    }

    private void write(int from, int count) {
        for (int i = from; i < from + count; i++) {
            String value = i + "-" + "v".repeat(VALUE_CHARS);
            CompletableFuture<?> put = map("node-1").putAsync("o-" + i, value);
            await("a write", put::isDone);
            put.join();
            written.put("o-" + i, value);
        }
    }

    private long position() {
        return processes.get("node-1").feature(ReplicatedState.class).position();
    }

    private void archived() {
        long all = position();
        await("all is archived", () -> processes.get("node-1").feature(BackupService.class).list().stream()
                .anyMatch(backup -> backup.kind() == BackupKind.LOG
                        && backup.range().orElseThrow().toIndex() >= all));
    }

    private double counted(String meter, String... ids) {
        return Stream.of(ids)
                .flatMap(id -> meters.get(id).find(meter).counters().stream())
                .mapToDouble(Counter::count)
                .sum();
    }

    private double sent() {
        return counted("holdfast.log.sent", "node-1", "node-2", "node-3");
    }

    private void hasAll(String id) {
        await(id + " is ready", () -> processes.get(id).isReady());
        ReplicatedMap<String, String> map = map(id);
        written.forEach((key, value) -> {
            CompletableFuture<String> read = map.getAsync(key);
            await("a read", read::isDone);
            assertEquals(value, read.join(), key + " on " + id);
        });
    }

    private StateSeed fromNas() {
        return StateSeed.from(BackupRepository.directory(nas));
    }

    @Test
    void theMasterSendsWhatCameAfterTheSeedAlone() {
        write(0, 150);
        archived();
        write(0, 3);
        double before = sent();
        join("node-4", fromNas());
        hasAll("node-4");
        double toFourth = sent() - before;
        assertEquals(0, counted("holdfast.snapshot.installed", "node-4"));
        assertTrue(toFourth < 20.0 * VALUE_CHARS, "it was sent " + toFourth + " bytes of " + 150 * VALUE_CHARS);
        assertEquals(
                ReplicaRole.LEARNER,
                processes.get("node-4").feature(LogAccess.class).status().role());

        await(
                "it is known to be the master's state, and that is not to be found out again",
                () -> machines.get("node-4").storage().files().stream().noneMatch(file -> file.endsWith("data/seed")));

        // Another one without a seed shows that the measure measures.
        double beforeFifth = sent();
        start("node-5", LogReplication.inDirectory(Path.of("data")).join("node-1:7400", "node-2:7400"));
        hasAll("node-5");
        assertTrue(sent() - beforeFifth > 150.0 * VALUE_CHARS, "it was sent " + (sent() - beforeFifth));

        CompletableFuture<?> vote =
                LogReplication.voters(processes.get("node-1")).replaceVoter("node-3", "node-4");
        await("it gets a vote", vote::isDone);
        vote.join();
        machines.get("node-2").kill(); // node-1 and node-4 are the majority
        write(150, 5);
        hasAll("node-4");
        machines.get("node-4").crash(CrashMode.MIXED);
        join("node-4", fromNas());
        hasAll("node-4");
        assertEquals(List.of(), simulation.failures());
    }

    /** It is somebody else by its disk, whoever it was before: it has its vote once it has caught up, and not by what it was seeded with. */
    @Test
    void aVoterThatComesBackWithAnEmptyDiskIsSeeded() {
        write(0, 150);
        archived();
        machines.get("node-3").kill();
        machines.get("node-3").storage().wipe();
        double before = sent();
        start(
                "node-3",
                LogReplication.inDirectory(Path.of("data")).bootstrap(LIST).seededFrom(fromNas()));
        hasAll("node-3");
        assertTrue(sent() - before < 40.0 * VALUE_CHARS, "it was sent " + (sent() - before));
        await(
                "it votes",
                () -> processes.get("node-3").feature(LogAccess.class).status().role() == ReplicaRole.SLAVE);
        machines.get("node-2").kill(); // node-1 and node-3 are the majority
        write(150, 5);
        hasAll("node-3");
        assertEquals(List.of(), simulation.failures());
    }

    @Test
    void whoseArchiveIsTooOldGetsTheMastersSnapshot() throws IOException {
        write(0, 20);
        archived();
        Path old = directory.resolve("old");
        try (Stream<Path> all = Files.walk(nas)) {
            for (Path each : all.toList()) {
                Files.copy(each, old.resolve(nas.relativize(each).toString()));
            }
        }
        write(20, 300);
        simulation.runFor(Duration.ofMinutes(12)); // nobody asks for the log any more, who would keep it
        write(320, 100);
        join("node-4", StateSeed.from(BackupRepository.directory(old)));
        hasAll("node-4");
        assertEquals(1, counted("holdfast.snapshot.installed", "node-4"));
        assertEquals(List.of(), simulation.failures());
    }

    @Test
    void withoutAnythingToSeedFromItJoinsAllTheSame() throws IOException {
        write(0, 30);
        join("node-4", StateSeed.from(BackupRepository.directory(Files.createDirectory(directory.resolve("empty")))));
        join("node-5", StateSeed.from(BackupRepository.directory(directory.resolve("not there"))));
        hasAll("node-4");
        hasAll("node-5");
        assertEquals(List.of(), simulation.failures());
    }

    /** Whatever it was at: what is half there is made anew, and nothing of it is taken for whole. */
    @Test
    void aCrashWhileItIsSeededLeavesNothingThatIsTakenForASeed() {
        write(0, 40);
        archived();
        long before = simulationOperations("probe");
        join("probe", fromNas());
        hasAll("probe");
        long operations = machines.get("probe").storage().operations() - before;
        assertTrue(operations > CRASHES, operations + " operations");
        for (int i = 0; i < CRASHES; i++) {
            String id = "n-" + i;
            SimulatedNode machine = machines.computeIfAbsent(id, simulation::node);
            CrashMode mode = MODES.get(i % MODES.size());
            long at = machine.storage().operations() + 1 + i * operations / CRASHES;
            machine.storage().beforeOperation(at, () -> machine.crash(mode));
            try {
                join(id, fromNas());
                await(
                        id + " crashes or is ready",
                        () -> !machine.running() || processes.get(id).isReady());
            } catch (RuntimeException crashed) {
                assertFalse(machine.running(), () -> "it did not start: " + crashed);
            }
            if (!machine.running()) {
                join(id, fromNas());
            }
            hasAll(id);
            assertFalse(simulation.failures().stream()
                    .anyMatch(failure -> failure.toString().contains(id)));
        }
        assertEquals(List.of(), simulation.failures());
    }

    /** What a crash brings back of a seed that failed must have its mark: without it the next start would take it for the node's own. */
    @Test
    void aCrashWhileASeedThatFailedIsRemovedBringsNothingBackWithoutItsMark() {
        write(0, 40);
        archived();
        int crashed = 0;
        for (int i = 0; i < REMOVAL_OPERATIONS; i++) {
            String id = "n-" + i;
            SimulatedNode machine = machines.computeIfAbsent(id, simulation::node);
            int operations = i;
            SeedSource failing = failing(() -> machine.storage()
                    .beforeOperation(
                            machine.storage().operations() + 1 + operations, () -> machine.crash(CrashMode.ALL_LOST)));
            try {
                join(id, failing);
                await(
                        id + " crashes or is ready",
                        () -> !machine.running() || processes.get(id).isReady());
            } catch (RuntimeException whileItStarts) {
                assertFalse(machine.running(), () -> "it did not start: " + whileItStarts);
            }
            if (machine.running()) {
                continue;
            }
            crashed++;
            List<Path> files = machine.storage().files();
            boolean marked = files.stream().anyMatch(file -> file.endsWith("data/seed"));
            boolean formed = files.stream().anyMatch(file -> file.endsWith("data/identity"));
            List<Path> parts = files.stream()
                    .filter(file -> file.toString().contains("data/snapshots/"))
                    .toList();
            assertTrue(parts.isEmpty() || marked || formed, () -> operations + " operations later there are " + files);
            if (i % 6 == 0) {
                start(id, LogReplication.inDirectory(Path.of("data")).join("node-1:7400", "node-2:7400"));
                hasAll(id);
            }
        }
        assertTrue(crashed > REMOVAL_OPERATIONS / 2, crashed + " crashes");
    }

    /** Gives all of the state, and fails in the log after that. */
    private SeedSource failing(Runnable before) {
        StateSeed whole = fromNas();
        return new SeedSource() {
            @Override
            public String describe() {
                return "what fails in the midst";
            }

            @Override
            public Seeded seed(Predicate<String> isWanted, Target target) throws IOException {
                return whole.seed(
                        isWanted,
                        (logId, state, log) -> target.take(logId, state, new InputStream() {
                            @Override
                            public int read() throws IOException {
                                before.run();
                                throw new IOException("the test");
                            }

                            @Override
                            public int read(byte[] into, int at, int most) throws IOException {
                                return read();
                            }
                        }));
            }
        };
    }

    /** As it was backed up, but for one letter: a container that anybody can make who can write to a repository that is read without keys. */
    private byte[] changed(InputStream state) throws IOException {
        SnapshotReader from = SnapshotReader.streamed(state);
        SnapshotStore store = SnapshotStore.open(
                Storage.files(), Files.createDirectory(directory.resolve("changed")), from.clusterId());
        SnapshotWriter to = store.begin(from.meta());
        boolean changed = false;
        for (int section = from.nextSection(); section != 0; section = from.nextSection()) {
            int version = from.nextVersion();
            byte[] bytes = from.section().readAllBytes();
            for (int at = 1; at < bytes.length && !changed; at++) {
                if (bytes[at - 1] == 'v' && bytes[at] == 'v') {
                    bytes[at] = 'w';
                    changed = true;
                }
            }
            try (OutputStream out = to.section(section, version)) {
                out.write(bytes);
            }
        }
        assertTrue(changed, "there is nothing to change");
        to.finish();
        store.commit(to);
        return Files.readAllBytes(store.path(from.meta().index(), from.meta().term()));
    }

    private SeedSource changing() {
        StateSeed whole = fromNas();
        return new SeedSource() {
            @Override
            public String describe() {
                return "what somebody has changed";
            }

            @Override
            public Seeded seed(Predicate<String> isWanted, Target target) throws IOException {
                return whole.seed(
                        isWanted,
                        (logId, state, log) -> target.take(logId, new ByteArrayInputStream(changed(state)), log));
            }
        };
    }

    /** Nothing is written that would have the states compared by itself. */
    @Test
    void aStateThatSomebodyHasChangedIsFoundOutBeforeTheNodeCountsForAnything() {
        write(0, 40);
        archived();
        HaCluster node = join("node-4", changing());
        boolean[] wasReady = {false};
        await("it stops", () -> {
            wasReady[0] |= node.isReady();
            return node.failure().isPresent();
        });
        assertFalse(wasReady[0], "it served what nobody had written");
        String why = String.valueOf(node.failure().orElseThrow().getMessage());
        assertTrue(why.contains("which is not the state of node-"), why);
        assertTrue(why.contains("start it without a seed"), why);
        write(40, 3);
        hasAll("node-1");
    }

    private long simulationOperations(String id) {
        return machines.computeIfAbsent(id, simulation::node).storage().operations();
    }
}
