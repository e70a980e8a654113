package io.holdfast.verification.process;

import static io.holdfast.verification.process.Eventually.eventually;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.backup.BackupKeys;
import io.holdfast.backup.BackupKind;
import io.holdfast.backup.BackupRepository;
import io.holdfast.backup.BackupService;
import io.holdfast.backup.Backups;
import io.holdfast.backup.Schedule;
import io.holdfast.backup.StateRestore;
import io.holdfast.backup.StateSeed;
import io.holdfast.core.HaCluster;
import io.holdfast.core.Node;
import io.holdfast.core.NotAvailableException;
import io.holdfast.core.spi.ReplicatedState;
import io.holdfast.core.spi.SeedSource;
import io.holdfast.core.spi.SeedSource.Seeded;
import io.holdfast.core.spi.StateRestorer.Restored;
import io.holdfast.replication.Codec;
import io.holdfast.replication.LogReplication;
import io.holdfast.replication.OfflineRestore;
import io.holdfast.replication.OfflineRestore.Target;
import io.holdfast.replication.OfflineSeed;
import io.holdfast.replication.ReplicatedMap;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Real nodes with a state of some megabytes, and others that join with what is in the backups. The code between "docs" is that of docs/backup.md. */
@Timeout(600)
class SeedTest {
    private static final String KEY = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";
    private static final Duration PATIENCE = Waiting.PATIENCE;
    private static final int NODES = 5;
    private static final int ENTRIES = 600;
    private static final int VALUE_CHARS = 16 << 10;
    private static final double STATE_BYTES = (double) ENTRIES * VALUE_CHARS;
    private static final String VALUE = "v".repeat(VALUE_CHARS);

    private final Map<String, HaCluster> running = new TreeMap<>();
    private final Map<String, SimpleMeterRegistry> meters = new TreeMap<>();
    private String[] addresses = {};

    @TempDir
    Path temporary;

    private Path nas;
    private Path keyFile;

    @BeforeEach
    void three() throws Exception {
        nas = Files.createDirectory(temporary.resolve("nas"));
        keyFile = Files.writeString(temporary.resolve("backup.keys"), KEY + "\n");
        addresses = Loopback.freeTexts(NODES).toArray(String[]::new);
        for (int i = 1; i <= 3; i++) {
            start(i, log(i).bootstrap(listed()));
        }
        running.values().forEach(node -> node.awaitReady(PATIENCE));
    }

    @AfterEach
    void stop() {
        running.values().forEach(HaCluster::close);
    }

    private String[] listed() {
        return new String[] {"node-1@" + addresses[0], "node-2@" + addresses[1], "node-3@" + addresses[2]};
    }

    private LogReplication log(int number) {
        return LogReplication.inDirectory(directory(number)).segmentBytes(1 << 20);
    }

    private Path directory(int number) {
        return temporary.resolve("node-" + number);
    }

    private HaCluster start(int number, LogReplication log) {
        String id = "node-" + number;
        HaCluster node = HaCluster.builder("shop")
                .node(Node.of(id).bind(addresses[number - 1]))
                .with(log)
                .with(Backups.to(BackupRepository.directory(nas))
                        .keys(BackupKeys.inFile(keyFile))
                        .physical(Schedule.daily())
                        .archiveEvery(Duration.ofSeconds(1)))
                .meterRegistry(meters.computeIfAbsent(id, any -> new SimpleMeterRegistry()))
                .start();
        running.put(id, node);
        return node;
    }

    private ReplicatedMap<String, String> map(String id) {
        return ReplicatedMap.in(running.get(id), "orders", Codec.string(), Codec.string());
    }

    private void fill() {
        fill("o-");
    }

    private void fill(String prefix) {
        List<CompletableFuture<?>> puts = new ArrayList<>();
        for (int i = 0; i < ENTRIES; i++) {
            puts.add(map("node-1").putAsync(prefix + i, VALUE));
        }
        puts.forEach(CompletableFuture::join);
    }

    /** In a backup that has all of it, too. */
    private void archived() throws Exception {
        long all = running.get("node-1").feature(ReplicatedState.class).position();
        BackupService backups = running.get("node-1").feature(BackupService.class);
        eventually(
                "a backup has all",
                () -> reaches(backups, BackupKind.PHYSICAL, all)
                        || (running.values().stream().anyMatch(SeedTest::backsUp)
                                && reaches(backups, BackupKind.PHYSICAL, all)),
                backups::list);
        logArchived();
    }

    private void logArchived() throws Exception {
        long all = running.get("node-1").feature(ReplicatedState.class).position();
        BackupService backups = running.get("node-1").feature(BackupService.class);
        eventually("all is archived", () -> reaches(backups, BackupKind.LOG, all), backups::list);
    }

    private static boolean reaches(BackupService backups, BackupKind kind, long index) {
        return backups.list().stream()
                .anyMatch(each ->
                        each.kind() == kind && each.range().orElseThrow().toIndex() >= index);
    }

    /** False if another one does that, or nobody at the moment. */
    private static boolean backsUp(HaCluster node) {
        try {
            node.feature(BackupService.class).runNow("state").join();
            return true;
        } catch (CompletionException notNow) {
            return false;
        }
    }

    private double counted(String meter, String... ids) {
        return Stream.of(ids)
                .flatMap(id -> meters.get(id).find(meter).counters().stream())
                .mapToDouble(Counter::count)
                .sum();
    }

