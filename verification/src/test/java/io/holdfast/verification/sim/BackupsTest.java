package io.holdfast.verification.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.backup.BackupInfo;
import io.holdfast.backup.BackupKind;
import io.holdfast.backup.BackupLayer;
import io.holdfast.backup.BackupRepository;
import io.holdfast.backup.Backups;
import io.holdfast.backup.NodeRepository;
import io.holdfast.backup.PruneReport;
import io.holdfast.backup.Retention;
import io.holdfast.backup.Schedule;
import io.holdfast.backup.StateRestore;
import io.holdfast.core.Address;
import io.holdfast.core.HaCluster;
import io.holdfast.core.HaEvent;
import io.holdfast.core.Health;
import io.holdfast.core.Node;
import io.holdfast.core.NotAvailableException;
import io.holdfast.core.spi.ReplicatedState;
import io.holdfast.replication.Codec;
import io.holdfast.replication.LogReplication;
import io.holdfast.replication.ReplicatedMap;
import io.holdfast.testkit.Simulation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Three whole nodes that back themselves up into two directories. */
class BackupsTest {
    private final ThreeWithBackups three =
            new ThreeWithBackups(new Simulation(23), this::backups, Duration.ofMinutes(10));

    @TempDir
    Path directory;

    private Path nas;
    private Path away;

    private Backups backups() {
        // docs
        BackupLayer near = BackupLayer.of("nas", BackupRepository.directory(nas));
        BackupLayer far = BackupLayer.of("away", BackupRepository.directory(away))
                .offSite()
                .keep(Retention.least().daily(14).monthly(12).recoveryWindow(Duration.ofDays(14)));
        Backups backups = Backups.to(near, far)
                .physical(
                        Schedule.cron("30 2 * * *", ZoneId.of("Europe/Berlin")).jitter(Duration.ofMinutes(15)))
                .archiveEvery(Duration.ofSeconds(30));
        // docs
        return backups;
    }

    @BeforeEach
    void start() throws IOException {
        nas = Files.createDirectory(directory.resolve("nas"));
        away = Files.createDirectory(directory.resolve("away"));
        three.start();
    }

    private Set<String> layersOf(BackupKind kind) {
        return three.listed().stream()
                .filter(backup -> backup.kind() == kind)
                .map(BackupInfo::layer)
                .collect(Collectors.toSet());
    }

    private long write(int count) {
        ReplicatedMap<String, String> map = ReplicatedMap.in(three.running(), "orders", Codec.string(), Codec.string());
        for (int i = 0; i < count; i++) {
            CompletableFuture<?> put = map.putAsync("o-" + i, "v-" + three.simulation.nowNanos());
            three.await("a write", put::isDone);
            put.join();
        }
        return three.running().feature(ReplicatedState.class).position();
    }

    /** Up to which entry a restore from that directory would get. */
    private long reach(Path repository) {
        return three.listed().stream()
                .filter(backup -> backup.layer().equals(repository.getFileName().toString()))
                .mapToLong(backup -> backup.range().orElseThrow().toIndex())
                .max()
                .orElse(0);
    }

    @Test
    void aSlaveDoesTheWorkAndAnotherNodeGoesOnWhenItDies() {
        three.await(
                "somebody who is not master does it",
                () -> !three.holder().isEmpty() && !three.holder().equals(three.master()));
        three.await(
                "a backup in both layers", () -> layersOf(BackupKind.PHYSICAL).size() == 2);
        String first = three.holder();
        long written = write(20);
        three.await("the log in both layers", () -> reach(nas) >= written && reach(away) >= written);
        int physical = (int) three.listed().stream()
                .filter(backup -> backup.kind() == BackupKind.PHYSICAL)
                .count();
        assertEquals(2, physical, "one, and its copy");

        three.machines.get(first).kill();
        three.await(
                "another one has the role",
                () -> !three.holder().isEmpty() && !three.holder().equals(first));
        assertNotEquals(first, three.holder());
        long more = write(20);
        three.await("the log goes on in both layers", () -> reach(nas) >= more && reach(away) >= more);
        for (Path layer : List.of(nas, away)) {
            assertTrue(
                    StateRestore.from(BackupRepository.directory(layer)).plan().reachesIndex() >= more,
                    layer.toString());
        }
        assertTrue(
                three.events.stream().anyMatch(event -> event.kind() == HaEvent.Kind.BACKUP_MADE),
                three.events.toString());
        assertEquals(List.of(), three.simulation.failures());
    }

