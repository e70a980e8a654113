package io.holdfast.verification.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A process whose callback hangs is halted, where that was asked for. */
class HaltOnOverrunTest {
    private static final int HALT_STATUS = 71;

    @TempDir
    Path directory;

    @Test
    void aRolesTaskThatHangsHaltsTheProcess() throws Exception {
        assertHalts(List.of("role", directory.resolve("log").toString()), "invoices");
    }

    @Test
    void soDoesOnMasterByTheConfigurationsKey() throws Exception {
        Path settings =
                Files.writeString(directory.resolve("holdfast.properties"), """
                holdfast.cluster.singleNode=true
                holdfast.cluster.stopWithin=100ms
                holdfast.cluster.haltOnOverrun=true
                holdfast.node.bind=127.0.0.1:0
                holdfast.replication.fast=true
                holdfast.replication.directory=%s
                """.formatted(directory.resolve("log")));
        assertHalts(List.of("master", settings.toString()), "master");
    }

    @Test
    void soDoesATaskWhoseGrantRunsOutWhileTheNodesLoopStandsStill() throws Exception {
        assertHalts(List.of("stalled", directory.resolve("log").toString()), "invoices");
        String log = Files.readString(directory.resolve("node-1.log"));
        assertTrue(log.contains("no longer holds role invoices: it could not be renewed in time"), log);
        assertTrue(log.contains("[holdfast-node-1-watchdog] ERROR"), log);
    }

    private void assertHalts(List<String> arguments, String role) throws Exception {
        Path logFile = directory.resolve("node-1.log");
        try (ChildProgram node = ChildProgram.start(OverrunProgram.class, logFile, arguments)) {
            assertEquals(HALT_STATUS, node.exitStatus(), node.lines() + "\n" + Files.readString(logFile));
        }
        String log = Files.readString(logFile);
        assertTrue(log.contains("the callbacks of role " + role + " still run"), log);
        assertTrue(log.contains("the process is halted, as haltOnOverrun asks"), log);
        assertTrue(log.contains("OverrunProgram.hang("), "where it is: " + log);
    }
}