    /** Once nobody lacks anything: a slave that is behind on a busy machine gets it late. */
    private double sent() throws Exception {
        eventually(
                "all have all",
                () -> LogReplication.voters(running.get("node-1")).list().get().members().stream()
                        .allMatch(member -> member.lag() == 0),
                () -> LogReplication.voters(running.get("node-1")).list().get());
        return counted("holdfast.log.sent", "node-1", "node-2", "node-3");
    }

    @Test
    void whoIsSeededSparesTheMasterAndThenVotes() throws Exception {
        fill();
        archived();
        fill("p-"); // as much again, which only the archived log has
        logArchived();
        map("node-1").put("late", "yes");
        double before = sent();
        Path directory = directory(4);
        String first = addresses[0];
        String second = addresses[1];
        // docs
        LogReplication seeded = LogReplication.inDirectory(directory)
                .join(first, second)
                .seededFrom(StateSeed.from(BackupRepository.directory(nas)).keys(BackupKeys.inFile(keyFile)));
        // docs
        HaCluster fourth = start(4, seeded.segmentBytes(1 << 20));
        fourth.awaitReady(PATIENCE);
        assertEquals("yes", map("node-4").get("late"));
        assertEquals(VALUE, map("node-4").get("o-17"));
        assertEquals(VALUE, map("node-4").get("p-17"));
        assertEquals(2 * ENTRIES + 1, map("node-4").size());
        assertEquals(0, counted("holdfast.snapshot.installed", "node-4"));
        double toFourth = sent() - before;
        assertTrue(toFourth < STATE_BYTES / 2, toFourth + " of " + STATE_BYTES + " bytes");

        LogReplication.voters(fourth).replaceVoter("node-3", "node-4").get();
        running.remove("node-3").stop();
        running.remove("node-2").stop(); // two of three are left: node-1, and the one that was seeded
        HaCluster back = start(2, log(2).bootstrap(listed()));
        back.awaitReady(PATIENCE);
        map("node-4").put("later", "yes");
        assertEquals("yes", map("node-2").get("later"));
    }

    /** With an empty log it would be one of the cluster, and get all from the master. */
    @Test
    void whoStopsWhileItIsSeededIsSeededWhenItIsStartedAgain() throws Exception {
        fill();
        archived();
        double before = sent();
        CountDownLatch begun = new CountDownLatch(1);
        SeedSource endless = new SeedSource() {
            @Override
            public String describe() {
                return "what never ends";
            }

            @Override
            public Seeded seed(Predicate<String> isWanted, SeedSource.Target target) {
                begun.countDown();
                while (true) {
                    target.check();
                    Thread.onSpinWait();
                }
            }
        };
        HaCluster leaving = start(4, log(4).join(addresses[0], addresses[1]).seededFrom(endless));
        assertTrue(begun.await(PATIENCE.toSeconds(), TimeUnit.SECONDS));
        leaving.stop();
        StateSeed seed = StateSeed.from(BackupRepository.directory(nas)).keys(BackupKeys.inFile(keyFile));
        start(4, log(4).join(addresses[0], addresses[1]).seededFrom(seed)).awaitReady(PATIENCE);
        assertEquals(ENTRIES, map("node-4").size());
        double toFourth = sent() - before;
        assertTrue(toFourth < STATE_BYTES / 2, toFourth + " of " + STATE_BYTES + " bytes");
    }

    @Test
    void aDirectoryThatWasSeededBeforehandJoinsThatClusterAndNoOther() throws Exception {
        fill();
        archived();
        Path empty = directory(4);
        // docs
        Seeded seeded = StateSeed.from(BackupRepository.directory(nas))
                .keys(BackupKeys.inFile(keyFile))
                .into(OfflineSeed.into(empty, new SecureRandom()));
        System.out.println("seeded up to entry " + seeded.index());
        // docs
        assertThrows(IllegalArgumentException.class, () -> OfflineSeed.check(directory(4)), "it is not empty");
        double before = sent();
        start(4, log(4).join(addresses[0], addresses[1])).awaitReady(PATIENCE);
        assertEquals(VALUE, map("node-4").get("o-17"));
        assertTrue(sent() - before < STATE_BYTES / 2, (sent() - before) + " of " + STATE_BYTES + " bytes");

        // The same cluster's log, but for the restore that comes after it.
        StateSeed.from(BackupRepository.directory(nas))
                .keys(BackupKeys.inFile(keyFile))
                .into(OfflineSeed.into(directory(5), new SecureRandom()));
        running.values().forEach(HaCluster::close);
        running.clear();
        Path moved = temporary.resolve("restored");
        SecureRandom random = new SecureRandom();
        Restored restored = StateRestore.from(BackupRepository.directory(nas))
                .keys(BackupKeys.inFile(keyFile))
                .into(
                        OfflineRestore.into(new Target(moved, "shop", "node-1", addresses[0], List.of()), random),
                        random);
        assertEquals(1, restored.epoch());
        start(1, LogReplication.inDirectory(moved).bootstrap("node-1@" + addresses[0]))
                .awaitReady(PATIENCE);
        HaCluster fifth = start(5, log(5).join(addresses[0]));
        NotAvailableException refused = assertThrows(NotAvailableException.class, () -> fifth.awaitReady(PATIENCE));
        String why = String.valueOf(refused.getMessage());
        assertTrue(why.contains("holds a seed of the log " + seeded.logId()), why);
        assertTrue(why.contains("in epoch 0") && why.contains(restored.clusterId()), why);
    }
}
