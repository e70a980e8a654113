package io.holdfast.verification.sim;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.backup.BackupInfo;
import io.holdfast.backup.BackupService;
import io.holdfast.backup.Backups;
import io.holdfast.core.HaCluster;
import io.holdfast.core.HaEvent;
import io.holdfast.core.Node;
import io.holdfast.replication.LogReplication;
import io.holdfast.testkit.SimulatedNode;
import io.holdfast.testkit.Simulation;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** Three whole simulated nodes that back themselves up. */
final class ThreeWithBackups {
    static final String[] LIST = {"node-1@node-1:7400", "node-2@node-2:7400", "node-3@node-3:7400"};

    final Simulation simulation;
    final Map<String, SimulatedNode> machines = new TreeMap<>();
    final Map<String, HaCluster> processes = new TreeMap<>();
    final List<HaEvent> events = new ArrayList<>();
    private final Supplier<Backups> backups;
    private final Duration patience;

    /** @param patience in the simulation's time */
    ThreeWithBackups(Simulation simulation, Supplier<Backups> backups, Duration patience) {
        this.simulation = simulation;
        this.backups = backups;
        this.patience = patience;
    }

    /** Returns once they serve. */
    void start() {
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
                        .with(backups.get())
                        .listener(events::add)
                        .runtime(machine.runtime())
                        .executor(machine.callbacks())
                        .start());
    }

    void await(String what, BooleanSupplier condition) {
        assertTrue(simulation.runUntil(condition, patience), () -> what + "; " + events + " " + simulation.failures());
    }

    HaCluster running() {
        return processes.entrySet().stream()
                .filter(entry -> machines.get(entry.getKey()).running())
                .map(Map.Entry::getValue)
                .findFirst()
                .orElseThrow();
    }

    /** Who does the backups; empty if nobody does. */
    String holder() {
        return running()
                .role(BackupService.ROLE)
                .holder()
                .map(holder -> holder.nodeId())
                .filter(id -> machines.get(id).running())
                .orElse("");
    }

    /** Empty if there is none. */
    String master() {
        return running().master().map(holder -> holder.nodeId()).orElse("");
    }

    BackupService service(String id) {
        return processes.get(id).feature(BackupService.class);
    }

    List<BackupInfo> listed() {
        return running().feature(BackupService.class).list();
    }
}
