package io.holdfast.verification.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.backup.BackupInfo;
import io.holdfast.backup.BackupKind;
import io.holdfast.backup.BackupLayer;
import io.holdfast.backup.BackupRepository;
import io.holdfast.backup.BackupService;
import io.holdfast.backup.Backups;
import io.holdfast.backup.Retention;
import io.holdfast.backup.Schedule;
import io.holdfast.backup.StateRestore;
import io.holdfast.core.HaCluster;
import io.holdfast.core.HaEvent;
import io.holdfast.core.Health;
import io.holdfast.core.Node;
import io.holdfast.core.NotAvailableException;
import io.holdfast.core.spi.ReplicatedState;
import io.holdfast.replication.Codec;
import io.holdfast.replication.LogReplication;
import io.holdfast.replication.ReplicatedMap;
import io.holdfast.testkit.SimulatedNode;
import io.holdfast.testkit.Simulation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Three whole nodes that back themselves up into two directories. */
class BackupsTest {
    private static final String[] LIST = {"node-1@node-1:7400", "node-2@node-2:7400", "node-3@node-3:7400"};

    private final Simulation simulation = new Simulation(23);
    private final Map<String, SimulatedNode> machines = new TreeMap<>();
    private final Map<String, HaCluster> processes = new TreeMap<>();
    private final List<HaEvent> events = new ArrayList<>();

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
    void three() throws IOException {
        nas = Files.createDirectory(directory.resolve("nas"));
        away = Files.createDirectory(directory.resolve("away"));
        for (String text : LIST) {
            String id = text.substring(0, text.indexOf('@'));
            machines.put(id, simulation.node(id));
            start(id);
        }
        await("the cluster forms", () -> processes.values().stream().allMatch(HaCluster::isReady));
    }

    private void start(String id) {
        SimulatedNode machine = machines.get(id);
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

    private void await(String what, BooleanSupplier condition) {
        assertTrue(
                simulation.runUntil(condition, Duration.ofMinutes(10)),
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

    private String master() {
        return running().master().map(holder -> holder.nodeId()).orElse("");
    }

    private BackupService service(String id) {
        return processes.get(id).feature(BackupService.class);
    }

    private Set<String> layersOf(BackupKind kind) {
        return listed().stream()
                .filter(backup -> backup.kind() == kind)
                .map(BackupInfo::layer)
                .collect(Collectors.toSet());
    }

    private List<BackupInfo> listed() {
        return running().feature(BackupService.class).list();
    }

    private long write(int count) {
        ReplicatedMap<String, String> map = ReplicatedMap.in(running(), "orders", Codec.string(), Codec.string());
        for (int i = 0; i < count; i++) {
            CompletableFuture<?> put = map.putAsync("o-" + i, "v-" + simulation.nowNanos());
            await("a write", put::isDone);
            put.join();
        }
        return running().feature(ReplicatedState.class).position();
    }

    /** Up to which entry a restore from that directory would get. */
    private long reach(Path repository) {
        return listed().stream()
                .filter(backup -> backup.layer().equals(repository.getFileName().toString()))
                .mapToLong(backup -> backup.range().orElseThrow().toIndex())
                .max()
                .orElse(0);
    }

    @Test
    void aSlaveDoesTheWorkAndAnotherNodeGoesOnWhenItDies() {
        await("somebody who is not master does it", () -> !holder().isEmpty() && !holder().equals(master()));
        await("a backup in both layers", () -> layersOf(BackupKind.PHYSICAL).size() == 2);
        String first = holder();
        long written = write(20);
        await("the log in both layers", () -> reach(nas) >= written && reach(away) >= written);
        int physical = (int) listed().stream()
                .filter(backup -> backup.kind() == BackupKind.PHYSICAL)
                .count();
        assertEquals(2, physical, "one, and its copy");

        machines.get(first).kill();
        await("another one has the role", () -> !holder().isEmpty() && !holder().equals(first));
        assertNotEquals(first, holder());
        long more = write(20);
        await("the log goes on in both layers", () -> reach(nas) >= more && reach(away) >= more);
        for (Path layer : List.of(nas, away)) {
            assertTrue(
                    StateRestore.from(BackupRepository.directory(layer)).plan().reachesIndex() >= more,
                    layer.toString());
        }
        assertTrue(events.stream().anyMatch(event -> event.kind() == HaEvent.Kind.BACKUP_MADE), events.toString());
        assertEquals(List.of(), simulation.failures());
    }

    @Test
    void aLayerThatIsGoneIsToldAndCaughtUp() throws IOException {
        await("a backup in both layers", () -> layersOf(BackupKind.PHYSICAL).size() == 2);
        Path hidden = directory.resolve("hidden");
        Files.move(away, hidden);
        write(5);
        await("the role's holder is degraded", () -> processes.values().stream()
                .anyMatch(cluster -> cluster.health().health() == Health.DEGRADED));
        String degraded = holder();
        simulation.runFor(Duration.ofMinutes(5));
        assertEquals(degraded, holder(), "the role stays: no other node would do better");
        assertTrue(processes.get(degraded).explain().toString().contains("LAYER_FAILING"));
        long written = write(5);
        await("the other layer goes on", () -> reach(nas) >= written);
        Files.move(hidden, away);
        await("it is caught up", () -> reach(away) >= written);
        await("all is well again", () -> processes.values().stream()
                .allMatch(cluster -> cluster.health().health() == Health.UP));
    }

    @Test
    void byHand() {
        await("somebody who is not master does it", () -> !holder().isEmpty() && !holder().equals(master()));
        await("a backup in both layers", () -> layersOf(BackupKind.PHYSICAL).size() == 2);
        CompletableFuture<BackupInfo> made = service(holder()).runNow("state");
        await("it is made", made::isDone);
        assertEquals("nas", made.join().layer());
        await(
                "it is copied",
                () -> listed().stream()
                                .filter(backup -> backup.kind() == BackupKind.PHYSICAL)
                                .count()
                        == 4);
        assertTrue(service(holder()).prune(true).stream()
                .allMatch(verdict -> !verdict.reasons().isEmpty()));
        String other = machines.keySet().stream()
                .filter(id -> !id.equals(holder()))
                .findFirst()
                .orElseThrow();
        CompletableFuture<BackupInfo> refused = service(other).runNow("state");
        await("it is refused", refused::isDone);
        assertTrue(refused.isCompletedExceptionally());
        assertThrows(NotAvailableException.class, () -> service(other).prune(false));
        assertThrows(IllegalArgumentException.class, () -> service(other).runNow("invoices"));
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
                .with(LogReplication.inDirectory(Path.of("data")).bootstrap(LIST))
                .with(Backups.to(BackupRepository.directory(nas)));
        refused = assertThrows(IllegalArgumentException.class, ofNothing::build);
        assertTrue(String.valueOf(refused.getMessage()).contains("physical"), refused.getMessage());
        assertFalse(String.valueOf(refused.getMessage()).contains("elect"), refused.getMessage());
    }
}
