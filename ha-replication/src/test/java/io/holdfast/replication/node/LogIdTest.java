package io.holdfast.replication.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.core.HaCluster;
import io.holdfast.core.spi.LogGapException;
import io.holdfast.core.spi.LogPart;
import io.holdfast.core.spi.ReplicatedState;
import io.holdfast.core.spi.StateCut;
import io.holdfast.replication.Codec;
import io.holdfast.replication.LogReplication;
import io.holdfast.replication.OfflineRecovery;
import io.holdfast.replication.OfflineRestore;
import io.holdfast.replication.OfflineRestore.Target;
import io.holdfast.replication.OfflineRestore.UpTo;
import io.holdfast.replication.ReplicatedMap;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A real node that says which log it stores, and what it no longer has of it. */
class LogIdTest {
    private static final Duration LIMIT = Duration.ofMinutes(1);

    @TempDir
    Path directory;

    private HaCluster start() {
        HaCluster cluster = HaCluster.singleNode()
                .with(LogReplication.inDirectory(directory)
                        .segmentBytes(64 << 10)
                        .snapshots(64 << 10, Duration.ofHours(1)))
                .start();
        cluster.awaitReady(Duration.ofSeconds(30));
        return cluster;
    }

    private static <T> T get(CompletionStage<T> answer) throws Exception {
        return answer.toCompletableFuture().get(60, TimeUnit.SECONDS);
    }

    private static ReplicatedMap<String, String> map(HaCluster cluster) {
        return ReplicatedMap.in(cluster, "orders", Codec.string(), Codec.string());
    }

    @Test
    void aLogKeepsItsIdUntilWhatItHeldMayBeGone() throws Exception {
        String first;
        try (HaCluster cluster = start()) {
            map(cluster).put("a", "b");
            ReplicatedState state = cluster.feature(ReplicatedState.class);
            first = state.logId().orElseThrow();
            assertTrue(first.endsWith(".0"), first);
            try (StateCut cut = get(state.cut(LIMIT))) {
                assertEquals(first, cut.logId());
            }
            LogPart part = get(state.logAfter(0, 1 << 20, LIMIT));
            assertEquals(first, part.logId());
            LogPart end = get(state.logAfter(part.lastIndex(), 1 << 20, LIMIT));
            assertTrue(end.isEmpty() && end.logId().isEmpty(), end.toString());
        }
        try (HaCluster again = start()) {
            assertEquals(first, again.feature(ReplicatedState.class).logId().orElseThrow());
        }
        String cluster = OfflineRecovery.plan(directory).clusterId();
        assertEquals(cluster + ".0", first);
        OfflineRecovery.recover(directory, cluster, new SplittableRandom(1));
        try (HaCluster recovered = start()) {
            ReplicatedState state = recovered.feature(ReplicatedState.class);
            assertNotEquals(first, state.logId().orElseThrow());
            assertEquals(
                    state.logId().orElseThrow(),
                    get(state.logAfter(0, 1 << 20, LIMIT)).logId());
        }
    }

    @Test
    void aRecoveryBeginsTheEpochThatItIsGivenIfThatIsALaterOne() throws Exception {
        start().close();
        OfflineRecovery.Plan plan = OfflineRecovery.plan(directory);
        assertEquals(0, plan.epoch());
        for (int none : new int[] {-1, 0, 32_768}) {
            assertThrows(
                    IllegalArgumentException.class,
                    () -> OfflineRecovery.recover(directory, plan.clusterId(), none, new SplittableRandom(1)));
        }
        assertEquals(plan, OfflineRecovery.plan(directory));
        OfflineRecovery.recover(directory, plan.clusterId(), 7, new SplittableRandom(1));
        OfflineRecovery.Plan after = OfflineRecovery.plan(directory);
        assertEquals(7, after.epoch());
        assertThrows(
                IllegalArgumentException.class,
                () -> OfflineRecovery.recover(directory, after.clusterId(), 7, new SplittableRandom(2)));
        String third = OfflineRecovery.recover(directory, after.clusterId(), new SplittableRandom(3));
        try (HaCluster recovered = start()) {
            assertEquals(
                    third + ".8",
                    recovered.feature(ReplicatedState.class).logId().orElseThrow());
        }
    }

