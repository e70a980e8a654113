package io.holdfast.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.holdfast.backup.BackupKind;
import io.holdfast.backup.BackupLayer;
import io.holdfast.backup.BackupRepository;
import io.holdfast.backup.BackupSource;
import io.holdfast.backup.Backups;
import io.holdfast.backup.Schedule;
import io.holdfast.backup.source.Command;
import io.holdfast.backup.source.CommandSource;
import io.holdfast.core.HaCluster;
import io.holdfast.core.Node;
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
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What the command line has a node do about its backups, over the node's own port. */
@Timeout(180)
class BackupOperateTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @TempDir
    Path temporary;

    private Path near;
    private Path far;
    private String address;
    private HaCluster node;

    @BeforeEach
    void start() throws Exception {
        near = Files.createDirectory(temporary.resolve("near"));
        far = Files.createDirectory(temporary.resolve("far"));
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            address = "127.0.0.1:" + free.getLocalPort();
        }
        BackupSource broken = CommandSource.of("broken", BackupKind.LOGICAL, Command.of("false"));
        node = HaCluster.builder("shop")
                .node(Node.of("node-1").bind(address))
                .with(LogReplication.inDirectory(temporary.resolve("node-1"))
                        .bootstrap("node-1@" + address)
                        .segmentBytes(1 << 20)
                        .fast())
                .with(Backups.to(
                                BackupLayer.of("near", BackupRepository.directory(near)),
                                BackupLayer.of("far", BackupRepository.directory(far))
                                        .offSite())
                        .physical(Schedule.daily())
                        .logical(Schedule.every(Duration.ofDays(365)), broken)
                        .archiveEvery(Duration.ofSeconds(1)))
                .start();
        node.awaitReady(PATIENCE);
        ReplicatedMap<String, String> orders = ReplicatedMap.in(node, "orders", Codec.string(), Codec.string());
        for (int i = 0; i < 20; i++) {
            orders.put("key-" + i, "value");
        }
    }

    @AfterEach
    void stop() {
        node.stop();
    }

    private int ha(String... args) {
        out.getBuffer().setLength(0);
        err.getBuffer().setLength(0);
        return Ha.run(new PrintWriter(out), new PrintWriter(err), args);
    }

    private int backup(String... args) {
        List<String> all = new ArrayList<>(List.of("backup"));
        all.addAll(List.of(args));
        all.addAll(List.of("--node", address));
        return ha(all.toArray(String[]::new));
    }

    private void await(BooleanSupplier condition) {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (!condition.getAsBoolean()) {
            assertTrue(System.nanoTime() < end, () -> "in vain; last: " + out + err);
            Thread.onSpinWait();
        }
    }

    private JsonNode json() throws IOException {
        return new ObjectMapper().readTree(out.toString());
    }

    private void backUp() {
        await(() -> backup("run", "state") == ExitCodes.WHOLE); // once the role is granted
    }

    @Test
    void aBackupIsMadeAndWaitedFor() throws Exception {
        backUp();
        assertTrue(out.toString().matches("(?s)made {6}\\S+ of state in near, .*"), out.toString());
        assertEquals(ExitCodes.WHOLE, backup("run", "state", "--json"), err.toString());
        String id = json().path("result").path("backup").asText();
        assertEquals("done", json().path("state").asText());
        assertTrue(Files.exists(near.resolve("backups").resolve(id)), id);
        assertEquals(ExitCodes.WHOLE, backup("run", "state", "--no-wait"), err.toString());
        assertEquals("begun by node-1", out.toString().strip());
    }

    @Test
    void whatFailsSaysSo() {
        backUp();
        assertEquals(ExitCodes.FAILED, backup("run", "all"));
        List<String> lines = out.toString().lines().toList();
        assertTrue(lines.get(0).startsWith("made "), lines.toString());
        assertTrue(lines.get(1).startsWith("failed    broken: "), lines.toString());
        assertEquals(ExitCodes.USAGE, backup("run", "invoices"));
        assertTrue(err.toString().contains("[state, broken]"), err.toString());
        assertEquals(ExitCodes.USAGE, backup("drill", "--layer", "attic"));
        assertEquals(ExitCodes.USAGE, backup("drill", "--source", "broken"), "there is no check of it");
        assertEquals(ExitCodes.USAGE, backup("run", "state", "--wait", "0"));
        assertEquals(ExitCodes.USAGE, ha("backup"));
        node.stop();
        assertEquals(ExitCodes.NOT_REACHED, backup("run", "state"));
        assertEquals(ExitCodes.NOT_REACHED, backup("prune", "--dry-run"));
    }

    @Test
    void aLayerIsProvenAndTheListSaysSo() throws Exception {
        backUp();
        assertEquals(ExitCodes.WHOLE, ha("backup", "list", "--repository", near.toString()), err.toString());
        assertTrue(out.toString().contains("proven    never"), out.toString());
        assertEquals(ExitCodes.WHOLE, backup("drill", "--layer", "near"), out + " " + err);
        assertTrue(out.toString().startsWith("proven    state in near up to entry "), out.toString());
        assertEquals(ExitCodes.WHOLE, ha("backup", "list", "--repository", near.toString()), err.toString());
        assertTrue(out.toString().contains("proven    state recoverable to entry "), out.toString());
        assertEquals(ExitCodes.WHOLE, ha("backup", "list", "--json", "--repository", near.toString()));
        List<String> lines = out.toString().lines().toList();
        JsonNode last = new ObjectMapper().readTree(lines.get(lines.size() - 1));
        assertEquals("proven", last.path("drill").asText());
        assertTrue(
                Files.exists(near.resolve("backups").resolve(last.path("backup").asText())), last.toString());
        try (Stream<Path> left = Files.walk(temporary.resolve("node-1").resolve("scratch"))) {
            assertEquals(List.of(), left.filter(Files::isRegularFile).toList());
        }
    }

    @Test
    void whatIsDamagedIsNamed() throws Exception {
        backUp();
        await(() -> backup("drill", "--layer", "far") == ExitCodes.WHOLE); // once it has a copy
        try (Stream<Path> data = Files.walk(far.resolve("data"))) {
            for (Path state : data.filter(path -> path.endsWith("state")).toList()) {
                byte[] bytes = Files.readAllBytes(state);
                bytes[bytes.length / 2] ^= 4;
                Files.delete(state);
                Files.write(state, bytes);
            }
        }
        assertEquals(ExitCodes.DAMAGED, backup("drill", "--layer", "far"), out + " " + err);
        assertTrue(out.toString().startsWith("wrong     state in far, in "), out.toString());
        assertTrue(out.toString().contains("/state"), out.toString());
        assertEquals(ExitCodes.WHOLE, ha("backup", "list", "--repository", far.toString()), err.toString());
        assertTrue(out.toString().contains("not       proven: state at "), out.toString());
    }

    @Test
    void whatWouldGoAndWhyTheOthersStay() throws Exception {
        backUp();
        assertEquals(ExitCodes.WHOLE, backup("prune", "--dry-run"), err.toString());
        assertTrue(out.toString().contains("stays     "), out.toString());
        assertTrue(out.toString().contains("0 would go, "), out.toString());
        assertEquals(ExitCodes.WHOLE, backup("prune", "--json"), err.toString());
        assertEquals(0, json().path("goes").asInt());
        assertTrue(json().path("stays").asInt() > 0, out.toString());
        JsonNode verdict = json().path("verdicts").get(0);
        assertTrue(verdict.path("keep").asBoolean() && verdict.path("reasons").size() > 0, verdict.toString());
    }

    @Test
    void aLayerThatCannotBeUsedIsNamed() throws Exception {
        backUp();
        Files.move(far, temporary.resolve("not-mounted"));
        backUp(); // the copy of which fails
        await(() -> backup("prune", "--dry-run") == ExitCodes.UNREADABLE);
        assertTrue(out.toString().contains("unused    far: it fails: "), out.toString());
        assertTrue(out.toString().lines().noneMatch(line -> line.contains(" in far")), out.toString());
        assertTrue(out.toString().lines().anyMatch(line -> line.contains(" in near")), out.toString());
        assertEquals(ExitCodes.UNREADABLE, backup("prune", "--json"), err.toString());
        assertTrue(json().path("leftAlone").has("far"), out.toString());
    }
}
