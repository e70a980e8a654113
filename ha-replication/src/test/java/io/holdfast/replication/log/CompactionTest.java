package io.holdfast.replication.log;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** A log whose beginning is in a snapshot; {@link LogCrashTest} does the same at random, with crashes. */
class CompactionTest {
    private MemoryStorage storage = new MemoryStorage();

    /** Segments that begin at 1, 3, 5 and 7, each with two batches of one entry, but the last with one. */
    private LogFixture sevenEntries() throws IOException {
        LogFixture f = new LogFixture(storage);
        for (int i = 1; i <= 7; i++) {
            f.append(1, 1 + i / 4, 30_000, i);
            f.force();
            f.worker.runAll();
        }
        return f;
    }

    private LogFixture open(long index, long term) throws IOException {
        return new LogFixture(storage, 9, new LogBase(index, term));
    }

    private static void remove(LogFixture f) {
        ObsoleteSegments obsolete = f.log.takeObsolete();
        assertNotNull(obsolete);
        obsolete.remove();
    }

    @Test
    void wholeSegmentsGoAndTheLogIsReadFromThereOn() throws IOException {
        List<byte[]> all;
        try (LogFixture f = sevenEntries()) {
            all = f.readAll();
            f.log.dropBefore(5, 7); // the segment of 3 and 4 goes, too
            remove(f);
            assertFalse(storage.exists(f.file(1)));
            assertFalse(storage.exists(f.file(2)));
            assertTrue(storage.exists(f.file(3)));
            assertEquals(new LogBase(4, 2), f.log.base());
            assertEquals(3, f.readAll().size());
            assertThrows(IllegalArgumentException.class, () -> f.log.plan(4, 1));
            assertFalse(f.log.holds(new BatchMeta(4, 1, 2, 1)));
            f.append(1, 2, 30_000);
            assertTrue(f.force());
        }
        try (LogFixture again = open(5, 2)) {
            assertEquals(new LogBase(4, 2), again.log.base());
            assertEquals(8, again.log.lastIndex());
            assertEquals(
                    List.of(5L, 6L, 7L, 8L),
                    again.recovered.stream().map(BatchMeta::firstIndex).toList());
            for (int i = 0; i < 3; i++) {
                assertArrayEquals(all.get(4 + i), again.readAll().get(i));
            }
            assertFalse(again.log.recovery().tailCut());
        }
    }

    @Test
    void whatIsInTheMiddleOfASegmentStaysWithIt() throws IOException {
        try (LogFixture f = sevenEntries()) {
            f.log.dropBefore(4, 7);
            assertEquals(new LogBase(2, 1), f.log.base());
            f.log.dropBefore(2, 7); // less than before
            assertEquals(new LogBase(2, 1), f.log.base());
            assertThrows(IllegalStateException.class, () -> f.log.dropBefore(9, 7));
        }
    }

    @Test
    void nothingIsRemovedBeforeWhatFollowsIsForced() throws IOException {
        try (LogFixture f = new LogFixture(storage)) {
            f.append(1, 1, 50_000, 0);
            f.force();
            f.worker.runAll();
            f.append(1, 1, 50_000, 1);
            f.log.dropBefore(2, 1);
            assertEquals(1, f.log.base().index());
            assertNull(f.log.takeObsolete());
            f.force();
            remove(f);
        }
    }

    @Test
    void withoutTheSnapshotItIsDamaged() throws IOException {
        try (LogFixture f = sevenEntries()) {
            f.log.dropBefore(5, 7);
            remove(f);
        }
        DamagedLogException e = assertThrows(DamagedLogException.class, () -> open(3, 1));
        assertEquals(4, e.index());
        assertThrows(DamagedLogException.class, () -> new LogFixture(storage));
        assertEquals(0, storage.openFiles());
    }

    @Test
    void whatComesAfterIsNotMistakenForTheBeginning() throws IOException {
        sevenEntries().close();
        storage.delete(SegmentFile.path(LogFixture.DIRECTORY, 3));
        // 5 and 6 are gone, and only up to 4 is in the snapshot.
        assertThrows(DamagedLogException.class, () -> open(4, 2));
        assertEquals(0, storage.openFiles());
        try (LogFixture f = open(6, 2)) {
            assertEquals(new LogBase(6, 2), f.log.base());
            assertEquals(7, f.log.lastIndex());
        }
    }

