package io.holdfast.replication.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.core.HaCluster;
import io.holdfast.replication.Codec;
import io.holdfast.replication.LogReplication;
import io.holdfast.replication.ReplicatedMap;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** On real files: what a running node makes of it when its directory is not what it should be. */
class DirectoryTroubleTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @TempDir
    Path temporary;

    private HaCluster start(Path directory) {
        HaCluster node = HaCluster.singleNode()
                .with(LogReplication.inDirectory(directory)
                        .segmentBytes(64 << 10)
                        .timeout(PATIENCE))
                .start();
        node.awaitReady(PATIENCE);
        return node;
    }

    private static ReplicatedMap<String, byte[]> map(HaCluster node) {
        return ReplicatedMap.in(node, "map", Codec.string(), Codec.bytes());
    }

    private static void await(BooleanSupplier condition) throws InterruptedException {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (!condition.getAsBoolean()) {
            assertTrue(System.nanoTime() < end, "it did not come about");
            Thread.sleep(5);
        }
    }

    /** No segment can be begun: here the directory has another name for a while; a full or read-only disk looks the same. */
    @Test
    void aLogThatCannotGoOnWaitsAndGoesOnByItself() throws Exception {
        Path directory = temporary.resolve("node");
        try (HaCluster node = start(directory)) {
            ReplicatedMap<String, byte[]> map = map(node);
            map.put("before", new byte[1_000]);
            Files.move(directory.resolve("log"), directory.resolve("log-away"));
            List<CompletableFuture<?>> writes = Stream.iterate(0, i -> i + 1)
                    .limit(30)
                    .<CompletableFuture<?>>map(i -> map.putAsync("key-" + i, new byte[10_000]))
                    .toList();
            await(() -> node.whyNotReady().contains("cannot go on: "));
            assertTrue(node.whyNotReady().contains(directory.resolve("log").toString()), node.whyNotReady());
            assertTrue(writes.stream().anyMatch(write -> !write.isDone()));
            Files.move(directory.resolve("log-away"), directory.resolve("log"));
            CompletableFuture.allOf(writes.toArray(CompletableFuture[]::new)).get(60, TimeUnit.SECONDS);
            await(node::isReady);
            map.put("after", new byte[1_000]);
        }
        try (HaCluster again = start(directory)) {
            assertEquals(32, map(again).size());
        }
    }

    @Test
    void aDirectoryThatIsRemovedUnderARunningNodeStopsIt() throws Exception {
        Path directory = temporary.resolve("node");
        try (HaCluster node = start(directory)) {
            map(node).put("key", new byte[10]);
            delete(directory);
            await(() -> node.failure().isPresent());
            String why = node.failure().orElseThrow().toString();
            assertTrue(why.contains(directory.toString()) && why.contains("removed or emptied"), why);
        }
    }

    private static void delete(Path root) throws IOException {
        // The node may make a file meanwhile.
        while (Files.exists(root)) {
            try (Stream<Path> files = Files.walk(root)) {
                for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                    Files.deleteIfExists(file);
                }
            } catch (IOException | java.io.UncheckedIOException e) {
                // once more
            }
        }
    }
}
