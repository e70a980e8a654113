package io.holdfast.replication.node;

import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.core.HaCluster;
import io.holdfast.core.NotAvailableException;
import io.holdfast.core.spi.ReplicatedState;
import io.holdfast.core.spi.ReplicatedState.Bound;
import io.holdfast.replication.LogReplication;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A real node that is asked whether it is fresh enough. */
class ConfirmationTest {
    private static final Duration LIMIT = Duration.ofMinutes(1);

    @TempDir
    Path directory;

    private HaCluster start() {
        HaCluster cluster = HaCluster.singleNode()
                .with(LogReplication.inDirectory(directory).segmentBytes(64 << 10))
                .start();
        cluster.awaitReady(Duration.ofSeconds(30));
        return cluster;
    }

    private static void get(CompletionStage<Void> answer) throws Exception {
        answer.toCompletableFuture().get(30, TimeUnit.SECONDS);
    }

    private static void assertNotAvailable(CompletionStage<Void> answer, String why) {
        ExecutionException failed = assertThrows(ExecutionException.class, () -> get(answer));
        assertInstanceOf(NotAvailableException.class, failed.getCause());
        assertTrue(failed.getCause().getMessage().contains(why), failed.toString());
    }

    @Test
    void theMasterIsAsFreshAsCanBeAndNoFresher() throws Exception {
        try (HaCluster cluster = start()) {
            ReplicatedState state = cluster.feature(ReplicatedState.class);
            get(state.confirm(new Bound.Within(Duration.ZERO), LIMIT));
            get(state.confirm(
                    new Bound.Master(state.announcedMaster().orElseThrow().token()), LIMIT));
            assertNotAvailable(
                    state.confirm(new Bound.AtLeast(Long.MAX_VALUE), Duration.ofMillis(1)), "took longer than");
        }
    }

    /** Its loop, which would see to the limit, ends before that. */
    @Test
    void whoeverWaitsIsAnsweredWhenTheNodeStops() {
        HaCluster cluster = start();
        ReplicatedState state = cluster.feature(ReplicatedState.class);
        CompletionStage<Void> waits = state.confirm(new Bound.AtLeast(Long.MAX_VALUE), LIMIT);
        cluster.stop();
        assertNotAvailable(waits, "");
        assertNotAvailable(state.confirm(new Bound.AtLeast(0), LIMIT), "stopp");
    }
}
