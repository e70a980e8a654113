package io.holdfast.replication.log;

import static io.holdfast.replication.log.SegmentedLogTest.assertSame;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class LogRecoveryTest {
    private final MemoryStorage storage = new MemoryStorage();
    private final Path first = SegmentFile.path(LogFixture.DIRECTORY, 1);
    private final Path second = SegmentFile.path(LogFixture.DIRECTORY, 2);
    private final List<byte[]> written = new ArrayList<>();

    /** Three batches, one entry each, of which the first two are durable and known to be so by the third. */
    private void writeThree() throws IOException {
        try (LogFixture f = new LogFixture(storage)) {
            written.add(f.append(1, 1, 100));
            written.add(f.append(1, 1, 100));
            f.force();
            written.add(f.append(1, 1, 100));
        }
    }

    private static int record(int ordinal) {
        return 64 + ordinal * 208; // 40 + 48 + 5 + 100, aligned
    }

    @Test
    void aTailOfZerosIsNoLoss() throws IOException {
        writeThree();
        Arrays.fill(storage.bytes(first), record(2), record(3), (byte) 0);
        try (LogFixture f = new LogFixture(storage)) {
            assertEquals(new Recovery(false, 2, 1, 0, 2, false, 0, null), f.log.recovery());
            f.append(1, 2, 10);
            assertTrue(storage.exists(first));
            assertEquals(0, storage.bytes(second)[0], "the log goes on in the same segment");
        }
    }

    @Test
    void aLastRecordTornAtAnyByteIsCutAndLeavesADoubt() throws IOException {
        writeThree();
        byte[] whole = storage.bytes(first).clone();
        int end = record(2) + 40 + written.get(2).length;
        for (int torn = record(2) + 1; torn < end; torn++) {
            if (allZero(whole, torn, end)) {
                continue; // nothing is missing
            }
            MemoryStorage copy = storage.copy();
            Arrays.fill(copy.bytes(first), torn, end, (byte) 0);
            assertCutAfterTwo(copy, "torn at " + torn);
        }
    }

    private static boolean allZero(byte[] bytes, int from, int to) {
        for (int i = from; i < to; i++) {
            if (bytes[i] != 0) {
                return false;
            }
        }
        return true;
    }

    @Test
    void aLastRecordWithAnyByteChangedIsCutAndLeavesADoubt() throws IOException {
        writeThree();
        for (int at = record(2); at < record(2) + 40 + written.get(2).length; at++) {
            MemoryStorage copy = storage.copy();
            copy.bytes(first)[at] ^= 0x10;
            assertCutAfterTwo(copy, "changed at " + at);
        }
    }

    private void assertCutAfterTwo(MemoryStorage damaged, String what) throws IOException {
        byte[] before = damaged.bytes(first).clone();
        for (int round = 0; round < 2; round++) {
            try (LogFixture f = new LogFixture(damaged, 50 + round)) {
                assertEquals(
                        new Recovery(false, 2, 1, 0, 2, true, 0, null), f.log.recovery(), what + ", round " + round);
                assertSame(written.subList(0, 2), f.readAll());
            }
        }
        assertTrue(Arrays.equals(before, damaged.bytes(first)), "nothing is overwritten");
        try (LogFixture f = new LogFixture(damaged, 90)) {
            byte[] next = f.append(1, 2, 10);
            f.force();
            f.log.settle();
            f.force();
            assertSame(List.of(written.get(0), written.get(1), next), f.readAll());
        }
        try (LogFixture f = new LogFixture(damaged, 91)) {
            assertEquals(new Recovery(false, 3, 2, 0, 3, false, 0, null), f.log.recovery(), what);
        }
    }

    @Test
    void aDoubtOutlivesNewSegmentsAndTruncationsUntilItIsSettled() throws IOException {
        writeThree();
        storage.bytes(first)[record(2)] ^= 1;
        try (LogFixture f = new LogFixture(storage)) {
            for (int i = 0; i < 5; i++) {
                f.append(1, 2, 40_000);
                f.worker.runAll();
            }
            f.log.truncateFrom(6);
            f.force();
        }
        try (LogFixture f = new LogFixture(storage)) {
            assertTrue(f.log.recovery().tailCut());
            assertEquals(5, f.log.lastIndex());
            f.log.settle();
            f.append(1, 2, 65_000);
            f.force();
        }
        try (LogFixture f = new LogFixture(storage)) {
            assertFalse(f.log.recovery().tailCut());
        }
    }

    @Test
    void ofTwoUnforcedWritesTheFirstMayBeLostAlone() throws IOException {
        try (LogFixture f = new LogFixture(storage)) {
            written.add(f.append(1, 1, 100));
            f.force();
            f.append(1, 1, 100);
            f.append(1, 1, 100);
        }
        Arrays.fill(storage.bytes(first), record(1), record(2), (byte) 0);
        try (LogFixture f = new LogFixture(storage)) {
            assertEquals(new Recovery(false, 1, 1, 0, 1, true, 0, null), f.log.recovery());
            assertSame(written, f.readAll());
        }
    }

    @Test
    void damageBelowADurableIndexIsRefusedWhereverItIs() throws IOException {
        writeThree();
        for (int at = record(0); at < record(2); at++) {
            if ((at - 64) % 208 >= 40 + written.get(0).length) {
                continue; // between the records
            }
            MemoryStorage copy = storage.copy();
            copy.bytes(first)[at] ^= 1;
            DamagedLogException e = assertThrows(DamagedLogException.class, () -> new LogFixture(copy), "at " + at);
            int ordinal = (at - 64) / 208;
            assertEquals(ordinal + 1, e.index());
            assertEquals(record(ordinal), e.offset());
            assertEquals(first.toString(), e.file());
            assertEquals(0, copy.openFiles());
        }
    }

    @Test
    void damageToALastRecordIsKnownByTheMark() throws IOException {
        try (LogFixture f = new LogFixture(storage)) {
            f.append(1, 1, 100);
            f.force();
            f.log.mark(1);
        }
        storage.bytes(first)[record(0) + 60] ^= 1;
        assertEquals(
                1,
                assertThrows(DamagedLogException.class, () -> new LogFixture(storage))
                        .index());
    }

    @Test
    void damageIsProvenFromALaterSegment() throws IOException {
        try (LogFixture f = new LogFixture(storage)) {
            f.append(1, 1, 40_000);
            f.force();
            f.append(1, 1, 40_000); // in the second segment; tells that 1 was durable
        }
        MemoryStorage zeroed = storage.copy();
        Arrays.fill(zeroed.bytes(first), 64, LogFixture.SMALL, (byte) 0);
        assertThrows(DamagedLogException.class, () -> new LogFixture(zeroed));

        MemoryStorage emptied = storage.copy();
        emptied.put(first, new byte[LogFixture.SMALL]);
        String message = assertThrows(DamagedLogException.class, () -> new LogFixture(emptied))
                .getMessage();
        assertTrue(message.contains("nothing is left of what was before"), message);

        MemoryStorage shortened = storage.copy();
        shortened.put(first, Arrays.copyOf(shortened.bytes(first), 20_000));
        assertThrows(DamagedLogException.class, () -> new LogFixture(shortened));
    }

    @Test
    void aMissingFirstSegmentIsDamage() throws IOException {
        try (LogFixture f = new LogFixture(storage)) {
            f.append(1, 1, 40_000);
            f.append(1, 1, 40_000);
            f.force();
        }
        storage.delete(first);
        assertThrows(DamagedLogException.class, () -> new LogFixture(storage));
    }

    @Test
    void aHeaderLostBeforeAnyForceIsTornAndAfterOneIsDamage() throws IOException {
        try (LogFixture f = new LogFixture(storage)) {
            written.add(f.append(1, 1, 40_000));
            f.force();
            f.append(1, 1, 30_000);
            f.append(1, 1, 10_000);
            MemoryStorage torn = storage.copy();
            Arrays.fill(torn.bytes(second), 0, 64, (byte) 0);
            try (LogFixture g = new LogFixture(torn)) {
                assertEquals(new Recovery(false, 1, 1, 0, 1, true, 0, null), g.log.recovery());
                assertSame(written, g.readAll());
                assertFalse(torn.exists(second));
            }
            f.force();
            f.append(1, 1, 10_000); // tells that 3 was durable
        }
        for (int value : new int[] {0, 77}) {
            MemoryStorage damaged = storage.copy();
            Arrays.fill(damaged.bytes(second), 0, 64, (byte) value);
            assertThrows(DamagedLogException.class, () -> new LogFixture(damaged));
        }
    }

    @Test
    void aLostTruncationThatHadBeenForcedIsDamage() throws IOException {
        try (LogFixture f = new LogFixture(storage)) {
            for (int i = 0; i < 4; i++) {
                f.append(1, 1, 100);
            }
            f.force();
            f.log.truncateFrom(3);
            f.append(1, 2, 100);
            f.force();
            f.append(1, 2, 60_000);
            f.log.mark(0);
        }
        MemoryStorage noHeader = storage.copy();
        noHeader.bytes(second)[20] ^= 1;
        assertThrows(DamagedLogException.class, () -> new LogFixture(noHeader), "entry 3 of term 1 must not come back");
    }

    @Test
    void aTruncationWhoseHeaderIsNotDurableMayBeUndone() throws IOException {
        try (LogFixture f = new LogFixture(storage)) {
            for (int i = 0; i < 4; i++) {
                written.add(f.append(1, 1, 100));
            }
            f.force();
            f.log.truncateFrom(3);
            MemoryStorage undone = storage.copy();
            Arrays.fill(undone.bytes(second), 0, 64, (byte) 0);
            try (LogFixture g = new LogFixture(undone)) {
                assertEquals(new Recovery(false, 4, 1, 0, 4, false, 0, null), g.log.recovery());
                assertSame(written, g.readAll());
            }
            MemoryStorage done = storage.copy();
            try (LogFixture g = new LogFixture(done)) {
                assertEquals(new Recovery(false, 2, 1, 0, 2, false, 0, null), g.log.recovery());
                assertSame(written.subList(0, 2), g.readAll());
            }
        }
    }

    /** The old batch 2..4 reaches into the segment that begins at 3: what had replaced it from 2 on is gone. */
    @Test
    void aLostSegmentBetweenTwoIsTornBeforeAForceAndDamageAfterOne() throws IOException {
        try (LogFixture f = new LogFixture(storage)) {
            written.add(f.append(1, 1, 100));
            f.append(3, 1, 100);
            f.force();
            f.log.mark(1);
            f.force();
            f.log.truncateFrom(2);
            f.append(1, 2, 100);
            f.worker.runAll();
            f.append(1, 2, 65_300);
            MemoryStorage torn = storage.copy();
            torn.put(second, new byte[LogFixture.SMALL]);
            try (LogFixture g = new LogFixture(torn)) {
                assertEquals(new Recovery(false, 1, 1, 0, 1, true, 0, null), g.log.recovery());
                assertSame(written, g.readAll());
            }
            f.force();
            f.append(1, 2, 65_300);
        }
        storage.put(second, new byte[LogFixture.SMALL]);
        assertEquals(
                2,
                assertThrows(DamagedLogException.class, () -> new LogFixture(storage))
                        .index());
    }

    @Test
    void laterSegmentsBeyondACutAreRemovedForEver() throws IOException {
        try (LogFixture f = new LogFixture(storage)) {
            written.add(f.append(1, 1, 100));
            f.force();
            f.append(1, 1, 40_000);
            f.append(1, 1, 40_000);
            f.append(1, 1, 40_000);
        }
        Arrays.fill(storage.bytes(first), record(1), record(2), (byte) 0);
        try (LogFixture f = new LogFixture(storage)) {
            assertEquals(new Recovery(false, 1, 1, 0, 1, true, 0, null), f.log.recovery());
            written.add(f.append(1, 2, 100));
            f.force();
            assertFalse(storage.exists(second));
        }
        try (LogFixture f = new LogFixture(storage)) {
            assertSame(written, f.readAll());
        }
    }

    @Test
    void anOpeningThatFailsAnywhereCanBeRepeated() throws IOException {
        try (LogFixture f = new LogFixture(storage)) {
            written.add(f.append(1, 1, 100));
            f.force();
            f.append(1, 1, 40_000);
            f.append(1, 1, 40_000);
            f.append(1, 1, 40_000);
        }
        Arrays.fill(storage.bytes(first), record(1), record(2), (byte) 0);
        int failures = 0;
        for (long failAfter = 0; ; failAfter++) {
            MemoryStorage copy = storage.copy();
            copy.failAfter = failAfter;
            try {
                new LogFixture(copy).close();
                if (copy.failAfter >= 0) {
                    break;
                }
            } catch (IOException | java.io.UncheckedIOException e) {
                failures++;
            }
            copy.crash(new java.util.Random(failAfter));
            try (LogFixture f = new LogFixture(copy)) {
                assertEquals(1, f.log.lastIndex());
                assertSame(written, f.readAll());
            }
        }
        assertTrue(failures >= 7, failures + " failures");
    }

    /** Whatever single bit is changed, wherever: refused, doubtful, or nothing lost. */
    @Test
    void noSingleChangedBitGoesUnnoticed() throws IOException {
        try (LogFixture f = new LogFixture(storage)) {
            for (int i = 0; i < 4; i++) {
                written.add(f.append(1, 1, 100));
                f.force();
            }
            f.log.truncateFrom(4);
            written.remove(3);
            written.add(f.append(1, 2, 30_000));
            f.force();
            written.add(f.append(1, 2, 40_000));
            f.force();
            written.add(f.append(1, 3, 100));
            f.force();
        }
        assertEquals(3, storage.list(LogFixture.DIRECTORY).size());
        for (Path file : storage.list(LogFixture.DIRECTORY)) {
            int size = storage.bytes(file).length; // one that was not filled beforehand is shorter
            for (int at = 0; at < size; at += at < 1_200 ? 1 : 1_111) {
                MemoryStorage copy = storage.copy();
                copy.bytes(file)[at] ^= (byte) (1 << (at % 8));
                String what = file + " at " + at;
                try (LogFixture f = new LogFixture(copy)) {
                    List<byte[]> read = f.readAll();
                    assertTrue(read.size() >= 5, what + ": 5 batches are known to be durable, not " + read.size());
                    assertSame(written.subList(0, read.size()), read);
                    assertTrue(read.size() == 6 || f.log.recovery().tailCut(), what);
                } catch (DamagedLogException e) {
                    assertTrue(e.index() <= 6, what);
                }
                assertEquals(0, copy.openFiles(), what);
            }
        }
    }
}
