package io.holdfast.replication.log;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** A log that is damaged, on a node that can have from others what is missing. */
class HealingTest {
    private static final LogOptions HEALS = new LogOptions(LogFixture.SMALL, true, true);
    private static final Path QUARANTINE = LogFixture.DIRECTORY.resolveSibling("quarantine");

    private MemoryStorage storage = new MemoryStorage();
    private List<byte[]> written = List.of();

    /** Eleven batches of one entry in six segments, all durable and marked as such; the first ten are committed. */
    private void write() throws IOException {
        try (LogFixture f = new LogFixture(storage)) {
            for (int i = 1; i <= 11; i++) {
                f.append(1, 1 + i / 4, 30_000, Math.min(10, i - 1));
                f.force();
                f.worker.runAll();
            }
            f.log.mark(10);
            f.force();
            written = f.readAll();
        }
    }

    private SegmentedLog open() throws IOException {
        return open(new ManualWorker());
    }

    private SegmentedLog open(ManualWorker worker) throws IOException {
        return SegmentedLog.open(
                storage, LogFixture.DIRECTORY, HEALS, LogFixture.CLUSTER, new Random(5), worker, LogBase.NONE);
    }

    private void flip(int sequence, int at) {
        Path file = SegmentFile.path(LogFixture.DIRECTORY, sequence);
        byte[] bytes = storage.bytes(file);
        bytes[at] ^= 4;
        storage.put(file, bytes);
    }

    @Test
    void theLogIsCutBeforeTheDamageAndWhatIsBehindItIsSetAside() throws IOException {
        write();
        flip(3, 40_000); // index 6
        try (SegmentedLog log = open()) {
            Recovery recovery = log.recovery();
            DamagedLogException damage = recovery.damage();
            assertNotNull(damage);
            assertEquals(6, damage.index());
            assertTrue(damage.file().endsWith("0000000003.seg"), damage.file());
            assertEquals(5, recovery.lastIndex());
            assertEquals(5, recovery.durableIndex());
            assertEquals(10, recovery.neededIndex());
            assertTrue(recovery.tailCut());
            List<byte[]> left = LogFixture.readAll(log);
            for (int i = 0; i < 5; i++) {
                assertArrayEquals(written.get(i), left.get(i));
            }
        }
        assertEquals(
                3, storage.list(QUARANTINE).size(), storage.list(QUARANTINE).toString());
        try (SegmentedLog log = open()) {
            assertNull(log.recovery().damage(), "it is cut");
            assertTrue(log.recovery().tailCut(), "and not healed");
            assertEquals(10, log.recovery().neededIndex());
            log.settle();
            log.ticket().force();
        }
        try (SegmentedLog log = open()) {
            assertEquals(new Recovery(false, 5, 2, 4, 5, false, 0, null), log.recovery());
        }
        assertEquals(0, storage.openFiles());
    }

    @Test
    void withNothingBeforeTheDamageItBeginsAnew() throws IOException {
        write();
        flip(1, 3);
        try (SegmentedLog log = open()) {
            assertEquals(0, log.lastIndex());
            assertTrue(log.recovery().tailCut());
            assertEquals(10, log.recovery().neededIndex());
        }
        assertEquals(4, storage.list(QUARANTINE).size(), "not more than that");
    }

    /** Wherever a bit flips: it is found, or it is of no consequence. */
    @Test
    void noFlippedBitIsTakenForGood() throws IOException {
        write();
        MemoryStorage whole = storage;
        Random random = new Random(8);
        int found = 0;
        for (int round = 0; round < 200; round++) {
            storage = whole.copy();
            int sequence = 1 + random.nextInt(6);
            flip(sequence, random.nextInt(random.nextBoolean() ? 62_000 : 200));
            try (SegmentedLog log = open()) {
                List<byte[]> left = LogFixture.readAll(log);
                for (int i = 0; i < left.size(); i++) {
                    assertArrayEquals(written.get(i), left.get(i));
                }
                if (left.size() < written.size()) {
                    found++;
                    assertTrue(log.recovery().tailCut(), "round " + round);
                    assertEquals(
                            10,
                            log.recovery().damage() == null
                                    ? 10
                                    : log.recovery().neededIndex());
                }
            }
            assertEquals(0, storage.openFiles());
        }
        assertTrue(found > 100, found + " of 200 were found");
    }

    @Test
    void aCrashWhileItIsCutLeavesTheDamageOrTheCut() throws IOException {
        write();
        flip(3, 40_000);
        MemoryStorage damaged = storage;
        boolean all = false;
        for (int operation = 0; !all; operation++) {
            for (int seed = 0; seed < 8; seed++) {
                storage = damaged.copy();
                storage.failAfter = operation;
                try (SegmentedLog log = open()) {
                    all = log.lastIndex() == 5;
                } catch (IOException | RuntimeException cut) {
                    // the power goes just then
                }
                storage.crash(new Random(seed));
                storage.failAfter = Long.MAX_VALUE;
                try (SegmentedLog log = open()) {
                    assertEquals(5, log.lastIndex());
                    assertTrue(log.recovery().tailCut());
                    assertEquals(10, log.recovery().neededIndex());
                }
            }
        }
    }

    @Test
    void anotherClustersLogIsNeverHealed() throws IOException {
        write();
        UUID other = new UUID(1, 2);
        assertThrows(
                DamagedLogException.class,
                () -> SegmentedLog.open(
                        storage, LogFixture.DIRECTORY, HEALS, other, new Random(1), new ManualWorker(), LogBase.NONE));
    }

    /** It was damaged again before it had had what was missing. */
    @Test
    void whatIsKnownToBeCommittedIsNotForgottenByTheNextDamage() throws IOException {
        write();
        flip(3, 40_000); // index 6
        ManualWorker worker = new ManualWorker();
        try (SegmentedLog log = open(worker)) {
            for (int i = 0; i < 2; i++) {
                ByteBuf batch = LogFixture.batch(log.lastIndex() + 1, 1, 4, 30_000);
                log.append(batch, 6);
                batch.release();
                ForceTicket ticket = log.ticket();
                ticket.force();
                log.forced(ticket);
                worker.runAll();
            }
            log.mark(6);
            log.ticket().force();
        }
        flip(7, 100); // index 6, in the segment that the cut began
        try (SegmentedLog log = open()) {
            assertEquals(5, log.lastIndex());
            assertEquals(10, log.recovery().neededIndex());
        }
    }

    /** The snapshot holds what could be read, and the file holds more that could not be read in order. */
    @Test
    void aFileThatIsReplacedByASnapshotIsKeptIfItHoldsMore() throws IOException {
        write();
        flip(5, 20_000); // index 9; 10 and 11 are whole
        try (SegmentedLog log = SegmentedLog.open(
                storage,
                LogFixture.DIRECTORY,
                HEALS,
                LogFixture.CLUSTER,
                new Random(5),
                new ManualWorker(),
                new LogBase(9, 3))) {
            assertEquals(9, log.lastIndex());
            assertTrue(log.recovery().tailCut());
        }
        List<Path> aside = storage.list(QUARANTINE);
        assertEquals(List.of(QUARANTINE.resolve("0000000005.seg"), QUARANTINE.resolve("0000000006.seg")), aside);
    }
}
