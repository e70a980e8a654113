package io.holdfast.verification.process;

import static io.holdfast.verification.process.Eventually.eventually;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.holdfast.core.HaCluster;
import io.holdfast.replication.ReplicatedLog;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Real disks that are filled under load, each node on one of its own: on one slave, on the master, on all. The node says
 * why, goes on by itself when there is room again, in the same process, and nothing acknowledged is lost. Needs root, and
 * {@code -Preal-disks}.
 */
@Tag("real-disks")
class FullDiskTest {
    private static final int DISK_MEGABYTES = 48;
    /** So little that who is away while {@link #BEHIND} writes are made needs a snapshot from the master. */
    private static final NodeTuning SMALL = new NodeTuning(256 << 10, 256 << 10, 0);

    private static final long BEHIND = 8_000;
    private static final Duration TIMEOUT = Duration.ofSeconds(4);
    /** A disk must take the log of the minute after which a snapshot that failed is tried again. */
    private static final Duration PACE = Duration.ofNanos(500_000);
    /** The default election time-out with its random half, and what two busy processors add. */
    private static final Duration TAKEN_OVER = Duration.ofMillis(3_500);

    /** A cluster on its disks, under load. */
    private static final class Loaded implements AutoCloseable {
        final List<SmallDisk> disks = new ArrayList<>();
        final ProcessCluster cluster;
        final HaCluster client;
        final ReplicatedLog log;
        final Feeder feeder;

        Loaded(String kind, Path directory) throws Exception {
            cluster = new ProcessCluster(directory, 3, "default", "file", SMALL);
            boolean begun = false;
            try {
                for (int i = 1; i <= 3; i++) {
                    disks.add(new SmallDisk(kind, directory.resolve("node-" + i), DISK_MEGABYTES));
                }
                cluster.startAll();
                cluster.awaitReady();
                client = cluster.client("feeder", TIMEOUT);
                client.awaitReady(Waiting.PATIENCE);
                log = ReplicatedLog.in(client);
                feeder = Feeder.patient(log, PACE);
                feeder.start();
                awaitMore(1_000);
                begun = true;
            } finally {
                if (!begun) {
                    end();
                }
            }
        }

        void awaitMore(long answers) throws Exception {
            long wanted = feeder.acknowledged() + answers;
            eventually(answers + " more answers", () -> feeder.acknowledged() >= wanted, feeder::problems);
        }

        SmallDisk diskOf(NodeProcess node) {
            return disks.stream()
                    .filter(disk -> disk.directory().endsWith(node.id()))
                    .findFirst()
                    .orElseThrow();
        }

        /** It says which directory is full; whatever becomes free until then is taken, too. */
        void fill(NodeProcess node) throws Exception {
            SmallDisk disk = diskOf(node);
            eventually(
                    node.id() + " says that its disk is full",
                    () -> {
                        disk.fill();
                        return saysThatItIsFull(node);
                    },
                    () -> node.status() + " " + node.whyNotReady());
        }

        boolean saysThatItIsFull(NodeProcess node) throws Exception {
            String why = node.whyNotReady();
            return why.contains(diskOf(node).directory().toString()) && why.contains("No space left");
        }

        /** Ready, and not behind what had been acknowledged when this was asked. */
        void awaitBack(NodeProcess node) throws Exception {
            long index = cluster.master().status().applied();
            eventually(
                    node.id() + " is back",
                    () -> node.status().state().equals("ready") && node.status().applied() >= index,
                    () -> node.status() + " of " + index + " " + node.whyNotReady());
        }

        /** All of it is there, once and in order, and every node is the process that was started. */
        void assertNothingIsLost(List<NodeProcess> started) throws Exception {
            awaitMore(500);
            feeder.finish();
            assertEquals(List.of(), feeder.problems());
            Sequence.Account account = Sequence.Account.decode(log.query(new byte[0]));
            String all = account + ", acknowledged: " + feeder.acknowledged() + " up to " + feeder.highestAcknowledged()
                    + ", unknown: " + feeder.uncertain() + ", refused: " + feeder.refused();
            System.out.println(all);
            assertEquals(0, account.disorders(), all);
            assertTrue(account.last() >= feeder.highestAcknowledged(), all);
            assertTrue(account.count() >= feeder.acknowledged(), all);
            assertTrue(account.count() <= feeder.acknowledged() + feeder.uncertain(), all);
            for (NodeProcess node : started) {
                assertTrue(node.isAlive(), node.id());
                assertFalse(node.status().state().equals("failed"), node.id());
            }
        }