    @Test
    void damageToWhatIsInTheSnapshotCostsNothing() throws IOException {
        sevenEntries().close();
        MemoryStorage whole = storage;
        for (int sequence = 1; sequence <= 2; sequence++) {
            for (int at : new int[] {3, 100, 30_000}) {
                storage = whole.copy();
                byte[] bytes = storage.bytes(SegmentFile.path(LogFixture.DIRECTORY, sequence));
                bytes[at] ^= 8;
                storage.put(SegmentFile.path(LogFixture.DIRECTORY, sequence), bytes);
                assertThrows(DamagedLogException.class, () -> new LogFixture(storage), "byte " + at);
                try (LogFixture f = open(5, 2)) {
                    assertEquals(7, f.log.lastIndex());
                    assertTrue(f.log.base().index() <= 5);
                    assertFalse(f.log.recovery().tailCut());
                }
            }
        }
    }

    @Test
    void aLogThatEndsBeforeTheSnapshotBeginsAnew() throws IOException {
        sevenEntries().close();
        MemoryStorage before = storage;
        boolean all = false;
        for (int operation = 0; !all; operation++) {
            for (int seed = 0; seed < 8; seed++) {
                storage = before.copy();
                storage.failAfter = operation;
                try (LogFixture f = open(20, 3)) {
                    all = f.log.lastIndex() == 20;
                } catch (IOException | RuntimeException cut) {
                    // the power goes just then
                }
                storage.crash(new Random(seed));
                storage.failAfter = Long.MAX_VALUE;
                try (LogFixture f = open(20, 3)) {
                    assertEquals(new LogBase(20, 3), f.log.base());
                    assertEquals(20, f.log.recovery().lastIndex());
                    assertEquals(3, f.log.lastTerm());
                    assertEquals(20, f.log.recovery().commitIndex());
                    assertFalse(f.log.recovery().tailCut());
                    f.append(2, 3, 100);
                    f.force();
                }
                try (LogFixture f = open(20, 3)) {
                    assertEquals(22, f.log.lastIndex());
                }
            }
        }
    }

    /** It crashed after the snapshot had come and before the log began anew. */
    @Test
    void aLogThatSaysOtherwiseAtTheSnapshotsEndBeginsAnew() throws IOException {
        sevenEntries().close();
        try (LogFixture f = open(5, 3)) {
            assertEquals(new LogBase(5, 3), f.log.base());
            assertEquals(5, f.log.lastIndex());
        }
    }

    @Test
    void aTornTailLeavesItsDoubtThoughTheLogBeginsAnew() throws IOException {
        try (LogFixture f = sevenEntries()) {
            f.append(1, 2, 10_000);
        }
        byte[] bytes = storage.bytes(SegmentFile.path(LogFixture.DIRECTORY, 4));
        bytes[35_000] ^= 1;
        storage.put(SegmentFile.path(LogFixture.DIRECTORY, 4), bytes);
        try (LogFixture f = open(20, 3)) {
            assertTrue(f.log.recovery().tailCut(), "what it acknowledged last may have been after 20");
        }
        try (LogFixture f = open(20, 3)) {
            assertTrue(f.log.recovery().tailCut());
            f.log.settle();
            f.force();
        }
        try (LogFixture f = open(20, 3)) {
            assertFalse(f.log.recovery().tailCut());
        }
    }

    @Test
    void itBeginsAnewWhileItIsOpen() throws IOException {
        try (LogFixture f = sevenEntries()) {
            f.append(1, 2, 100, 7);
            ForceTicket before = f.log.ticket();
            f.log.restartAfter(new LogBase(30, 4));
            before.force();
            assertFalse(f.log.forced(before), "it speaks of the log before");
            assertEquals(30, f.log.lastIndex());
            assertEquals(30, f.log.durableIndex());
            assertEquals(4, f.log.termAt(30));
            assertThrows(IllegalStateException.class, () -> f.log.restartAfter(new LogBase(30, 4)));
            f.append(1, 4, 100);
            f.force();
            remove(f);
        }
        try (LogFixture f = open(30, 4)) {
            assertEquals(31, f.log.lastIndex());
            assertEquals(1, f.readAll().size());
        }
    }
}
