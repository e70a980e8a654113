package io.holdfast.verification.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.backup.BackupKeys;
import io.holdfast.backup.BackupRepository;
import io.holdfast.backup.BackupSource;
import io.holdfast.backup.BackupSource.Prepared;
import io.holdfast.backup.LoadRefusedException;
import io.holdfast.backup.Loaded;
import io.holdfast.backup.LogRange;
import io.holdfast.backup.StateBackups;
import io.holdfast.backup.StateLoad;
import io.holdfast.backup.catalog.Catalogue;
import io.holdfast.backup.catalog.CatalogueWriter;
import io.holdfast.backup.catalog.Manifest;
import io.holdfast.backup.catalog.RunningBackup;
import io.holdfast.backup.container.Progress;
import io.holdfast.core.HaCluster;
import io.holdfast.core.spi.BytesMaps;
import io.holdfast.core.spi.ReplicatedState;
import io.holdfast.replication.ReplicatedBytes;
import io.holdfast.replication.ReplicatedMap;
import io.holdfast.verification.backup.SystemTime;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Three real nodes whose maps go line by line into a repository and come back: a part of them after a wrong command, and all of them to
 * another cluster. The code between "docs" is that of docs/backup.md.
 */
class LogicalBackupTest {
    private final SecureRandom secure = new SecureRandom();

    @TempDir
    Path temporary;

    private ThreeNodes nodes;
    private ThreeNodes others;
    private Catalogue catalogue;
    private CatalogueWriter writer;

    @BeforeEach
    void startAll() throws IOException {
        nodes = new ThreeNodes(Files.createDirectory(temporary.resolve("nodes")));
        nodes.startAll();
        others = new ThreeNodes(Files.createDirectory(temporary.resolve("others")));
        Path nas = Files.createDirectory(temporary.resolve("nas"));
        catalogue = Catalogue.of(BackupRepository.directory(nas), BackupKeys.none());
        writer = catalogue.claim(nodes.masterToken(), new SystemTime(), secure);
    }

    @AfterEach
    void stopAll() {
        others.close();
        nodes.close();
    }

    private Manifest make(BackupSource source) throws Exception {
        Prepared prepared = source.prepare(ThreeNodes.PATIENCE)
                .toCompletableFuture()
                .get(Waiting.PATIENCE.toSeconds(), TimeUnit.SECONDS);
        try (prepared;
                RunningBackup backup = writer.begin("shop", source.kind(), source.name(), "node-1")) {
            return backup.make(prepared, List.of(), Progress.NONE);
        }
    }

    private InputStream lines(Manifest manifest) throws IOException {
        return catalogue.open(manifest, manifest.objects().get(0).name());
    }

