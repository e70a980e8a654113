package io.holdfast.verification.sim;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.core.HaEvent;
import io.holdfast.core.HaEvent.Kind;
import io.holdfast.testkit.SimulatedNode;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What happens to disks, logs and snapshots reaches the listener of events, from the node that it happens to. */
class EventsTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final ScriptedCluster cluster = new ScriptedCluster(256 << 10);
    private final SimulatedNode third = cluster.machines.get(2);

    private void awaitTold(SimulatedNode by, Kind... kinds) {
        for (Kind kind : kinds) {
            assertTrue(
                    cluster.simulation.runUntil(() -> told(by).contains(kind), PATIENCE),
                    () -> kind + " is not told by " + by.id() + ": " + cluster.events);
        }
    }

    private List<Kind> told(SimulatedNode by) {
        return cluster.events.stream()
                .filter(event -> event.node().equals(by.id()))
                .map(HaEvent::kind)
                .toList();
    }

    private void write(int times) {
        for (int i = 0; i < times; i++) {
            cluster.write(12);
        }
    }

    @Test
    void aFullDiskAndThatThereIsRoomAgain() {
        cluster.events.clear();
        third.storage().capacity(third.storage().usedBytes());
        write(10);
        awaitTold(third, Kind.LOG_STALLED, Kind.NOT_READY, Kind.HEALTH);
        cluster.events.clear();
        third.storage().capacity(Long.MAX_VALUE);
        awaitTold(third, Kind.LOG_GOES_ON, Kind.READY, Kind.HEALTH);
    }

    @Test
    void damageAndThatItIsHealed() {
        write(2);
        third.kill();
        cluster.events.clear();
        List<Path> segments = third.storage().files().stream()
                .filter(path -> path.toString().endsWith(".seg"))
                .sorted()
                .toList();
        // Not in the last one: what is wrong at the end may be a write that a crash interrupted, and is no damage.
        segments.subList(0, segments.size() - 1).forEach(file -> third.storage().flipBit(file, 20_000, 3));
        cluster.start(third);
        awaitTold(third, Kind.STARTED, Kind.DAMAGE, Kind.HEALED, Kind.READY);
    }

    @Test
    void snapshotsThatAreTakenAndInstalled() {
        third.kill();
        cluster.events.clear();
        write(8);
        SimulatedNode master = cluster.master();
        awaitTold(master, Kind.SNAPSHOT_TAKEN);
        for (int i = 0; i < 5; i++) {
            write(2);
            cluster.simulation.runFor(Duration.ofSeconds(1));
        }
        cluster.start(third);
        awaitTold(third, Kind.SNAPSHOT_INSTALLED, Kind.READY);
    }
}
