package io.holdfast.verification.process;

import static io.holdfast.verification.process.Eventually.eventually;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.backup.BackupLayer;
import io.holdfast.backup.BackupRepository;
import io.holdfast.backup.BackupService;
import io.holdfast.backup.Backups;
import io.holdfast.backup.NodeRepository;
import io.holdfast.backup.RestoreBound;
import io.holdfast.backup.RestoreRefusedException;
import io.holdfast.backup.Schedule;
import io.holdfast.backup.StateRestore;
import io.holdfast.core.Address;
import io.holdfast.core.HaCluster;
import io.holdfast.core.Node;
import io.holdfast.core.spi.ReplicatedState;
import io.holdfast.replication.Codec;
import io.holdfast.replication.LogReplication;
import io.holdfast.replication.OfflineRestore;
import io.holdfast.replication.OfflineRestore.Target;
import io.holdfast.replication.ReplicatedMap;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Three real nodes, of which one offers a directory: it goes away and is caught up, and what it holds brings everything back. */
@Timeout(600)
class NodeLayerTest {
    private static final Duration PATIENCE = Waiting.PATIENCE;
    private static final List<String> IDS = List.of("node-1", "node-2", "node-3");

    private final Map<String, String> addresses = new TreeMap<>();
    private final Map<String, HaCluster> running = new TreeMap<>();

    @TempDir
    Path temporary;

    private Path near;
    private Path offered;

    @AfterEach
    void stopAll() {
        running.values().forEach(HaCluster::close);
    }

    private void start(String id, String directory) {
        String[] voters =
                IDS.stream().map(each -> each + "@" + addresses.get(each)).toArray(String[]::new);
        running.put(
                id,
                HaCluster.builder("shop")
                        .node(Node.of(id).bind(addresses.get(id)))
                        .with(LogReplication.inDirectory(temporary.resolve(directory))
                                .bootstrap(voters)
                                .segmentBytes(1 << 20))
                        .with(Backups.to(
                                        BackupLayer.of("near", BackupRepository.directory(near)),
                                        BackupLayer.of(
                                                        "node-3",
                                                        NodeRepository.at(
                                                                        "node-3",
                                                                        Address.parse(addresses.get("node-3")),
                                                                        offered)
                                                                .allow("node-1", "node-2", "node-3"))
                                                .offSite())
                                .physical(Schedule.every(Duration.ofSeconds(10)))
                                .archiveEvery(Duration.ofSeconds(1)))
                        .start());
    }

    private ReplicatedMap<String, String> orders(String id) {
        return ReplicatedMap.in(running.get(id), "orders", Codec.string(), Codec.string());
    }

    /** Without a gap: what a layer lacks it gets newest first. */
    private static boolean reaches(Path repository, long index) {
        try {
            return StateRestore.from(BackupRepository.directory(repository))
                            .plan()
                            .reachesIndex()
                    >= index;
        } catch (RestoreRefusedException notYet) {
            return false;
        }
    }

    private long position() {
        return running.get("node-1").feature(ReplicatedState.class).position();
    }

    /** Returns up to which entry it is there. */
    private long awaitBackup(Path repository) throws Exception {
        long wanted = position();
        eventually(
                repository + " reaches entry " + wanted,
                () -> reaches(repository, wanted),
                () -> running.get("node-1").feature(BackupService.class).list());
        return wanted;
    }

    private void takeAddresses() throws IOException {
        for (String address : Loopback.freeTexts(IDS.size())) {
            addresses.put(IDS.get(addresses.size()), address);
        }
    }

    @Test
    void aNodeThatOffersADirectoryHoldsAllThatIsNeeded() throws Exception {
        near = Files.createDirectory(temporary.resolve("near"));
        offered = Files.createDirectory(temporary.resolve("offered"));
        takeAddresses();
        IDS.forEach(id -> start(id, id));
        running.values().forEach(node -> node.awaitReady(PATIENCE));
        orders("node-1").put("early", "yes");
        awaitBackup(offered);

        running.remove("node-3").close();
        orders("node-1").put("meanwhile", "yes");
        awaitBackup(near);

        start("node-3", "node-3");
        running.get("node-3").awaitReady(PATIENCE);
        orders("node-1").put("late", "yes");
        long reached = awaitBackup(offered);
        running.values().forEach(HaCluster::close);
        running.clear();

        SecureRandom random = new SecureRandom();
        Target target = new Target(temporary.resolve("restored"), "shop", "node-1", addresses.get("node-1"), List.of());
        // While they stop, one after the other, the layer may get what comes then before what was there already.
        StateRestore.from(BackupRepository.directory(offered))
                .upTo(RestoreBound.index(reached))
                .into(OfflineRestore.into(target, random), random);
        try (HaCluster alone = HaCluster.builder("shop")
                .node(Node.of("node-1").bind(addresses.get("node-1")))
                .with(LogReplication.inDirectory(temporary.resolve("restored"))
                        .bootstrap("node-1@" + addresses.get("node-1"))
                        .segmentBytes(1 << 20))
                .start()) {
            alone.awaitReady(PATIENCE);
            ReplicatedMap<String, String> orders = ReplicatedMap.in(alone, "orders", Codec.string(), Codec.string());
            for (String key : List.of("early", "meanwhile", "late")) {
                assertEquals("yes", orders.get(key), key);
            }
        }
        assertTrue(Files.exists(temporary.resolve("restored")));
    }
}
