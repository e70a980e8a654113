package io.holdfast.verification.process;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.holdfast.replication.log.FeatureLevel;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The way of an upgrade and back with real processes; {@code verification/upgrade.sh} goes it with an earlier release's jars. */
class RollingUpgradeTest {
    @Test
    @Timeout(600)
    void oneReleaseAfterTheOtherUnderLoad(@TempDir Path directory) throws Exception {
        String classPath = NodeRelease.present().classPath();
        NodeRelease earlier = new NodeRelease(classPath, FeatureLevel.SUPPORTED);
        NodeRelease later = new NodeRelease(classPath, FeatureLevel.SUPPORTED + 1);
        assertEquals(List.of(), RollingUpgrade.run(directory, earlier, later, true));
    }
}
