package io.holdfast.verification.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.backup.BackupKeys;
import io.holdfast.backup.BackupKind;
import io.holdfast.backup.BackupRepository;
import io.holdfast.backup.BackupSource;
import io.holdfast.backup.BackupSource.Prepared;
import io.holdfast.backup.LogFeed;
import io.holdfast.backup.RestoreBound;
import io.holdfast.backup.RestorePlan;
import io.holdfast.backup.RestoreRefusedException;
import io.holdfast.backup.StateBackups;
import io.holdfast.backup.StateRestore;
import io.holdfast.backup.catalog.Catalogue;
import io.holdfast.backup.catalog.CatalogueWriter;
import io.holdfast.backup.catalog.Manifest;
import io.holdfast.backup.catalog.RunningBackup;
import io.holdfast.backup.container.Progress;
import io.holdfast.core.FencingToken;
import io.holdfast.core.spi.StateRestorer.Restored;
import io.holdfast.replication.OfflineDirectory;
import io.holdfast.replication.OfflineRestore;
import io.holdfast.replication.OfflineRestore.Target;
import io.holdfast.replication.ReplicatedMap;
import io.holdfast.verification.backup.SystemTime;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Three real nodes, whose disks are all lost but for their backups in two directories, of which one is damaged. The code between "docs" is
 * that of docs/backup.md.
 */
class BackupRestoreTest {
    private static final String KEY = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";

    private final SecureRandom secure = new SecureRandom();
    private final Map<String, String> acknowledged = new TreeMap<>();
    private final List<Manifest> parts = new ArrayList<>();

    @TempDir
    Path temporary;

    private ThreeNodes nodes;
    private Path nas;
    private Path other;
    private Path keyFile;
    private BackupKeys keys;

    @BeforeEach
    void startAll() throws IOException {
        nas = Files.createDirectory(temporary.resolve("nas"));
        other = Files.createDirectory(temporary.resolve("other"));
        keyFile = Files.writeString(temporary.resolve("backup.keys"), KEY + "\n");
        keys = BackupKeys.inFile(keyFile);
        nodes = new ThreeNodes(temporary);
        nodes.startAll();
    }

    @AfterEach
    void stopAll() {
        nodes.close();
    }

    private CatalogueWriter claim() {
        return Catalogue.of(BackupRepository.directory(nas), keys).claim(nodes.masterToken(), new SystemTime(), secure);
    }

    private static Manifest make(CatalogueWriter writer, BackupKind kind, Prepared prepared) throws Exception {
        try (prepared;
                RunningBackup backup = writer.begin("shop", kind, "state", "node-1")) {
            return backup.make(prepared, List.of(), Progress.NONE);
        }
    }

    private Manifest backUp(CatalogueWriter writer, String node) throws Exception {
        BackupSource source = StateBackups.source(nodes.state(node));
        return make(
                writer,
                source.kind(),
                source.prepare(ThreeNodes.PATIENCE)
                        .toCompletableFuture()
                        .get(Waiting.PATIENCE.toSeconds(), TimeUnit.SECONDS));
    }

    /** Archives what that node knows to be decided after an entry, up to another one at least. */
    private void archive(CatalogueWriter writer, String node, long after, long upTo) throws Exception {
        LogFeed feed = StateBackups.log(nodes.state(node));
        long last = after;
        long end = System.nanoTime() + ThreeNodes.PATIENCE.toNanos();
        while (last < upTo) {
            Optional<? extends Prepared> next = feed.after(last, ThreeNodes.PATIENCE)
                    .toCompletableFuture()
                    .get(Waiting.PATIENCE.toSeconds(), TimeUnit.SECONDS);
            assertTrue(next.isPresent() || System.nanoTime() < end, "nothing follows entry " + last);
            if (next.isPresent()) {
                Manifest part = make(writer, BackupKind.LOG, next.get());
                last = part.range().orElseThrow().toIndex();
                parts.add(part);
            }
        }
    }

    private void put(String key, String value) {
        nodes.map("node-1", "orders").put(key, value);
        acknowledged.put(key, value);
    }

    private long position() {
        return nodes.state("node-1").position();
    }