        private void end() {
            cluster.close();
            disks.forEach(SmallDisk::close);
        }

        @Override
        public void close() {
            feeder.close();
            client.close();
            end();
        }
    }

    /** Failures since this was made. */
    private static final class MoreFailures {
        private final Feeder feeder;
        private final long before;

        MoreFailures(Feeder feeder) {
            this.feeder = feeder;
            this.before = failures();
        }

        private long failures() {
            return feeder.uncertain() + feeder.refused();
        }

        boolean haveCome() {
            return failures() > before + 64; // as many as were in flight
        }
    }

    @BeforeEach
    void mayMount() {
        assumeTrue(SmallDisk.isPossible(), "mounting a disk for each node needs Linux and root: skipped");
    }

    @ParameterizedTest
    @ValueSource(strings = {"tmpfs", "ext4"})
    void aSlaveWithoutRoomWaitsAndTheOthersGoOn(String kind, @TempDir Path directory) throws Exception {
        try (Loaded loaded = new Loaded(kind, directory)) {
            List<NodeProcess> nodes = loaded.cluster.processes();
            NodeProcess master = loaded.cluster.master();
            long term = master.status().term();
            NodeProcess slave =
                    nodes.stream().filter(node -> node != master).findFirst().orElseThrow();
            loaded.fill(slave);
            loaded.awaitMore(BEHIND);
            assertTrue(loaded.saysThatItIsFull(slave), slave.whyNotReady());
            assertEquals(term, master.status().term(), "a slave's disk is no reason for an election");
            assertEquals(0, loaded.feeder.uncertain() + loaded.feeder.refused(), "writes failed for a slave's disk");
            loaded.diskOf(slave).free();
            loaded.awaitBack(slave);
            assertEquals(term, master.status().term(), "nor is its coming back");
            loaded.assertNothingIsLost(nodes);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"tmpfs", "ext4"})
    void anotherTakesOverFromAMasterWithoutRoom(String kind, @TempDir Path directory) throws Exception {
        try (Loaded loaded = new Loaded(kind, directory)) {
            List<NodeProcess> nodes = loaded.cluster.processes();
            NodeProcess master = loaded.cluster.master();
            loaded.feeder.takeLongestGapNanos();
            loaded.fill(master);
            loaded.awaitMore(BEHIND);
            Duration gap = Duration.ofNanos(loaded.feeder.takeLongestGapNanos());
            System.out.println("without answers for " + gap.toMillis() + " ms");
            assertFalse(loaded.cluster.master() == master, "the full one is still master");
            assertTrue(loaded.saysThatItIsFull(master), master.whyNotReady());
            assertTrue(gap.compareTo(TAKEN_OVER) < 0, "without answers for " + gap);
            loaded.diskOf(master).free();
            loaded.awaitBack(master);
            loaded.assertNothingIsLost(nodes);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"tmpfs", "ext4"})
    void withoutRoomAnywhereWritesEndWithClearErrorsUntilThereIs(String kind, @TempDir Path directory)
            throws Exception {
        try (Loaded loaded = new Loaded(kind, directory)) {
            List<NodeProcess> nodes = loaded.cluster.processes();
            eventually(
                    "two nodes say that their disks are full",
                    () -> {
                        int full = 0;
                        for (NodeProcess node : nodes) {
                            loaded.diskOf(node).fill();
                            full += loaded.saysThatItIsFull(node) ? 1 : 0;
                        }
                        return full >= 2; // the third has nobody who would have it write
                    },
                    loaded.feeder::problems);
            eventually(
                    "writes end with errors",
                    () -> loaded.feeder.uncertain() + loaded.feeder.refused() > 0,
                    loaded.feeder::problems);
            System.out.println("without room anywhere: " + loaded.feeder.lastFailure());
            assertEquals(List.of(), loaded.feeder.problems(), "errors of a kind that says nothing");
            long acknowledged = loaded.feeder.acknowledged();
            eventually(
                    "a further write ends with an error",
                    new MoreFailures(loaded.feeder)::haveCome,
                    loaded.feeder::problems);
            assertEquals(acknowledged, loaded.feeder.acknowledged(), "a write was acknowledged without any room");
            for (SmallDisk disk : loaded.disks) {
                disk.free();
            }
            loaded.awaitMore(1_000);
            for (NodeProcess node : nodes) {
                loaded.awaitBack(node);
            }
            loaded.assertNothingIsLost(nodes);
        }
    }
}
