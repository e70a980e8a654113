package io.holdfast.verification.process;

import static io.holdfast.verification.process.Eventually.eventually;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.core.HaCluster;
import io.holdfast.replication.ReplicatedLog;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A process that may have few files open, whose application takes all that are left: its node says what is wrong and waits,
 * the others go on, and it catches up by itself when there are files again.
 */
class OpenFilesTest {
    private static final int LIMIT = 256;
    private static final NodeTuning FEW = new NodeTuning(256 << 10, 256L << 20, LIMIT);

    @Test
    void aSlaveWithoutFilesToOpenSaysSoAndGoesOnWhenThereAre(@TempDir Path directory) throws Exception {
        try (ProcessCluster cluster = new ProcessCluster(directory, 3, "patient", "file", FEW)) {
            cluster.startAll();
            cluster.awaitReady();
            try (HaCluster client = cluster.client("feeder");
                    Feeder feeder = new Feeder(ReplicatedLog.in(client))) {
                client.awaitReady(Waiting.PATIENCE);
                feeder.start();
                NodeProcess master = cluster.master();
                NodeProcess slave = cluster.processes().stream()
                        .filter(node -> node != master)
                        .findFirst()
                        .orElseThrow();
                int taken = slave.takeOpenFiles();
                assertTrue(taken > 0 && taken < LIMIT, taken + " of " + LIMIT);
                eventually(
                        "the slave says what is wrong",
                        () -> {
                            String why = slave.whyNotReady();
                            return why.contains("Too many open files")
                                    && why.contains(
                                            directory.resolve(slave.id()).toString());
                        },
                        () -> slave.status() + " " + slave.whyNotReady());
                long acknowledged = feeder.acknowledged();
                eventually("the others go on", () -> feeder.acknowledged() > acknowledged + 2_000, feeder::problems);
                slave.giveOpenFilesBack();
                long index = master.status().applied();
                eventually(
                        "the slave is back",
                        () -> slave.status().state().equals("ready")
                                && slave.status().applied() >= index,
                        () -> slave.status() + " of " + index + " " + slave.whyNotReady());
                feeder.finish();
                assertEquals(List.of(), feeder.problems());
                assertEquals(0, feeder.uncertain(), "writes failed for a slave's files");
            }
        }
    }
}
