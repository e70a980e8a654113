package io.holdfast.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.holdfast.backup.BackupInfo;
import io.holdfast.backup.BackupKeys;
import io.holdfast.backup.BackupKind;
import io.holdfast.backup.BackupLayer;
import io.holdfast.backup.BackupRepository;
import io.holdfast.backup.BackupService;
import io.holdfast.backup.Backups;
import io.holdfast.backup.Schedule;
import io.holdfast.core.HaCluster;
import io.holdfast.core.Node;
import io.holdfast.core.NotAvailableException;
import io.holdfast.core.spi.ReplicatedState;
import io.holdfast.replication.Codec;
import io.holdfast.replication.LogReplication;
import io.holdfast.replication.ReplicatedMap;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A node that backs itself up into two directories, loses its own, and is restored by the command line. */
class BackupCommandTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final String KEY = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @TempDir
    Path temporary;

    private Path near;
    private Path far;
    private Path keyFile;
    private String address;
    private BackupInfo physical;
    private long wanted;

    private HaCluster start() {
        return HaCluster.builder("shop")
                .node(Node.of("node-1").bind(address))
                .with(LogReplication.inDirectory(temporary.resolve("node-1"))
                        .bootstrap("node-1@" + address)
                        .segmentBytes(1 << 20)
                        .fast())
                .with(Backups.to(
                                BackupLayer.of("near", BackupRepository.directory(near)),
                                BackupLayer.of("far", BackupRepository.directory(far))
                                        .offSite())
                        .keys(BackupKeys.inFile(keyFile))
                        .physical(Schedule.daily())
                        .archiveEvery(Duration.ofSeconds(1)))
                .start();
    }

    private static ReplicatedMap<String, String> orders(HaCluster node) {
        return ReplicatedMap.in(node, "orders", Codec.string(), Codec.string());
    }

    private static BackupInfo backUp(BackupService backups) throws Exception {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (true) {
            try {
                return backups.runNow("state").get(60, TimeUnit.SECONDS);
            } catch (ExecutionException e) {
                assertTrue(e.getCause() instanceof NotAvailableException && System.nanoTime() < end, e.toString());
                Thread.sleep(20); // until the role is granted
            }
        }
    }

    /** In both layers, up to that entry. */
    private static boolean isArchived(BackupService backups, long index) {
        return backups.list().stream()
                        .filter(each -> each.kind() == BackupKind.LOG
                                && each.range().orElseThrow().toIndex() >= index)
                        .map(BackupInfo::layer)
                        .distinct()
                        .count()
                == 2;
    }

    private void aNodeThatIsLost() throws Exception {
        near = Files.createDirectory(temporary.resolve("near"));
        far = Files.createDirectory(temporary.resolve("far"));
        keyFile = Files.writeString(temporary.resolve("backup.keys"), KEY + "\n");
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            address = "127.0.0.1:" + free.getLocalPort();
        }
        try (HaCluster node = start()) {
            node.awaitReady(PATIENCE);
            orders(node).put("early", "yes");
            BackupService backups = node.feature(BackupService.class);
            backUp(backups);
            orders(node).put("late", "yes");
            wanted = node.feature(ReplicatedState.class).position();
            orders(node).put("early", "a wrong command");
            long all = node.feature(ReplicatedState.class).position();
            long end = System.nanoTime() + PATIENCE.toNanos();
            while (!isArchived(backups, all)) {
                assertTrue(System.nanoTime() < end, backups.list().toString());
                Thread.sleep(20);
            }
            // The schedule's first one may be of the same second.
            physical = backups.list().stream()
                    .filter(each -> each.kind() == BackupKind.PHYSICAL)
                    .max(Comparator.comparing(BackupInfo::id))
                    .orElseThrow();
        }
        delete(temporary.resolve("node-1"));
    }

    private static void delete(Path directory) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }

    private int ha(String... args) {
        out.getBuffer().setLength(0);
        err.getBuffer().setLength(0);
        return Ha.run(new PrintWriter(out), new PrintWriter(err), args);
    }

    private String[] both(String... command) {
        List<String> all = new ArrayList<>(List.of("backup"));
        all.addAll(List.of(command));
        all.addAll(List.of(
                "--repository", near.toString(), "--repository", far.toString(), "--key-file", keyFile.toString()));
        return all.toArray(String[]::new);
    }

    private String[] restore(String... more) {
        List<String> all = new ArrayList<>(
                List.of(both("restore", temporary.resolve("node-1").toString())));
        all.addAll(List.of("--cluster", "shop", "--node", "node-1", "--address", address));
        all.addAll(List.of(more));
        return all.toArray(String[]::new);
    }

    private void damagePhysical(Path repository) throws IOException {
        JsonNode shown = null;
        assertEquals(ExitCodes.WHOLE, ha(both("show", physical.id(), "--json")), err.toString());
        for (String line : out.toString().lines().toList()) {
            shown = new ObjectMapper().readTree(line);
        }
        Path file = repository.resolve(shown.get("parts").get(0).get("object").asText());
        byte[] bytes = Files.readAllBytes(file);
        bytes[bytes.length / 2] ^= 4;
        Files.delete(file);
        Files.write(file, bytes);
    }

    @Test
    void whatIsLostIsRestoredByCommands() throws Exception {
        aNodeThatIsLost();

        assertEquals(ExitCodes.WHOLE, ha(both("list")), err.toString());
        assertTrue(out.toString().contains(physical.id()), out.toString());
        assertTrue(out.toString().contains("physical state"), out.toString());
        assertTrue(out.toString().contains("entries "), "parts of the log: " + out);
        assertTrue(out.toString().contains("epoch     0 is the highest that"), out.toString());
        assertEquals(ExitCodes.WHOLE, ha(both("list", "--json")), err.toString());
        for (String line : out.toString().lines().toList()) {
            JsonNode backup = new ObjectMapper().readTree(line);
            assertEquals("shop", backup.get("cluster").asText());
            assertEquals("node-1", backup.get("node").asText());
        }
        assertEquals(ExitCodes.WHOLE, ha(both("verify")), out.toString());
        assertEquals(ExitCodes.WHOLE, ha(both("verify", physical.id())), out.toString());
        assertEquals(ExitCodes.UNREADABLE, ha(both("show", physical.id().replace('-', '_'))));

        damagePhysical(near);
        assertEquals(ExitCodes.DAMAGED, ha(both("verify")));
        assertTrue(out.toString().contains("damaged   data/" + physical.id()), out.toString());

        assertEquals(ExitCodes.NOT_CONFIRMED, ha(restore("--index", Long.toString(wanted))), err.toString());
        assertTrue(out.toString().contains("--confirm " + physical.id()), out.toString());
        assertTrue(out.toString().contains("remark"), "that a piece comes from the other repository: " + out);
        assertEquals(ExitCodes.NOT_CONFIRMED, ha(restore("--index", Long.toString(wanted), "--confirm", "another")));
        assertEquals(ExitCodes.FAILED, ha(restore("--index", Long.toString(wanted + 1_000))));
        assertEquals(ExitCodes.USAGE, ha(restore("--index", "7", "--before", "9")));
        assertEquals(
                ExitCodes.FAILED,
                ha(restore(
                        "--index",
                        Long.toString(wanted),
                        "--above-epoch",
                        "5",
                        "--confirm",
                        physical.id(),
                        "--of-log",
                        "x")));
        assertEquals(ExitCodes.USAGE, ha(restore("--epoch", "7", "--above-epoch", "9")));
        assertFalse(Files.exists(temporary.resolve("node-1")), "nothing was changed");

        assertEquals(
                ExitCodes.WHOLE,
                ha(restore("--index", Long.toString(wanted), "--epoch", "7", "--confirm", physical.id())),
                err.toString());
        assertTrue(out.toString().contains("up to entry " + wanted), out.toString());
        try (HaCluster node = start()) {
            node.awaitReady(PATIENCE);
            assertEquals("yes", orders(node).get("early"));
            assertEquals("yes", orders(node).get("late"));
            assertEquals(7, node.master().orElseThrow().token().epoch());
        }
    }

    @Test
    void aNodeIsSeededAndJoins() throws Exception {
        aNodeThatIsLost();
        assertEquals(ExitCodes.WHOLE, ha(restore("--epoch", "7", "--confirm", physical.id())), err.toString());
        String second;
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            second = "127.0.0.1:" + free.getLocalPort();
        }
        String directory = temporary.resolve("node-2").toString();
        try (HaCluster node = start()) {
            node.awaitReady(PATIENCE);
            BackupService backups = node.feature(BackupService.class);
            BackupInfo ofNewLog = backUp(backups);
            String log = ofNewLog.range().orElseThrow().logId();
            assertEquals(ExitCodes.FAILED, ha(both("seed", directory, "--of-log", "none")));
            assertEquals(ExitCodes.UNREADABLE, ha("backup", "seed", directory, "--repository", temporary + "/nowhere"));
            assertFalse(Files.exists(temporary.resolve("node-2")));
            assertEquals(ExitCodes.WHOLE, ha(both("seed", directory, "--json")), err.toString());
            JsonNode seeded = new ObjectMapper().readTree(out.toString());
            assertEquals(log, seeded.get("logId").asText(), "the newest");
            assertTrue(
                    seeded.get("index").asLong()
                            >= ofNewLog.range().orElseThrow().toIndex(),
                    out.toString());
            assertEquals(ExitCodes.FAILED, ha(both("seed", directory)));
            assertTrue(err.toString().contains("is not empty"), err.toString());
            try (HaCluster joining = HaCluster.builder("shop")
                    .node(Node.of("node-2").bind(second))
                    .with(LogReplication.inDirectory(temporary.resolve("node-2"))
                            .join(address)
                            .fast())
                    .start()) {
                joining.awaitReady(PATIENCE);
                assertEquals("yes", orders(joining).get("late"));
            }
        }
    }

    @Test
    void withoutTheKeyNothingIsRead() throws Exception {
        aNodeThatIsLost();
        assertEquals(ExitCodes.DAMAGED, ha("backup", "list", "--repository", near.toString()));
        assertEquals(
                ExitCodes.DAMAGED,
                ha(
                        "backup",
                        "restore",
                        temporary.resolve("node-1").toString(),
                        "--repository",
                        near.toString(),
                        "--cluster",
                        "shop",
                        "--node",
                        "node-1",
                        "--address",
                        address),
                out + " " + err);
        assertEquals(ExitCodes.UNREADABLE, ha("backup", "list", "--repository", temporary + "/nowhere"));
    }

    @Test
    void aKindOfRepositoryThatIsNotThereIsSaidWithWhatToAdd() {
        assertEquals(ExitCodes.USAGE, ha("backup", "list", "--repository", "s3://shop-backups/shop"));
        assertTrue(err.toString().contains("io.holdfast:ha-backup-s3"), err.toString());
        assertEquals(ExitCodes.USAGE, ha("backup", "list", "--repository", "tape://one"));
        assertTrue(err.toString().contains("the path of a directory"), err.toString());
    }
}