    @Test
    void aLayerThatIsGoneIsToldAndCaughtUp() throws IOException {
        three.await(
                "a backup in both layers", () -> layersOf(BackupKind.PHYSICAL).size() == 2);
        Path hidden = directory.resolve("hidden");
        Files.move(away, hidden);
        write(5);
        three.await("the role's holder is degraded", () -> three.processes.values().stream()
                .anyMatch(cluster -> cluster.health().health() == Health.DEGRADED));
        String degraded = three.holder();
        three.simulation.runFor(Duration.ofMinutes(5));
        assertEquals(degraded, three.holder(), "the role stays: no other node would do better");
        assertTrue(three.processes.get(degraded).explain().toString().contains("LAYER_FAILING"));
        long written = write(5);
        three.await("the other layer goes on", () -> reach(nas) >= written);
        Files.move(hidden, away);
        three.await("it is caught up", () -> reach(away) >= written);
        three.await("all is well again", () -> three.processes.values().stream()
                .allMatch(cluster -> cluster.health().health() == Health.UP));
    }

    @Test
    void byHand() {
        three.await(
                "somebody who is not master does it",
                () -> !three.holder().isEmpty() && !three.holder().equals(three.master()));
        three.await(
                "a backup in both layers", () -> layersOf(BackupKind.PHYSICAL).size() == 2);
        CompletableFuture<BackupInfo> made = three.service(three.holder()).runNow("state");
        three.await("it is made", made::isDone);
        assertEquals("nas", made.join().layer());
        three.await(
                "it is copied",
                () -> three.listed().stream()
                                .filter(backup -> backup.kind() == BackupKind.PHYSICAL)
                                .count()
                        == 4);
        CompletableFuture<PruneReport> report = three.service(three.holder()).prune(true);
        three.await("what would go is told", report::isDone);
        assertEquals(Map.of(), report.join().leftAlone());
        assertTrue(report.join().verdicts().stream()
                .allMatch(verdict -> !verdict.reasons().isEmpty()));
        String other = three.machines.keySet().stream()
                .filter(id -> !id.equals(three.holder()))
                .findFirst()
                .orElseThrow();
        CompletableFuture<BackupInfo> refused = three.service(other).runNow("state");
        three.await("it is refused", refused::isDone);
        assertTrue(refused.isCompletedExceptionally());
        CompletableFuture<PruneReport> refusedToo = three.service(other).prune(false);
        three.await("that is refused, too", refusedToo::isDone);
        assertInstanceOf(
                NotAvailableException.class,
                assertThrows(CompletionException.class, refusedToo::join).getCause());
        assertThrows(IllegalArgumentException.class, () -> three.service(other).runNow("invoices"));
    }

    @Test
    void whatCannotWorkIsRefused() {
        HaCluster.Builder nothingElects = HaCluster.builder("sim")
                .node(Node.of("node-9").bind("node-9:7400"))
                .with(backups());
        IllegalArgumentException refused = assertThrows(IllegalArgumentException.class, nothingElects::build);
        assertTrue(String.valueOf(refused.getMessage()).contains("LogReplication"), refused.getMessage());
        HaCluster.Builder ofNothing = HaCluster.builder("sim")
                .node(Node.of("node-9").bind("node-9:7400"))
                .with(LogReplication.inDirectory(Path.of("data")).bootstrap(ThreeWithBackups.LIST))
                .with(Backups.to(BackupRepository.directory(nas)));
        refused = assertThrows(IllegalArgumentException.class, ofNothing::build);
        assertTrue(String.valueOf(refused.getMessage()).contains("physical"), refused.getMessage());
        assertFalse(String.valueOf(refused.getMessage()).contains("elect"), refused.getMessage());
    }

    @Test
    void aLayerOnANodeIsTakenBesideOthers() {
        // docs
        BackupLayer spare = BackupLayer.of(
                        "node-9",
                        NodeRepository.at("node-9", Address.parse("10.9.0.1:7400"), Path.of("/srv/backups"))
                                .maxBytes(500L << 30)
                                .allow("node-1", "node-2", "node-3", "node-9"))
                .offSite();
        // docs
        BackupLayer near = BackupLayer.of("nas", BackupRepository.directory(nas));
        HaCluster.builder("shop")
                .node(Node.of("node-1").bind("127.0.0.1:7400"))
                .with(LogReplication.inDirectory(directory.resolve("node-1")).bootstrap("node-1@127.0.0.1:7400"))
                .with(Backups.to(near, spare).physical(Schedule.daily()))
                .build();
        assertTrue(spare.isOffSite() && spare.toString().contains("node-9"), spare.toString());
    }
}