    private static Map<String, String> content(ReplicatedMap<String, String> map) {
        return map.scan().collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue, (a, b) -> b, TreeMap::new));
    }

    private Map<String, String> content(String map) {
        return content(nodes.map("node-1", map));
    }

    /** Waits until a slave has all that was acknowledged, so that a cut of it does, too. */
    private ReplicatedState caughtUp(String slave) throws Exception {
        ReplicatedState state = nodes.state(slave);
        state.confirm(new ReplicatedState.Bound.AtLeast(nodes.state("node-1").position()), Waiting.PATIENCE)
                .toCompletableFuture()
                .get(Waiting.PATIENCE.toSeconds(), TimeUnit.SECONDS);
        return state;
    }

    private Manifest backUpBesideWrites(String slave) throws Exception {
        ReplicatedMap<String, String> stock = nodes.map("node-1", "stock");
        Thread beside = new Thread(() -> {
            for (int i = 0; i < 200; i++) {
                stock.put("beside-" + i, "value-" + i);
            }
        });
        beside.start();
        Manifest made =
                make(StateBackups.logical("orders", "shop", caughtUp(slave)).maps("orders", "customers"));
        beside.join();
        return made;
    }

    @Test
    void aMapThatAWrongCommandDamagedIsLoadedBackInPart() throws Exception {
        ReplicatedMap<String, String> orders = nodes.map("node-1", "orders");
        for (int i = 0; i < 100; i++) {
            orders.put("eu-" + i, "value-" + i);
            orders.put("us-" + i, "value-" + i);
        }
        nodes.map("node-1", "customers").put("c", "customer");
        Map<String, String> before = content("orders");
        Manifest manifest = backUpBesideWrites(nodes.slave());
        assertEquals("201", manifest.facts().get("entries"));

        for (int i = 0; i < 100; i++) {
            orders.put("eu-" + i, "a wrong command");
        }
        orders.remove("eu-17");
        orders.put("us-1", "changed since, and right");
        BytesMaps cluster = ReplicatedBytes.in(nodes.node("node-2"));
        StateLoad load = StateLoad.from(() -> lines(manifest)).maps("orders").prefix("eu-");
        LoadRefusedException refused = assertThrows(LoadRefusedException.class, () -> load.into(cluster));
        assertEquals(manifest.range().orElseThrow().toIndex(), refused.backupIndex());
        assertTrue(refused.position() > refused.backupIndex(), refused.toString());
        assertEquals(1, load.onlyAbsent().into(cluster).written());
        assertEquals("value-17", orders.get("eu-17"));
        assertEquals(100, load.overwrite().into(cluster).written());

        Map<String, String> expected = new TreeMap<>(before);
        expected.put("us-1", "changed since, and right");
        assertEquals(expected, content("orders"));
        assertEquals(200, content("stock").size());

        whatThePageShows(manifest);
    }

    @Test
    void periodsAreCutFromTheLogAndLoadedIntoAnotherClusterOneAfterTheOther() throws Exception {
        String slave = nodes.slave();
        ReplicatedMap<String, String> orders = nodes.map("node-1", "orders");
        ReplicatedMap<String, String> carts = nodes.map("node-1", "carts");
        for (int i = 0; i < 50; i++) {
            orders.put("o-" + i, "value-" + i);
            carts.put("c-" + i, "value-" + i);
        }
        Manifest whole = make(StateBackups.logical("all", "shop", caughtUp(slave)));
        LogRange range = whole.range().orElseThrow();
        orders.compareAndSet("o-1", "value-1", "succeeded");
        orders.compareAndSet("o-2", "not that", "failed");
        orders.putIfAbsent("o-3", "failed");
        orders.putIfAbsent("new", "succeeded");
        orders.remove("o-4");
        orders.put("for a moment", "gone");
        orders.getAndRemove("for a moment");
        orders.put("for long", "stays", Duration.ofDays(1));
        Manifest period =
                make(StateBackups.logical("all", "shop", caughtUp(slave)).sinceLast(() -> Optional.of(range)));
        assertEquals(range.toIndex() + 1, period.range().orElseThrow().fromIndex());
        assertEquals(Map.of("entries", "5", "removals", "2"), period.facts(), () -> "of " + period + " after " + range);
        LogRange second = period.range().orElseThrow();
        carts.clear();
        carts.put("c-new", "value");
        Manifest cleared =
                make(StateBackups.logical("all", "shop", caughtUp(slave)).since(second.toIndex()));
        assertEquals(Map.of("entries", "1", "removals", "0"), cleared.facts());
        assertTrue(cleared.remarks().get(0).contains("\"carts\""), cleared.toString());

        others.startAll();
        BytesMaps other = ReplicatedBytes.in(others.node("node-3"));
        assertEquals(100, StateLoad.from(() -> lines(whole)).into(other).written());
        Loaded loaded = StateLoad.from(() -> lines(period)).overwrite().into(other);
        assertEquals(5, loaded.written());
        assertEquals(2, loaded.removed());
        assertEquals(content("orders"), content(others.map("node-1", "orders")));
        assertEquals("stays", others.map("node-1", "orders").get("for long"));
        Loaded last = StateLoad.from(() -> lines(cleared)).overwrite().into(other);
        assertEquals(List.of("carts"), last.wholeMaps());
        others.map("node-1", "carts").clear();
        StateLoad.from(() -> lines(cleared)).into(other);
        assertEquals(content("carts"), content(others.map("node-2", "carts")));
    }

    /** The code of docs/backup.md, which PagesCodeTest compares. */
    private void whatThePageShows(Manifest manifest) throws Exception {
        HaCluster cluster = nodes.node("node-1");
        HaCluster slave = nodes.node(nodes.slave());
        Optional<LogRange> last = manifest.range();
        Path lines = temporary.resolve("lines");
        try (InputStream in = lines(manifest)) {
            Files.copy(in, lines);
        }

        // docs
        ReplicatedState state = slave.feature(ReplicatedState.class);
        BackupSource chosen = StateBackups.logical("orders", "shop", state)
                .maps("orders", "customers")
                .prefix("eu-");
        BackupSource period =
                StateBackups.logical("orders-hourly", "shop", state).sinceLast(() -> last);
        // docs

        assertEquals("100", make(chosen).facts().get("entries"));
        assertTrue(make(period).range().orElseThrow().fromIndex() > 0);

        // docs
        StateLoad load =
                StateLoad.from(() -> Files.newInputStream(lines)).maps("orders").prefix("eu-1");
        BytesMaps maps = ReplicatedBytes.in(cluster);
        Loaded would = load.overwrite().dryRun(maps); // reads all of both, and changes nothing
        System.out.println(would.written() + " would be written, " + would.same() + " are there already");
        Loaded loaded = load.overwrite().into(maps);
        // docs

        assertEquals(0, would.written());
        assertEquals(11, would.same());
        assertEquals(11, loaded.written());
    }
}
