package io.holdfast.replication.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
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
import io.holdfast.replication.ReplicatedMap;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
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