    /** A moment after all that was acknowledged and before all that will be written. */
    private static Instant between() {
        long now = System.currentTimeMillis();
        while (System.currentTimeMillis() <= now) {
            Thread.onSpinWait();
        }
        return Instant.ofEpochMilli(now);
    }

    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> all = Files.walk(from)) {
            for (Path each : all.filter(Files::isRegularFile).toList()) {
                Path copy = to.resolve(from.relativize(each).toString());
                Files.createDirectories(copy.getParent());
                Files.copy(each, copy);
            }
        }
    }

    private static void damage(Path repository, Manifest manifest) throws IOException {
        Path file = repository.resolve(manifest.objects().get(0).name());
        byte[] bytes = Files.readAllBytes(file);
        bytes[bytes.length / 2] ^= 4;
        Files.delete(file);
        Files.write(file, bytes);
    }

    /** Also what nobody has ever written, or was not to be restored, would be found. */
    private static Map<String, String> content(ReplicatedMap<String, String> map, Map<String, String> expected) {
        Map<String, String> found = new TreeMap<>();
        for (String key : expected.keySet()) {
            String value = map.get(key);
            if (value != null) {
                found.put(key, value);
            }
        }
        assertEquals(found.size(), map.size());
        return found;
    }

    private Restored restoredTo(RestoreBound bound, Map<String, String> expected, List<FencingToken> earlier)
            throws Exception {
        Restored restored = StateRestore.from(BackupRepository.directory(nas), BackupRepository.directory(other))
                .keys(keys)
                .upTo(bound)
                .into(OfflineRestore.into(nodes.target(), secure), secure);
        assertEquals(
                OfflineDirectory.State.WHOLE,
                OfflineDirectory.verify(nodes.directory("node-1")).state());
        nodes.startAll();
        for (String id : ThreeNodes.IDS) {
            assertEquals(expected, content(nodes.map(id, "orders"), expected), id);
        }
        List<FencingToken> now = tokens();
        for (FencingToken token : now) {
            assertEquals(restored.epoch(), token.epoch());
            earlier.forEach(before -> assertTrue(token.compareTo(before) > 0, token + " after " + before));
        }
        nodes.stopAndLoseAll();
        return restored;
    }

    private List<FencingToken> tokens() throws Exception {
        return List.of(nodes.masterToken(), nodes.lockToken("node-2"), nodes.roleToken("node-3"));
    }

    @Test
    void aClusterIsRestoredToAnEntryAndToAMomentFromTwoRepositoriesOfWhichOneIsDamaged() throws Exception {
        for (int i = 0; i < 50; i++) {
            put("early-" + i, "value-" + i);
        }
        CatalogueWriter writer = claim();
        String slave = nodes.slave();
        Manifest state;
        Thread beside = new Thread(() -> {
            for (int i = 0; i < 200; i++) {
                put("beside-" + i, "value-" + i);
            }
        });
        beside.start();
        state = backUp(writer, slave);
        long stateIndex = state.range().orElseThrow().toIndex();
        archive(writer, slave, stateIndex, stateIndex + 1);
        beside.join();
        for (int i = 0; i < 10; i++) {
            put("later-" + i, "value-" + i);
        }
        archive(writer, slave, parts.get(0).range().orElseThrow().toIndex(), position());
        // Another one archives as well, and what it has overlaps.
        archive(writer, "node-1", stateIndex, position());
        Map<String, String> atMoment = new TreeMap<>(acknowledged);
        Instant moment = between();
        put("later-0", "changed");
        put("after-the-moment", "value");
        long wanted = position();
        Map<String, String> atEntry = new TreeMap<>(acknowledged);
        put("early-7", "a wrong command");
        put("too-late", "value");
        archive(writer, slave, parts.get(parts.size() - 1).range().orElseThrow().toIndex(), position());
        List<FencingToken> tokens = tokens();
        nodes.stopAndLoseAll();

        copy(nas, other);
        damage(nas, state);
        damage(nas, parts.get(0));
        damage(other, parts.get(parts.size() - 1));
        StateRestore restore = StateRestore.from(BackupRepository.directory(nas), BackupRepository.directory(other))
                .keys(keys);
        RestorePlan plan = restore.upTo(RestoreBound.index(wanted)).plan();
        assertEquals(
                BackupRepository.directory(other).describe(),
                plan.pieces().get(0).repository());
        assertTrue(plan.remarks().get(0).contains("data/" + state.id() + "/state is taken from"), plan.toString());
        assertThrows(RestoreRefusedException.class, () -> restore.upTo(RestoreBound.index(wanted + 100))
                .plan());
        assertFalse(Files.exists(nodes.directory("node-1")));

        Restored toEntry = restoredTo(RestoreBound.before(wanted + 1), atEntry, tokens);
        assertEquals(wanted, toEntry.index());
        assertEquals(1, toEntry.epoch());
        Restored toMoment = restoredTo(RestoreBound.until(moment), atMoment, tokens);
        assertEquals(2, toMoment.epoch(), "another restore of the same backup");
        assertTrue(toMoment.index() < wanted && toMoment.wallMillis() <= moment.toEpochMilli(), toMoment.toString());
        assertFalse(toMoment.clusterId().equals(toEntry.clusterId()));

        whatThePageShows(wanted, state);
    }

    /** The code of docs/backup.md, which PagesCodeTest compares. */
    private void whatThePageShows(long wrongCommand, Manifest state) throws Exception {
        Path directory = nodes.directory("node-1");
        String address = nodes.address("node-1");
        List<String> others = List.of("node-2@" + nodes.address("node-2"), "node-3@" + nodes.address("node-3"));

        // docs
        StateRestore restore = StateRestore.from(BackupRepository.directory(nas), BackupRepository.directory(other))
                .keys(BackupKeys.inFile(keyFile))
                .upTo(RestoreBound.before(wrongCommand));
        RestorePlan plan = restore.plan(); // reads all that it would take, and changes nothing
        System.out.println(plan.backup() + " and the log up to " + plan.reaches() + "; " + plan.remarks());

        Target target = new Target(directory, "shop", "node-1", address, others);
        SecureRandom random = new SecureRandom();
        Restored restored = restore.into(OfflineRestore.into(target, random), random);
        System.out.println("up to entry " + restored.index() + ", in epoch " + restored.epoch());
        // docs

        assertEquals(wrongCommand - 1, restored.index());
        assertEquals(3, restored.epoch());
        nodes.lose("node-1");
        Path file = other.resolve(state.objects().get(0).name());

        // docs
        Restored alone = StateRestore.container(
                () -> Files.newInputStream(file), BackupKeys.inFile(keyFile), 100, OfflineRestore.into(target, random));
        // docs

        assertEquals(state.range().orElseThrow().toIndex(), alone.index());
        assertEquals(100, alone.epoch());
    }
}
