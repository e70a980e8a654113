package io.holdfast.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.core.internal.thread.NodeThread;
import io.holdfast.core.testing.LogCapture;
import io.holdfast.core.testing.MemoryWorld;
import io.holdfast.core.testing.ThreadRuntime;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What the JVM is asked to do at its end, and for how long it is asked; that it does so is for real processes to show. */
@Timeout(40)
class ShutdownHookTest {
    private final FakeFeature feature = new FakeFeature("one");

    private HaCluster.Builder builder() {
        return HaCluster.builder("shop").node(Node.of("node-1")).with(feature).runtime(new ThreadRuntime());
    }

    @Test
    void itIsThereWhileTheNodeRuns() {
        HaCluster cluster = builder().start();
        ShutdownHook hook = hookOf(cluster);
        assertTrue(hook.remove(), "the JVM had it");
        cluster.stop();
    }

    private static ShutdownHook hookOf(HaCluster cluster) {
        ShutdownHook hook = cluster.run.shutdownHook();
        if (hook == null) {
            throw new AssertionError("nothing stops " + cluster + " when the JVM ends");
        }
        return hook;
    }

    /** As the JVM runs it; of several nodes in one process its lines say which one stops. */
    @Test
    void itStopsTheNodeAndItsLinesCarryTheNodesId() throws Exception {
        HaCluster cluster = builder().start();
        Thread thread = hookOf(cluster).thread();
        assertTrue(hookOf(cluster).remove(), "else the JVM would start it a second time");
        try (LogCapture log = LogCapture.of("io.holdfast.core")) {
            thread.start();
            thread.join();
            assertEquals(
                    List.of("holdfast-node-1-shutdown node-1"),
                    log.threads("the process is told to end", NodeThread.MDC_NODE));
        }
        assertTrue(feature.events.contains("stop one"), feature.events.toString());
        assertFalse(cluster.isLive(), "it has stopped when the hook returns");
    }

    @Test
    void aNodeThatHasStoppedLeavesNone() {
        HaCluster cluster = builder().start();
        cluster.stop();
        assertFalse(hookOf(cluster).remove(), "the JVM would keep the node for ever");
    }

    @Test
    void norDoesOneThatHasFailedOrNotStarted() throws Exception {
        feature.onStart = () -> {
            throw new IllegalStateException("no");
        };
        HaCluster cluster = builder().build();
        assertThrows(StartFailedException.class, cluster::start);
        cluster.stopAsync().get();
        assertFalse(hookOf(cluster).remove());
    }

    @Test
    void itIsLeftOutByCodeAndByConfiguration(@TempDir Path directory) throws Exception {
        HaCluster byCode = builder().stopOnShutdown(false).start();
        assertNull(byCode.run.shutdownHook());
        byCode.stop();

        Path file = Files.writeString(directory.resolve("holdfast.properties"), """
                holdfast.cluster.name=shop
                holdfast.cluster.stopOnShutdown=false
                holdfast.node.id=node-1
                """);
        HaCluster configured = HaCluster.builder(Configuration.load(file))
                .with(feature)
                .runtime(new ThreadRuntime())
                .start();
        assertNull(configured.run.shutdownHook());
        configured.stop();
    }

    @Test
    void aLoopThatIsTheCallersThreadIsNotStoppedByAnother() {
        HaCluster cluster = HaCluster.builder("shop")
                .node(Node.of("node-1"))
                .with(feature)
                .runtime(new MemoryWorld().runtime("host-1"))
                .start();
        assertNull(cluster.run.shutdownHook());
        cluster.stop();
    }
}
