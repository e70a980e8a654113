package io.holdfast.integrations.backup.s3;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.backup.BackupInfo;
import io.holdfast.backup.BackupKeys;
import io.holdfast.backup.BackupKind;
import io.holdfast.backup.BackupLayer;
import io.holdfast.backup.BackupRepository;
import io.holdfast.backup.BackupService;
import io.holdfast.backup.Backups;
import io.holdfast.backup.Schedule;
import io.holdfast.backup.StateRestore;
import io.holdfast.backup.StoredBackups;
import io.holdfast.core.HaCluster;
import io.holdfast.core.Health;
import io.holdfast.core.Node;
import io.holdfast.core.NotAvailableException;
import io.holdfast.core.spi.ReplicatedState;
import io.holdfast.integrations.election.contract.FreePorts;
import io.holdfast.replication.Codec;
import io.holdfast.replication.LogReplication;
import io.holdfast.replication.OfflineRestore;
import io.holdfast.replication.OfflineRestore.Target;
import io.holdfast.replication.ReplicatedMap;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A node with two directories and a bucket as layers: the store goes away, is caught up afterwards, and is all that is left in the end. */
@Timeout(300)
class S3LayerTest {
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final String KEY = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";

    @TempDir
    Path temporary;

    private Path keys;
    private String address;

    private HaCluster start(String directory, BackupLayer... layers) {
        return HaCluster.builder("shop")
                .node(Node.of("node-1").bind(address))
                .with(LogReplication.inDirectory(temporary.resolve(directory))
                        .bootstrap("node-1@" + address)
                        .segmentBytes(1 << 20)
                        .fast())
                .with(Backups.to(layers)
                        .keys(BackupKeys.inFile(keys))
                        .physical(Schedule.daily())
                        .archiveEvery(Duration.ofSeconds(1)))
                .start();
    }

    private static ReplicatedMap<String, String> orders(HaCluster node) {
        return ReplicatedMap.in(node, "orders", Codec.string(), Codec.string());
    }

    private static void await(String what, BooleanSupplier condition) throws Exception {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (!condition.getAsBoolean()) {
            assertTrue(System.nanoTime() < end, what);
            Thread.sleep(50);
        }
    }

    private static BackupInfo backUp(BackupService backups) throws Exception {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (true) {
            try {
                return backups.runNow("state").get(60, TimeUnit.SECONDS);
            } catch (ExecutionException e) {
                assertTrue(e.getCause() instanceof NotAvailableException && System.nanoTime() < end, e.toString());
                Thread.sleep(50); // until the role is granted
            }
        }
    }

    private boolean hasArchived(BackupRepository repository, long index) {
        return StoredBackups.in(repository, BackupKeys.inFile(keys)).contents().backups().stream()
                .map(StoredBackups.Details::info)
                .anyMatch(each -> each.kind() == BackupKind.LOG
                        && each.range().orElseThrow().toIndex() >= index);
    }

    private boolean has(BackupRepository repository, String id) {
        return StoredBackups.in(repository, BackupKeys.inFile(keys)).contents().backups().stream()
                .anyMatch(each -> each.info().id().equals(id));
    }

    private Set<String> ids(BackupRepository repository) {
        return StoredBackups.in(repository, BackupKeys.inFile(keys)).contents().backups().stream()
                .map(backup -> backup.info().id())
                .collect(Collectors.toSet());
    }

    @Test
    void aStoreThatWasAwayIsCaughtUpAndRestoresAlone() throws Exception {
        keys = Files.writeString(temporary.resolve("backup.keys"), KEY + "\n");
        address = "127.0.0.1:" + FreePorts.take(1).get(0);
        Path near = Files.createDirectory(temporary.resolve("near"));
        Path tape = Files.createDirectory(temporary.resolve("tape"));
        try (S3Server server = new S3Server()) {
            BackupRepository bucket = server.repository().prefix("shop").requestTimeout(Duration.ofSeconds(5));
            BackupLayer[] layers = {
                BackupLayer.of("near", BackupRepository.directory(near)),
                BackupLayer.of("tape", BackupRepository.directory(tape)),
                BackupLayer.of("s3", bucket).offSite()
            };
            long all;
            try (HaCluster node = start("node-1", layers)) {
                node.awaitReady(PATIENCE);
                BackupService backups = node.feature(BackupService.class);
                orders(node).put("early", "yes");
                BackupInfo first = backUp(backups);
                await("the first is in the bucket", () -> has(bucket, first.id()));

                server.stop();
                orders(node).put("meanwhile", "yes");
                BackupInfo second = backUp(backups);
                await("the node says so", () -> node.health().health() == Health.DEGRADED);
                await("the other directory has it", () -> has(BackupRepository.directory(tape), second.id()));

                server.startAgain();
                await("the bucket has got what it lacked", () -> has(bucket, second.id()));
                orders(node).put("late", "yes");
                all = node.feature(ReplicatedState.class).position();
                await("the log is in the bucket", () -> hasArchived(bucket, all));
                // the newest first: what came before may be on its way still
                await("all that the directory has, too", () -> ids(bucket)
                        .containsAll(ids(BackupRepository.directory(near))));
                await("all is well again", () -> node.health().health() == Health.UP);
            }
            assertEquals(
                    List.of(),
                    StoredBackups.in(bucket, BackupKeys.inFile(keys))
                            .verify(bytes -> {})
                            .damages());

            SecureRandom random = new SecureRandom();
            Target target = new Target(temporary.resolve("restored"), "shop", "node-1", address, List.of());
            StateRestore.from(bucket).keys(BackupKeys.inFile(keys)).into(OfflineRestore.into(target, random), random);
            try (HaCluster node = start("restored", layers)) {
                node.awaitReady(PATIENCE);
                for (String key : List.of("early", "meanwhile", "late")) {
                    assertEquals("yes", orders(node).get(key), key);
                }
            }
        }
    }
}
