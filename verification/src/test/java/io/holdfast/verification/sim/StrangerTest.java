package io.holdfast.verification.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.core.HaCluster;
import io.holdfast.core.Node;
import io.holdfast.replication.LogReplication;
import io.holdfast.replication.session.LogAccess;
import io.holdfast.testkit.SimulatedNode;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A node that is none of the cluster's, with the cluster's name: it learns nothing, and changes nothing. */
class StrangerTest {
    @Test
    void whoIsNeitherListedNorAVoterIsNotSpokenTo() {
        ScriptedCluster cluster = new ScriptedCluster();
        long term = cluster.processes
                .get("node-1")
                .feature(LogAccess.class)
                .status()
                .term();
        SimulatedNode machine = cluster.simulation.node("node-9");
        HaCluster stranger = HaCluster.builder("sim")
                .node(Node.of("node-9").bind("node-9:7400"))
                .with(LogReplication.inDirectory(Path.of("data"))
                        .bootstrap("node-1@node-1:7400", "node-2@node-2:7400", "node-9@node-9:7400"))
                .runtime(machine.runtime())
                .executor(machine.callbacks())
                .start();
        cluster.simulation.runFor(Duration.ofSeconds(30));
        assertFalse(stranger.isReady());
        assertTrue(stranger.whyNotReady().contains("is being formed"), stranger.whyNotReady());
        cluster.write(4);
        cluster.await("the cluster goes on");
        assertEquals(
                term,
                cluster.processes
                        .get("node-1")
                        .feature(LogAccess.class)
                        .status()
                        .term());
        assertEquals(List.of(), cluster.simulation.failures());
        stranger.stop();
    }
}
