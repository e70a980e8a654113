package io.holdfast.replication.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.core.HaCluster;
import io.holdfast.core.NotAvailableException;
import io.holdfast.replication.Codec;
import io.holdfast.replication.LogReplication;
import io.holdfast.replication.ReplicatedMap;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** On real files: what a node that was stopped in order leaves behind. */
class OrderlyStopTest {
    @TempDir
    Path directory;

    private void run(LogReplication log, String value) {
        try (HaCluster cluster = HaCluster.singleNode().with(log).start()) {
            cluster.awaitReady(Duration.ofSeconds(30));
            ReplicatedMap<String, String> map = ReplicatedMap.in(cluster, "map", Codec.string(), Codec.string());
            map.put("key", value);
            assertEquals(value, map.get("key"));
        }
    }

    private LogReplication log() {
        return LogReplication.inDirectory(directory).segmentBytes(64 << 10);
    }

    private static int lastIndexOf(byte[] bytes, String text) {
        return new String(bytes, java.nio.charset.StandardCharsets.ISO_8859_1).lastIndexOf(text);
    }

    /** The last segment that holds that text. */
    private Path segmentWith(String text) throws IOException {
        try (Stream<Path> files = Files.list(directory.resolve("log"))) {
            List<Path> sorted = files.sorted().toList();
            for (int i = sorted.size() - 1; i >= 0; i--) {
                if (lastIndexOf(Files.readAllBytes(sorted.get(i)), text) >= 0) {
                    return sorted.get(i);
                }
            }
        }
        throw new AssertionError(text + " is in no segment");
    }

    @Test
    void damageToTheLastBatchIsNotTakenForATornWrite() throws Exception {
        run(log(), "the-last-value");
        Path segment = segmentWith("the-last-value");
        byte[] bytes = Files.readAllBytes(segment);
        bytes[lastIndexOf(bytes, "the-last-value")] ^= 1;
        Files.write(segment, bytes);
        try (HaCluster again = HaCluster.singleNode().with(log()).start()) {
            assertThrows(NotAvailableException.class, () -> again.awaitReady(Duration.ofSeconds(30)));
            String why = again.failure().orElseThrow().toString();
            assertTrue(why.contains(String.valueOf(segment.getFileName())), why);
        }
    }

    @Test
    void anUnforcedLogLosesItsMarkAndCanBeReadForcedOrNot() {
        Path mark = directory.resolve("unforced");
        run(log().unforced(), "one");
        assertFalse(Files.exists(mark));
        run(log(), "two");
        HaCluster left = HaCluster.singleNode().with(log().unforced()).start();
        try {
            left.awaitReady(Duration.ofSeconds(30));
            assertTrue(Files.exists(mark));
            assertEquals(
                    "two",
                    ReplicatedMap.in(left, "map", Codec.string(), Codec.string())
                            .get("key"));
        } finally {
            left.close();
        }
        assertFalse(Files.exists(mark));
    }
}
