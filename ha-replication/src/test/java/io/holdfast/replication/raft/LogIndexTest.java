package io.holdfast.replication.raft;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.holdfast.replication.log.BatchMeta;
import io.holdfast.replication.log.LogBase;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class LogIndexTest {

    /** Batches 1..3 of term 1, 4..4 of term 3, 5..9 of term 3, 10..11 of term 6. */
    static LogIndex sample() {
        LogIndex log = new LogIndex(LogBase.NONE);
        log.append(new BatchMeta(1, 3, 1, 300));
        log.append(new BatchMeta(4, 1, 3, 100));
        log.append(new BatchMeta(5, 5, 3, 500));
        log.append(new BatchMeta(10, 2, 6, 200));
        return log;
    }

    @Test
    void anEmptyLogEndsAtZero() {
        LogIndex log = new LogIndex(LogBase.NONE);
        assertEquals(0, log.lastIndex());
        assertEquals(0, log.lastTerm());
        assertEquals(0, log.termAt(0));
        assertEquals(-1, log.termAt(1));
        assertEquals(1, log.batchStart(1));
        assertEquals(0, log.lastIndexWithTermAtMost(7, 7));
        assertEquals(List.of(), log.batches(1, 100));
        assertEquals(0, log.bytesFrom(1));
    }

    @Test
    void termsAreThoseOfTheBatches() {
        LogIndex log = sample();
        long[] terms = {0, 1, 1, 1, 3, 3, 3, 3, 3, 3, 6, 6};
        for (int index = 0; index < terms.length; index++) {
            assertEquals(terms[index], log.termAt(index), "index " + index);
        }
        assertEquals(-1, log.termAt(12));
        assertEquals(-1, log.termAt(-1));
        assertEquals(11, log.lastIndex());
        assertEquals(6, log.lastTerm());
    }

    @Test
    void batchesAreNeverSplit() {
        LogIndex log = sample();
        assertEquals(1, log.batchStart(3));
        assertEquals(5, log.batchStart(7));
        assertEquals(10, log.batchStart(10));
        assertEquals(12, log.batchStart(12));
        assertThrows(IllegalStateException.class, () -> log.truncateFrom(6));
        assertEquals(11, log.lastIndex());
        log.truncateFrom(5);
        assertEquals(4, log.lastIndex());
        assertEquals(3, log.lastTerm());
    }

    @Test
    void truncatedToNothingItBeginsAnew() {
        LogIndex log = sample();
        log.truncateFrom(1);
        assertEquals(0, log.lastIndex());
        assertEquals(0, log.lastTerm());
        log.append(new BatchMeta(1, 1, 2, 100));
        assertEquals(2, log.termAt(1));
    }

    @Test
    void batchesComeUpToALimitButAtLeastOne() {
        LogIndex log = sample();
        assertEquals(List.of(new BatchMeta(1, 3, 1, 300)), log.batches(1, 1));
        assertEquals(List.of(new BatchMeta(1, 3, 1, 300), new BatchMeta(4, 1, 3, 100)), log.batches(1, 400));
        assertEquals(2, log.batches(5, 700).size());
        assertEquals(List.of(), log.batches(12, 700));
        assertEquals(4, log.batches(1, Integer.MAX_VALUE).size());
    }

    @Test
    void bytesAreSummedFromABatchOn() {
        LogIndex log = sample();
        assertEquals(1_100, log.bytesFrom(1));
        assertEquals(700, log.bytesFrom(5));
        assertEquals(0, log.bytesFrom(12));
    }

    @Test
    void whatDoesNotFollowIsRefused() {
        LogIndex log = sample();
        for (BatchMeta batch : List.of(
                new BatchMeta(11, 1, 6, 1),
                new BatchMeta(13, 1, 6, 1),
                new BatchMeta(12, 0, 6, 1),
                new BatchMeta(12, 1, 5, 1))) {
            assertThrows(IllegalStateException.class, () -> log.append(batch), batch.toString());
        }
        assertEquals(11, log.lastIndex());
    }

    @Test
    void theLastIndexOfATermAtMostAgreesWithAWalk() {
        SplittableRandom random = new SplittableRandom(1);
        for (int run = 0; run < 200; run++) {
            LogIndex log = new LogIndex(LogBase.NONE);
            List<Long> terms = new ArrayList<>(List.of(0L));
            long term = 1;
            int batches = random.nextInt(200);
            for (int i = 0; i < batches; i++) {
                term += random.nextInt(3) / 2;
                int count = 1 + random.nextInt(3);
                log.append(new BatchMeta(terms.size(), count, term, 1));
                for (int entry = 0; entry < count; entry++) {
                    terms.add(term);
                }
            }
            for (int probe = 0; probe < 20; probe++) {
                long index = random.nextInt(terms.size() + 3);
                long limit = random.nextLong(term + 2);
                int expected = (int) Math.min(index, terms.size() - 1L);
                while (expected > 0 && terms.get(expected) > limit) {
                    expected--;
                }
                assertEquals(expected, log.lastIndexWithTermAtMost(index, limit));
            }
        }
    }

    @Test
    void whatIsInASnapshotIsForgottenButItsEnd() {
        LogIndex log = sample();
        log.dropUpTo(4);
        assertEquals(new LogBase(4, 3), log.base());
        assertEquals(3, log.termAt(4));
        assertEquals(-1, log.termAt(3));
        assertEquals(3, log.termAt(5));
        assertEquals(2, log.batchStart(2), "not in the log");
        assertEquals(List.of(new BatchMeta(5, 5, 3, 500)), log.batches(5, 1));
        assertEquals(700, log.bytesFrom(1));
        assertEquals(4, log.lastIndexWithTermAtMost(11, 1), "what is decided is everybody's");
        assertEquals(2, log.lastIndexWithTermAtMost(2, 1));
        assertEquals(9, log.lastIndexWithTermAtMost(11, 5));
        assertThrows(IllegalStateException.class, () -> log.dropUpTo(6));
        assertThrows(IllegalArgumentException.class, () -> log.truncateFrom(4));
        log.dropUpTo(2); // nothing
        log.dropUpTo(11);
        assertEquals(11, log.lastIndex());
        assertEquals(6, log.lastTerm());
        assertEquals(List.of(), log.batches(12, 100));
        log.append(new BatchMeta(12, 1, 6, 10));
        assertEquals(6, log.termAt(12));
        log.truncateFrom(12);
        assertEquals(11, log.lastIndex());
        log.reset(new LogBase(40, 7));
        assertEquals(40, log.lastIndex());
        log.append(new BatchMeta(41, 2, 7, 10));
        assertEquals(7, log.termAt(40));
        assertEquals(41, log.batchStart(42));
    }

    @Test
    void theStartOfTheLastBytesIsABatchs() {
        LogIndex log = sample();
        assertEquals(10, log.startOfLast(699, 11));
        assertEquals(5, log.startOfLast(700, 11));
        assertEquals(1, log.startOfLast(5_000, 11));
        assertEquals(12, log.startOfLast(199, 11));
        assertEquals(5, log.startOfLast(500, 9));
        assertEquals(1, log.startOfLast(5_000, 0), "nothing is before the first");
        log.dropUpTo(4);
        assertEquals(5, log.startOfLast(5_000, 9));
        assertEquals(5, log.startOfLast(5_000, 4));
    }
}
