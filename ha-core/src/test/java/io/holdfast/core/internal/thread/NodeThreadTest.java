package io.holdfast.core.internal.thread;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.slf4j.MDC;

class NodeThreadTest {
    @Test
    void itIsADaemonThatCarriesTheNodesId() throws Exception {
        CompletableFuture<String> carries = new CompletableFuture<>();
        NodeThread thread = new NodeThread("node-1", "watchdog", () -> carries.complete(MDC.get("holdfast.node")));
        assertEquals("holdfast-node-1-watchdog", thread.getName());
        assertTrue(thread.isDaemon());
        thread.start();
        assertEquals("node-1", carries.get(20, TimeUnit.SECONDS));
    }
}
