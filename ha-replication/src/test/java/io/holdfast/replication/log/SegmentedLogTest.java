package io.holdfast.replication.log;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class SegmentedLogTest {
    private final MemoryStorage storage = new MemoryStorage();

    @Test
    void aFreshLogIsEmpty() throws IOException {
        try (LogFixture f = new LogFixture(storage)) {
            assertEquals(new Recovery(true, 0, 0, 0, 0, false, 0, null), f.log.recovery());
            assertEquals(0, f.log.lastIndex());
            assertNull(f.log.ticket());
            assertEquals(0, f.log.plan(1, 100).count());
            assertTrue(storage.exists(f.file(2)), "the next segment is made ahead");
        }
        assertEquals(0, storage.openFiles());
        try (LogFixture f = new LogFixture(storage)) {
            assertEquals(new Recovery(false, 0, 0, 0, 0, false, 0, null), f.log.recovery());
        }
    }

    @Test
    void whatWasForcedIsThereAfterEveryReopening() throws IOException {
        List<byte[]> written = new ArrayList<>();
        for (int round = 1; round <= 12; round++) {
            try (LogFixture f = new LogFixture(storage, round)) {
                assertEquals(written.size() * 2L, f.log.recovery().lastIndex());
                assertEquals(written.size(), f.recovered.size());
                assertSame(written, f.readAll());
                for (int i = 0; i < 5; i++) {
                    written.add(f.append(2, round, 600, f.log.durableIndex()));
                    f.worker.runAll();
                    assertTrue(f.force());
                    assertEquals(f.log.lastIndex(), f.log.durableIndex());
                }
                assertSame(written, f.readAll());
                assertEquals(round, f.log.lastTerm());
                assertEquals(round, f.log.termAt(f.log.lastIndex()));
            }
            storage.crash(new Random(round));
            assertEquals(0, storage.openFiles());
        }
        try (LogFixture f = new LogFixture(storage)) {
            assertEquals(118, f.log.recovery().commitIndex());
            assertFalse(f.log.recovery().tailCut());
            assertTrue(storage.exists(f.file(2)), "it has rolled over");
        }
    }

    @Test
    void batchesRollOverSegmentsAndAreReadAcrossThem() throws IOException {
        List<byte[]> written = new ArrayList<>();
        try (LogFixture f = new LogFixture(storage)) {
            for (int i = 0; i < 200; i++) {
                written.add(f.append(3, 1, 700));
                f.worker.runAll();
            }
            f.force();
            assertTrue(storage.exists(f.file(6)));
            assertSame(written, f.readAll());
            ReadPlan plan = f.log.plan(5, 3 * written.get(0).length);
            assertEquals(3, plan.count());
            assertEquals(4, plan.batches().get(0).firstIndex(), "the batch that contains the index");
            assertEquals(1, f.log.plan(600, 1).count(), "at least one");
            assertEquals(200, f.log.plan(1, Integer.MAX_VALUE).count());
            assertThrows(IllegalArgumentException.class, () -> f.log.plan(602, 1));
            assertThrows(IllegalArgumentException.class, () -> f.log.plan(0, 1));
            List<ByteBuf> all = f.log.plan(1, Integer.MAX_VALUE).read(PooledByteBufAllocator.DEFAULT);
            assertEquals(200, all.size());
            all.forEach(ByteBuf::release);
            assertTrue(all.stream().allMatch(b -> b.refCnt() == 0));
        }
        try (LogFixture f = new LogFixture(storage)) {
            assertSame(written, f.readAll());
        }
    }

    @Test
    void aBatchLargerThanASegmentGetsOneOfItsOwn() throws IOException {
        List<byte[]> written = new ArrayList<>();
        try (LogFixture f = new LogFixture(storage)) {
            written.add(f.append(1, 1, 100));
            written.add(f.append(1, 1, 3 * LogFixture.SMALL));
            f.worker.runAll();
            written.add(f.append(1, 1, Batch.MAX_BYTES - 53));
            written.add(f.append(1, 1, 100));
            f.force();
            assertSame(written, f.readAll());
        }
        storage.crash(new Random(1));
        try (LogFixture f = new LogFixture(storage)) {
            assertSame(written, f.readAll());
        }
    }

    @Test
    void aSegmentThatIsNotReadyIsMadeAtOnceAndTheLateOneIsDropped() throws IOException {
        List<byte[]> written = new ArrayList<>();
        try (LogFixture f = new LogFixture(storage)) {
            for (int i = 0; i < 10; i++) {
                written.add(f.append(1, 1, 40_000)); // one a segment, and the worker never gets to run
            }
            f.force();
            assertEquals(10, segments());
            f.worker.runAll();
            assertEquals(11, segments(), "one spare remains");
            written.add(f.append(1, 1, 40_000));
            f.force();
        }
        storage.crash(new Random(1));
        try (LogFixture f = new LogFixture(storage)) {
            assertSame(written, f.readAll());
        }
    }

    private int segments() {
        return storage.list(LogFixture.DIRECTORY).size();
    }

    @Test
    void truncationSupersedesAndOldTicketsDoNotCount() throws IOException {
        List<byte[]> written = new ArrayList<>();
        try (LogFixture f = new LogFixture(storage)) {
            for (int i = 0; i < 5; i++) {
                written.add(f.append(2, 1, 50));
            }
            f.force();
            f.append(2, 1, 50);
            ForceTicket before = f.log.ticket();
            assertNotNull(before);
            assertEquals(12, before.lastIndex());
            f.log.truncateFrom(7);
            assertEquals(6, f.log.lastIndex());
            assertEquals(6, f.log.durableIndex());
            before.force();
            assertFalse(f.log.forced(before), "the tail that it covered is gone");
            assertEquals(6, f.log.durableIndex());
            written.subList(3, 5).clear();
            written.add(f.append(1, 2, 70));
            assertTrue(f.force());
            assertEquals(7, f.log.durableIndex());
            f.log.truncateFrom(5);
            written.subList(2, 4).clear();
            written.add(f.append(3, 3, 10));
            assertTrue(f.force());
            assertSame(written, f.readAll());
        }
        for (int i = 0; i < 3; i++) {
            storage.crash(new Random(i));
            try (LogFixture f = new LogFixture(storage)) {
                assertSame(written, f.readAll());
                assertFalse(f.log.recovery().tailCut());
                assertFalse(storage.exists(f.file(2)), "wholly superseded, and removed");
            }
        }
    }

    @Test
    void wrongTruncationsAreRefused() throws IOException {
        try (LogFixture f = new LogFixture(storage)) {
            f.append(2, 1, 50);
            f.append(2, 1, 50, 2);
            assertThrows(IllegalStateException.class, () -> f.log.truncateFrom(4), "inside a batch");
            assertThrows(IllegalStateException.class, () -> f.log.truncateFrom(1), "committed");
            assertThrows(IllegalArgumentException.class, () -> f.log.truncateFrom(5), "beyond the end");
            assertEquals(4, f.log.lastIndex());
            f.log.truncateFrom(3);
        }
    }

    @Test
    void batchesThatDoNotFollowAreRefused() throws IOException {
        try (LogFixture f = new LogFixture(storage)) {
            f.append(2, 5, 50);
            for (ByteBuf wrong :
                    List.of(LogFixture.batch(2, 1, 5, 1), LogFixture.batch(4, 1, 5, 1), LogFixture.batch(3, 1, 4, 1))) {
                assertThrows(IllegalStateException.class, () -> f.log.append(wrong, 0));
                wrong.release();
            }
            assertEquals(2, f.log.lastIndex());
        }
    }

    @Test
    void appendNeitherConsumesNorKeepsTheBatch() throws IOException {
        try (LogFixture f = new LogFixture(storage)) {
            ByteBuf batch = LogFixture.batch(1, 1, 1, 100);
            ByteBuf parts = UnpooledByteBufAllocator.DEFAULT
                    .compositeBuffer()
                    .addComponents(
                            true, batch.retainedSlice(0, 60), batch.retainedSlice(60, batch.readableBytes() - 60));
            f.log.append(parts, 0);
            assertEquals(batch.readableBytes(), parts.readableBytes());
            assertEquals(1, parts.refCnt());
            parts.release();
            assertTrue(batch.release());
            assertEquals(1, f.readAll().size());
        }
    }

    @Test
    void aTicketIsNullUntilSomethingIsNewAndIsUsedOnce() throws IOException {
        try (LogFixture f = new LogFixture(storage)) {
            f.append(1, 1, 10);
            ForceTicket first = f.log.ticket();
            assertNotNull(first);
            assertNull(f.log.ticket());
            assertThrows(IllegalStateException.class, () -> f.log.forced(first), "not forced yet");
            f.append(1, 1, 10);
            first.force();
            assertThrows(IllegalStateException.class, first::force);
            assertTrue(f.log.forced(first));
            assertEquals(1, f.log.durableIndex(), "what came after the ticket is not covered");
            assertEquals(1, first.lastTerm());
            assertTrue(f.force());
            assertEquals(2, f.log.durableIndex());
        }
    }

    @Test
    void aTicketThatWasNeverForcedIsCoveredByTheNext() throws IOException {
        try (LogFixture f = new LogFixture(storage)) {
            f.append(1, 1, 40_000);
            assertNotNull(f.log.ticket());
            f.append(1, 1, 40_000); // another segment
            f.force();
        }
        storage.crash(new Random(0) {
            private static final long serialVersionUID = 1L;

            @Override
            public int nextInt(int bound) {
                return 0; // everything unforced is lost
            }
        });
        try (LogFixture f = new LogFixture(storage)) {
            assertEquals(2, f.log.lastIndex());
        }
    }

    @Test
    void aFailureIsFinal() throws IOException {
        for (int failAfter = 0; failAfter < 2; failAfter++) {
            MemoryStorage failing = new MemoryStorage();
            try (LogFixture f = new LogFixture(failing)) {
                f.append(1, 1, 10);
                failing.failAfter = failAfter;
                if (failAfter == 0) {
                    ForceTicket ticket = f.log.ticket();
                    assertNotNull(ticket);
                    assertThrows(IOException.class, ticket::force);
                    assertThrows(IllegalStateException.class, () -> f.log.forced(ticket));
                } else {
                    assertThrows(IOException.class, () -> f.append(1, 1, 10));
                }
                failing.failAfter = Long.MAX_VALUE;
                long operations = failing.operations;
                assertThrows(IOException.class, () -> f.append(1, 1, 10));
                assertThrows(IOException.class, f.log::ticket);
                assertThrows(IOException.class, () -> f.log.mark(0));
                assertThrows(IOException.class, () -> f.log.truncateFrom(1));
                assertEquals(operations, failing.operations, "nothing is tried again");
                assertEquals(0, f.log.durableIndex());
            }
            assertEquals(0, failing.openFiles());
        }
    }

    @Test
    void aMarkIsWrittenOnceForADurableIndex() throws IOException {
        try (LogFixture f = new LogFixture(storage)) {
            f.append(1, 1, 10);
            assertFalse(f.log.mark(0), "nothing is durable yet");
            f.force();
            assertTrue(f.log.mark(1));
            assertFalse(f.log.mark(1));
            assertNotNull(f.log.ticket());
            f.append(1, 1, 10, 1);
            f.force();
            assertTrue(f.log.mark(2));
            f.force();
        }
        storage.crash(new Random(3));
        try (LogFixture f = new LogFixture(storage)) {
            assertEquals(new Recovery(false, 2, 1, 2, 2, false, 0, null), f.log.recovery());
            assertFalse(f.log.mark(2), "the mark that was found says so already");
        }
    }

    @Test
    void manyMarksRollOverToo() throws IOException {
        try (LogFixture f = new LogFixture(storage)) {
            for (int i = 0; i < 1_000; i++) {
                f.append(1, 1, 10, i);
                f.force();
                assertTrue(f.log.mark(i + 1));
                f.force();
                f.worker.runAll();
            }
        }
        try (LogFixture f = new LogFixture(storage)) {
            assertEquals(new Recovery(false, 1000, 1, 1000, 1000, false, 0, null), f.log.recovery());
        }
    }

    @Test
    void aLogOfAnotherClusterIsRefused() throws IOException {
        new LogFixture(storage).close();
        UUID other = new UUID(1, 2);
        String message = assertThrows(
                        IOException.class,
                        () -> SegmentedLog.open(
                                storage,
                                LogFixture.DIRECTORY,
                                LogOptions.defaults(),
                                other,
                                new Random(1),
                                new ManualWorker(),
                                LogBase.NONE))
                .getMessage();
        assertTrue(message.contains(other.toString()) && message.contains(LogFixture.CLUSTER.toString()), message);
        assertEquals(0, storage.openFiles());
    }

    @Test
    void readingFindsBytesThatHaveChanged() throws IOException {
        try (LogFixture f = new LogFixture(storage)) {
            f.append(1, 1, 100);
            f.append(1, 1, 100);
            ReadPlan plan = f.log.plan(1, 1_000);
            storage.bytes(f.file(1))[64 + 40 + 160 + 40 + 60] ^= 1;
            DamagedLogException e =
                    assertThrows(DamagedLogException.class, () -> plan.read(UnpooledByteBufAllocator.DEFAULT));
            assertEquals(2, e.index());
            assertTrue(e.getMessage().contains("0000000001.seg"), e.getMessage());
        }
    }

    @Test
    void aPlanOutlivesATruncation() throws IOException {
        try (LogFixture f = new LogFixture(storage)) {
            byte[] old = f.append(1, 1, 100);
            ReadPlan plan = f.log.plan(1, 1_000);
            f.log.truncateFrom(1);
            f.append(1, 2, 100);
            ByteBuf read = plan.read(UnpooledByteBufAllocator.DEFAULT).get(0);
            byte[] bytes = new byte[read.readableBytes()];
            read.getBytes(0, bytes);
            read.release();
            assertArrayEquals(old, bytes);
        }
    }

    static void assertSame(List<byte[]> expected, List<byte[]> actual) {
        assertEquals(expected.size(), actual.size());
        for (int i = 0; i < expected.size(); i++) {
            assertArrayEquals(expected.get(i), actual.get(i), "batch " + i);
        }
    }
}
