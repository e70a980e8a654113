package io.holdfast.replication;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.core.HaCluster;
import io.holdfast.core.spi.BytesMaps;
import io.holdfast.core.spi.ReplicatedState;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Maps that features keep are none of users'. */
class KeptNamesTest {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    @TempDir
    Path directory;

    @Test
    void whatFeaturesKeepIsNotWrittenByMistake() throws Exception {
        try (HaCluster node = HaCluster.singleNode()
                .with(LogReplication.inDirectory(directory).segmentBytes(1 << 20))
                .start()) {
            node.awaitReady(PATIENCE);
            ReplicatedState state = node.feature(ReplicatedState.class);
            byte[] value = "kept".getBytes(StandardCharsets.UTF_8);
            assertTrue(state.replaceRecord("autoscale", Optional.empty(), value, PATIENCE)
                    .toCompletableFuture()
                    .get());

            IllegalArgumentException refused = assertThrows(
                    IllegalArgumentException.class,
                    () -> ReplicatedMap.in(node, ReplicatedState.RECORDS, Codec.string(), Codec.string()));
            assertTrue(String.valueOf(refused.getMessage()).contains("call it for example \"records\""));
            BytesMaps bytes = ReplicatedBytes.in(node);
            assertThrows(
                    IllegalArgumentException.class,
                    () -> bytes.put(
                            ReplicatedState.RECORDS,
                            "autoscale".getBytes(StandardCharsets.UTF_8),
                            value,
                            Duration.ZERO));

            ReplicatedCounter.in(node, "visits").addAndGet(3);
            assertEquals(
                    3L,
                    ReplicatedMap.in(node, ReplicatedCounter.MAP, Codec.string(), Codec.longs())
                            .get("visits"),
                    "counters can be listed");
        }
    }
}
