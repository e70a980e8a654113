package io.holdfast.verification.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.core.HaCluster;
import io.holdfast.core.Health;
import io.holdfast.core.HealthReport;
import io.holdfast.core.Node;
import io.holdfast.replication.LogReplication;
import io.holdfast.testkit.SimulatedNode;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Disks that are full, or whose forces fail, under load: the node says so and stops, nothing is lost, and it comes back. */
class DiskTroubleTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final ScriptedCluster cluster = new ScriptedCluster(256 << 10);
    private final HaCluster client;

    DiskTroubleTest() {
        SimulatedNode elsewhere = cluster.simulation.node("client");
        client = HaCluster.builder("sim")
                .node(Node.client("client"))
                .with(LogReplication.client("node-1:7400", "node-2:7400", "node-3:7400"))
                .runtime(elsewhere.runtime())
                .executor(elsewhere.callbacks())
                .start();
    }

    private HaCluster process(SimulatedNode machine) {
        return cluster.processes.get(machine.id());
    }

    private SimulatedNode aSlave() {
        SimulatedNode master = cluster.master();
        return cluster.machines.stream()
                .filter(machine -> !machine.equals(master))
                .findFirst()
                .orElseThrow();
    }

    private void write(int count) {
        cluster.write(client, count, () -> false);
    }

    private void fill(SimulatedNode machine) {
        machine.storage().capacity(machine.storage().usedBytes());
    }

    /** It has stopped by itself, and says which file and why. */
    private void assertStopped(SimulatedNode machine, String why) {
        assertTrue(
                cluster.simulation.runUntil(() -> process(machine).failure().isPresent(), PATIENCE),
                machine.id() + " goes on");
        String said = "";
        for (Throwable cause = process(machine).failure().get(); cause != null; cause = cause.getCause()) {
            said += cause.getMessage() + "; ";
        }
        assertTrue(said.contains("data/") && said.contains(why), said);
        assertFalse(process(machine).isReady());
    }

    /** It goes on running, says which directory and why, and takes part again by itself when there is room. */
    private void assertStalled(SimulatedNode machine) {
        String why = process(machine).whyNotReady();
        assertTrue(
                why.contains("data/log") && why.contains("No space left"),
                why + cluster.simulation.failures() + process(machine).failure());
        assertTrue(process(machine).failure().isEmpty());
    }

    private void makeRoom(SimulatedNode machine) {
        machine.storage().capacity(Long.MAX_VALUE);
    }

    private void comesBack(SimulatedNode machine) {
        machine.kill();
        cluster.start(machine);
    }

    private void assertItGoesOn() {
        cluster.await("all are back");
        int before = cluster.acknowledged.size();
        write(3);
        assertEquals(before + 3, cluster.acknowledged.size());
        cluster.assertNothingIsLost();
    }

    @Test
    void aSlaveWhoseDiskIsFullWaitsAndTheOthersGoOn() {
        SimulatedNode slave = aSlave();
        fill(slave);
        for (int i = 0; i < 10; i++) {
            write(12);
        }
        assertEquals(120, cluster.acknowledged.size(), "the others go on");
        assertStalled(slave);
        makeRoom(slave);
        assertItGoesOn();
    }

    @Test
    void aMasterWhoseDiskIsFullGivesWay() {
        SimulatedNode master = cluster.master();
        fill(master);
        for (int i = 0; i < 10; i++) {
            write(12);
        }
        assertStalled(master);
        assertTrue(cluster.acknowledged.size() > 60, "another one took over: " + cluster.acknowledged.size());
        makeRoom(master);
        assertItGoesOn();
    }

    @Test
    void whereAllDisksAreFullNothingIsLost() {
        cluster.machines.forEach(this::fill);
        for (int i = 0; i < 4; i++) {
            write(12);
        }
        long waiting = cluster.machines.stream()
                .filter(machine -> process(machine).whyNotReady().contains("No space left"))
                .count();
        assertTrue(waiting >= 2, waiting + " nodes wait for room");
        cluster.machines.forEach(this::makeRoom);
        assertItGoesOn();
    }

    @Test
    void aFailedForceIsFinalAndAnotherNodeTakesOver() {
        SimulatedNode master = cluster.master();
        master.storage().failNextForce(path -> path.toString().endsWith(".seg"), "Input/output error");
        write(12);
        assertStopped(master, "Input/output error");
        assertEquals(12, cluster.acknowledged.size(), "another node took them over");
        comesBack(master);
        assertItGoesOn();
    }

    /** A snapshot is no reason to stop: the log is there. */
    @Test
    void aSnapshotThatCannotBeWrittenCostsNothingButSpace() {
        SimulatedNode slave = aSlave();
        slave.storage().failNextWrite(path -> path.toString().contains("snapshots"), "No space left on device");
        for (int i = 0; i < 10; i++) {
            write(12);
            cluster.simulation.runFor(Duration.ofSeconds(1));
        }
        assertTrue(process(slave).isReady());
        assertEquals(120, cluster.acknowledged.size());
        assertFalse(slave.storage().files().stream()
                .anyMatch(path -> path.toString().endsWith(".part")));
        // The next attempt is made after a minute.
        cluster.simulation.runFor(Duration.ofSeconds(70));
        assertTrue(slave.storage().files().stream()
                .anyMatch(path -> path.toString().endsWith(".snap")));
        assertItGoesOn();
    }

    @Test
    void aDiskThatIsSlowOrNearlyFullIsToldAndRecovers() {
        SimulatedNode slave = aSlave();
        HaCluster process = process(slave);
        assertEquals(Health.UP, process.health().health(), process.health().toString());
        slave.storage().stall(Duration.ofSeconds(3));
        write(1);
        assertTrue(
                cluster.simulation.runUntil(() -> is(process, "disk", Health.DEGRADED), PATIENCE),
                process.health().toString());
        assertEquals(Health.UP, process(cluster.master()).health().health(), "the others' disks are their own");
        assertTrue(cluster.simulation.runUntil(() -> is(process, "disk", Health.UP), PATIENCE.multipliedBy(2)), "calm");
        slave.storage().capacity(slave.storage().usedBytes() + (64 << 10));
        assertTrue(
                cluster.simulation.runUntil(() -> is(process, "disk-space", Health.DEGRADED), PATIENCE),
                process.health().toString());
        slave.storage().capacity(Long.MAX_VALUE);
        assertTrue(cluster.simulation.runUntil(() -> is(process, "disk-space", Health.UP), PATIENCE), "room again");
    }

    private static boolean is(HaCluster process, String subject, Health health) {
        HealthReport.Finding finding = process.health().findings().get(subject);
        return finding != null && finding.health() == health;
    }
}
