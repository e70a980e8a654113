package io.holdfast.verification.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.backup.BackupInfo;
import io.holdfast.backup.BackupKeys;
import io.holdfast.backup.BackupKind;
import io.holdfast.backup.BackupLayer;
import io.holdfast.backup.BackupRepository;
import io.holdfast.backup.BackupService;
import io.holdfast.backup.Backups;
import io.holdfast.backup.DrillInfo;
import io.holdfast.backup.DrillInfo.Outcome;
import io.holdfast.backup.Schedule;
import io.holdfast.backup.StoredBackups;
import io.holdfast.core.HaCluster;
import io.holdfast.core.HaEvent;
import io.holdfast.core.Health;
import io.holdfast.core.Node;
import io.holdfast.replication.Codec;
import io.holdfast.replication.LogReplication;
import io.holdfast.replication.ReplicatedMap;
import io.holdfast.testkit.SimulatedNode;
import io.holdfast.testkit.Simulation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Three whole nodes that restore from their two layers for a trial, again and again. */
class DrillsTest {
    private static final String[] LIST = {"node-1@node-1:7400", "node-2@node-2:7400", "node-3@node-3:7400"};
    private static final Duration HOUR = Duration.ofHours(1);

    private final Simulation simulation = new Simulation(29);
    private final Map<String, SimulatedNode> machines = new TreeMap<>();
    private final Map<String, HaCluster> processes = new TreeMap<>();
    private final List<HaEvent> events = new ArrayList<>();

    @TempDir
    Path directory;

    private Path nas;
    private Path away;
    private Path scratch;

    private Backups backups() {
        Duration turn = HOUR;
        Backups backups = Backups.to(
                        BackupLayer.of("nas", BackupRepository.directory(nas)),
                        BackupLayer.of("away", BackupRepository.directory(away)).offSite())
                .physical(Schedule.daily());
        // docs
        Backups proven = backups.drill(Schedule.every(turn))
                .drillDirectory(scratch)
                .drillLimit(Duration.ofHours(2))
                .alertWhenNotProvenFor(turn.multipliedBy(4));
        // docs
        return proven;
    }

    @BeforeEach
    void three() throws IOException {
        nas = Files.createDirectory(directory.resolve("nas"));
        away = Files.createDirectory(directory.resolve("away"));
        scratch = directory.resolve("scratch");
        for (String text : LIST) {
            String id = text.substring(0, text.indexOf('@'));
            SimulatedNode machine = simulation.node(id);
            machines.put(id, machine);
            processes.put(
                    id,
                    HaCluster.builder("sim")
                            .node(Node.of(id).bind(id + ":7400"))
                            .with(LogReplication.inDirectory(Path.of("data"))
                                    .bootstrap(LIST)
                                    .segmentBytes(64 << 10))
                            .with(backups())
                            .listener(events::add)
                            .runtime(machine.runtime())
                            .executor(machine.callbacks())
                            .start());
        }
        await("the cluster forms", () -> processes.values().stream().allMatch(HaCluster::isReady));
    }

    private void await(String what, BooleanSupplier condition) {
        assertTrue(
                simulation.runUntil(condition, Duration.ofHours(3)),
                () -> what + "; " + events + " " + simulation.failures());
    }

    private HaCluster running() {
        return processes.entrySet().stream()
                .filter(entry -> machines.get(entry.getKey()).running())
                .map(Map.Entry::getValue)
                .findFirst()
                .orElseThrow();
    }

    private String holder() {
        return running()
                .role(BackupService.ROLE)
                .holder()
                .map(holder -> holder.nodeId())
                .filter(id -> machines.get(id).running())
                .orElse("");
    }

    private BackupService service() {
        return processes.get(holder()).feature(BackupService.class);
    }

    private List<DrillInfo> drills(Path repository) {
        return StoredBackups.in(BackupRepository.directory(repository), BackupKeys.none())
                .drills();
    }

