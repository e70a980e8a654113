package io.holdfast.replication.structures;

import static io.holdfast.replication.structures.MapCommandsTest.bytes;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

class ChangeRingTest {
    private static final ByteBuffer MAP = ByteBuffer.wrap(bytes("m"));

    private static MapChange change(long index, int valueBytes) {
        return new MapChange(index, MapChange.PUT, MAP, new byte[0], new byte[valueBytes]);
    }

    @Test
    void itKeepsTheLastOnesByNumber() {
        ChangeRing ring = new ChangeRing(5_000, 1 << 30);
        assertEquals(0, ring.after());
        assertEquals(0, ring.newestIndex());
        for (int i = 1; i <= 5_000; i++) {
            ring.changed(change(2L * i, 0));
        }
        assertEquals(0, ring.after(), "all are there");
        for (int i = 5_001; i <= 20_000; i++) {
            ring.changed(change(2L * i, 0));
            assertEquals(2L * (i - 5_000), ring.after());
        }
        assertEquals(5_000, ring.size());
        assertEquals(40_000, ring.newestIndex());
        assertEquals(30_002, ring.get(0).index());
        assertEquals(0, ring.ceiling(1));
        assertEquals(0, ring.ceiling(30_002));
        assertEquals(1, ring.ceiling(30_003));
        assertEquals(4_999, ring.ceiling(40_000));
        assertEquals(5_000, ring.ceiling(40_001));
    }

    @Test
    void itKeepsTheLastOnesByBytesAndAlwaysOne() {
        ChangeRing ring = new ChangeRing(1_000, 1_000);
        for (int i = 1; i <= 10; i++) {
            ring.changed(change(i, 36)); // 100 with what each costs
        }
        assertEquals(10, ring.size());
        ring.changed(change(11, 36));
        assertEquals(10, ring.size());
        assertEquals(1, ring.after());
        ring.changed(change(12, 5_000));
        assertEquals(1, ring.size());
        assertEquals(11, ring.after());
        ring.changed(change(13, 0));
        assertEquals(1, ring.size());
        assertEquals(12, ring.after());
    }

    /** Half of what an entry did is not all of it. */
    @Test
    void anEntryOfWhichSomeIsForgottenIsForgotten() {
        ChangeRing ring = new ChangeRing(3, 1_000);
        for (int i = 0; i < 4; i++) {
            ring.changed(change(7, 0));
        }
        assertEquals(7, ring.after());
    }

    @Test
    void itBeginsAnewAfterASnapshot() {
        ChangeRing ring = new ChangeRing(3_000, 1 << 20);
        for (int i = 1; i <= 2_000; i++) {
            ring.changed(change(i, 0));
        }
        ring.startAfter(5_000);
        assertEquals(0, ring.size());
        assertEquals(5_000, ring.after());
        ring.changed(change(5_001, 0));
        assertEquals(1, ring.size());
        assertEquals(5_000, ring.after());
    }
}