    @Test
    void ofTwoRestoresIntoOneDirectoryOneIsRefused() throws Exception {
        byte[] snapshot;
        try (HaCluster cluster = start()) {
            map(cluster).put("a", "b");
            try (StateCut cut = get(cluster.feature(ReplicatedState.class).cut(LIMIT))) {
                snapshot = cut.open().readAllBytes();
            }
        }
        Path place = directory.resolve("restored");
        Target target = new Target(place, "shop", "node-1", "127.0.0.1:7400", List.of());
        IOException[] refused = new IOException[1];
        InputStream slow = new ByteArrayInputStream(snapshot) {
            @Override
            public synchronized int read(byte[] into, int offset, int length) {
                if (refused[0] == null) {
                    refused[0] = assertThrows(
                            IOException.class, () -> restore(target, 2, new ByteArrayInputStream(snapshot)));
                }
                return super.read(into, offset, length);
            }
        };
        assertThrows(IOException.class, () -> restore(target, 1, new ByteArrayInputStream(new byte[10])));
        restore(target, 1, slow);
        assertTrue(
                String.valueOf(refused[0].getMessage()).contains("another restore into " + place),
                refused[0].toString());
        assertEquals(1, OfflineRecovery.plan(place).epoch());
        assertFalse(Files.exists(directory.resolve("restored.restoring")), "nothing is left beside it");
        assertThrows(IllegalArgumentException.class, () -> restore(target, 3, new ByteArrayInputStream(snapshot)));
    }

    private static void restore(Target target, int epoch, InputStream snapshot) throws IOException {
        OfflineRestore.restore(target, epoch, snapshot, null, UpTo.END, new SplittableRandom(epoch));
    }

    @Test
    void aCutThatTheDiskHasDamagedIsNotReadToItsEnd() throws Exception {
        try (HaCluster cluster = start()) {
            map(cluster).put("a", "b");
            try (StateCut cut = get(cluster.feature(ReplicatedState.class).cut(LIMIT))) {
                assertEquals(cut.bytes(), cut.open().readAllBytes().length);
                Path file;
                try (Stream<Path> all = Files.list(directory.resolve("snapshots"))) {
                    file = all.filter(each -> each.toString().endsWith(".snap"))
                            .findFirst()
                            .orElseThrow();
                }
                try (FileChannel disk = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
                    ByteBuffer one = ByteBuffer.allocate(1);
                    disk.read(one, cut.bytes() / 2);
                    one.put(0, (byte) (one.get(0) ^ 4)).flip();
                    disk.write(one, cut.bytes() / 2);
                }
                IOException damaged =
                        assertThrows(IOException.class, () -> cut.open().readAllBytes());
                assertTrue(damaged.getMessage().contains("is damaged at offset"), damaged.toString());
            }
            // Nothing is new, and what cannot be read is written again all the same.
            try (StateCut again = get(cluster.feature(ReplicatedState.class).cut(LIMIT))) {
                assertEquals(again.bytes(), again.open().readAllBytes().length);
            }
        }
    }

    @Test
    @Timeout(120)
    void whatTheLogHasDroppedIsAGapAndNothingElseIs() throws Exception {
        HaCluster cluster = start();
        ReplicatedState state = cluster.feature(ReplicatedState.class);
        for (int i = 0; i < 200; i++) {
            map(cluster).put("a", "value-" + "x".repeat(8_000));
        }
        Throwable failure = null;
        while (failure == null) { // the log is shortened twice a second
            map(cluster).put("a", "more");
            try {
                get(state.logAfter(0, 1, LIMIT));
            } catch (ExecutionException refused) {
                failure = refused.getCause();
            }
        }
        assertInstanceOf(LogGapException.class, failure);
        assertTrue(String.valueOf(failure.getMessage()).contains("those after 0 were asked for"), failure.toString());
        cluster.stop();
        ExecutionException stopped = assertThrows(ExecutionException.class, () -> get(state.logAfter(0, 1, LIMIT)));
        assertNotEquals(LogGapException.class, stopped.getCause().getClass());
    }
}