    private long proven(Path repository, String node) {
        return drills(repository).stream()
                .filter(drill -> drill.outcome() == Outcome.PROVEN && drill.node().equals(node))
                .count();
    }

    private void write(int count) {
        ReplicatedMap<String, String> map = ReplicatedMap.in(running(), "orders", Codec.string(), Codec.string());
        for (int i = 0; i < count; i++) {
            CompletableFuture<?> put = map.putAsync("o-" + i, "v-" + simulation.nowNanos(), HOUR.dividedBy(i + 1L));
            await("a write", put::isDone);
            put.join();
        }
    }

    private boolean nothingIsLeft() {
        try (Stream<Path> left = Files.walk(scratch)) {
            return left.filter(path -> !path.equals(scratch)).findAny().isEmpty();
        } catch (IOException none) {
            return !Files.exists(scratch);
        }
    }

    @Test
    void layersAreProvenByTurnsAndByAnotherNodeWhenTheHolderDies() {
        write(30);
        await("one layer is proven", () -> !drills(nas).isEmpty() || !drills(away).isEmpty());
        String first = holder();
        write(30);
        await("both layers are", () -> proven(nas, first) > 0 && proven(away, first) > 0);
        DrillInfo drill = drills(nas).get(0);
        assertEquals(Outcome.PROVEN, drill.outcome());
        assertTrue(drill.index() > 0, drill.toString());
        assertTrue(events.stream().anyMatch(event -> event.kind() == HaEvent.Kind.BACKUP_PROVEN), events.toString());
        assertTrue(nothingIsLeft());

        machines.get(first).kill();
        await("another one has the role", () -> !holder().isEmpty() && !holder().equals(first));
        String second = holder();
        write(30);
        await("both layers are proven again", () -> proven(nas, second) > 0 && proven(away, second) > 0);
        List<DrillInfo> told = service().drills();
        assertTrue(told.stream().anyMatch(each -> each.node().equals(first)), "it knows those before: " + told);
        assertTrue(
                told.stream().allMatch(each -> each.outcome() == Outcome.PROVEN), "all are as in the cluster: " + told);
        assertEquals(List.of(), simulation.failures());
    }

    private void flip(Path repository, BackupInfo backup) throws IOException {
        try (Stream<Path> data = Files.list(repository.resolve("data").resolve(backup.id()))) {
            Path file = data.findFirst().orElseThrow();
            byte[] bytes = Files.readAllBytes(file);
            bytes[bytes.length / 2] ^= 4;
            Files.delete(file);
            Files.write(file, bytes);
        }
    }

    @Test
    void oneByteThatIsFlippedInOneLayerIsNamedAndTheOtherOneIsProven() throws IOException {
        write(30);
        await("both layers are proven", () -> !drills(nas).isEmpty() && !drills(away).isEmpty());
        BackupInfo backup = service().list().stream()
                .filter(each -> each.kind() == BackupKind.PHYSICAL && each.layer().equals("away"))
                .findFirst()
                .orElseThrow();
        flip(away, backup);
        CompletableFuture<DrillInfo> bad = service().drillNow("away");
        await("it fails", bad::isDone);
        assertEquals(Outcome.FAILED, bad.join().outcome());
        assertTrue(bad.join().detail().contains("data/" + backup.id() + "/state"), bad.join().detail());
        await("that is told", () -> processes.get(holder()).health().health() == Health.DEGRADED);
        assertTrue(processes.get(holder()).explain().toString().contains("DRILL_FAILED away"));
        CompletableFuture<DrillInfo> good = service().drillNow("nas");
        await("the other one is proven", good::isDone);
        assertEquals(Outcome.PROVEN, good.join().outcome());
        assertFalse(events.stream()
                .filter(event -> event.kind() == HaEvent.Kind.BACKUP_NOT_PROVEN)
                .toList()
                .isEmpty());
        assertTrue(nothingIsLeft());
    }
}
