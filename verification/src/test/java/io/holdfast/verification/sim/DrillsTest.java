package io.holdfast.verification.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.backup.BackupInfo;
import io.holdfast.backup.BackupKeys;
import io.holdfast.backup.BackupKind;
import io.holdfast.backup.BackupLayer;
import io.holdfast.backup.BackupRepository;
import io.holdfast.backup.Backups;
import io.holdfast.backup.DrillInfo;
import io.holdfast.backup.DrillInfo.Outcome;
import io.holdfast.backup.Schedule;
import io.holdfast.backup.StoredBackups;
import io.holdfast.backup.source.DirectoryRestore;
import io.holdfast.backup.source.DirectorySource;
import io.holdfast.core.HaEvent;
import io.holdfast.core.Health;
import io.holdfast.replication.Codec;
import io.holdfast.replication.ReplicatedMap;
import io.holdfast.testkit.Simulation;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Three whole nodes that restore from their two layers for a trial, again and again. */
class DrillsTest {
    private static final Duration TURN = Duration.ofMinutes(5);

    private final ThreeWithBackups three =
            new ThreeWithBackups(new Simulation(29), this::backups, TURN.multipliedBy(6));

    @TempDir
    Path directory;

    private Path nas;
    private Path away;
    private Path scratch;
    private Path uploads;

    private Backups backups() {
        Duration turn = TURN;
        Backups backups = Backups.to(
                        BackupLayer.of("nas", BackupRepository.directory(nas)),
                        BackupLayer.of("away", BackupRepository.directory(away)).offSite())
                .physical(Schedule.daily())
                .physical(Schedule.daily(), DirectorySource.of("uploads", uploads));
        // docs
        Backups proven = backups.drill(Schedule.every(turn))
                .drill(Schedule.every(turn), "uploads", backup -> {
                    try (InputStream tree = backup.open(DirectorySource.PART)) {
                        return DirectoryRestore.into(backup.scratch())
                                        .from(tree)
                                        .files() + " files came back";
                    }
                })
                .drillDirectory(scratch)
                .drillLimit(Duration.ofHours(2))
                .alertWhenNotProvenFor(turn.multipliedBy(4));
        // docs
        return proven;
    }

    @BeforeEach
    void start() throws IOException {
        nas = Files.createDirectory(directory.resolve("nas"));
        away = Files.createDirectory(directory.resolve("away"));
        scratch = directory.resolve("scratch");
        uploads = Files.createDirectory(directory.resolve("uploads"));
        Files.writeString(uploads.resolve("picture"), "of a cat");
        three.start();
    }

    private List<DrillInfo> drills(Path repository) {
        return StoredBackups.in(BackupRepository.directory(repository), BackupKeys.none())
                .drills();
    }

    /** As is told: reading layers at each of the simulation's steps would take long. */
    private boolean proven(String source, String node) {
        return Stream.of("nas", "away").allMatch(layer -> three.events.stream()
                .anyMatch(event -> event.kind() == HaEvent.Kind.BACKUP_PROVEN
                        && event.node().equals(node)
                        && event.subject().equals(layer)
                        && event.detail().startsWith(source + ": PROVEN")));
    }

    private void write(int count) {
        ReplicatedMap<String, String> map = ReplicatedMap.in(three.running(), "orders", Codec.string(), Codec.string());
        for (int i = 0; i < count; i++) {
            CompletableFuture<?> put =
                    map.putAsync("o-" + i, "v-" + three.simulation.nowNanos(), TURN.dividedBy(i + 1L));
            three.await("a write", put::isDone);
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
        three.await(
                "somebody who is not master has the role",
                () -> !three.holder().isEmpty() && !three.holder().equals(three.master()));
        String first = three.holder();
        three.await("both layers are proven", () -> proven("state", first));
        three.await("the other source is, too", () -> proven("uploads", first));
        DrillInfo drill = drills(nas).stream()
                .filter(each -> each.source().equals("state"))
                .findFirst()
                .orElseThrow();
        assertEquals(Outcome.PROVEN, drill.outcome());
        assertTrue(drill.index() > 0, drill.toString());
        assertTrue(nothingIsLeft());

        three.machines.get(first).kill();
        three.await(
                "another one has the role, who is not master",
                () -> !three.holder().isEmpty()
                        && !three.holder().equals(first)
                        && !three.holder().equals(three.master()));
        String second = three.holder();
        write(30);
        three.await("both layers are proven again", () -> proven("state", second));
        List<DrillInfo> told = three.service(three.holder()).drills();
        assertTrue(told.stream().anyMatch(each -> each.node().equals(first)), "it knows those before: " + told);
        assertTrue(
                told.stream().allMatch(each -> each.outcome() == Outcome.PROVEN), "all are as in the cluster: " + told);
        assertEquals(List.of(), three.simulation.failures());
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
        three.await("both layers are proven", () -> proven("state", three.holder()));
        BackupInfo backup = three.service(three.holder()).list().stream()
                .filter(each -> each.source().equals("state")
                        && each.kind() == BackupKind.PHYSICAL
                        && each.layer().equals("away"))
                .findFirst()
                .orElseThrow();
        flip(away, backup);
        CompletableFuture<DrillInfo> bad = three.service(three.holder()).drillNow("state", "away");
        three.await("it fails", bad::isDone);
        assertEquals(Outcome.FAILED, bad.join().outcome());
        assertTrue(
                bad.join().detail().contains("data/" + backup.id() + "/state"),
                bad.join().detail());
        three.await(
                "that is told",
                () -> three.processes.get(three.holder()).health().health() == Health.DEGRADED);
        assertTrue(three.processes.get(three.holder()).explain().toString().contains("DRILL_FAILED away"));
        CompletableFuture<DrillInfo> good = three.service(three.holder()).drillNow("state", "nas");
        three.await("the other one is proven", good::isDone);
        assertEquals(Outcome.PROVEN, good.join().outcome());
        assertFalse(three.events.stream()
                .filter(event -> event.kind() == HaEvent.Kind.BACKUP_NOT_PROVEN)
                .toList()
                .isEmpty());
        assertTrue(nothingIsLeft());
    }
}
