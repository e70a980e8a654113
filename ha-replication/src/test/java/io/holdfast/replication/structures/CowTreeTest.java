package io.holdfast.replication.structures;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.ConcurrentModificationException;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CowTreeTest {

    private record Kept(CowTree.Snapshot snapshot, NavigableMap<byte[], byte[]> expected) {}

    @ParameterizedTest
    @CsvSource({"1,4", "2,4", "3,6", "4,8", "5,16", "6,64"})
    void doesWhatATreeMapDoesAndSnapshotsStayAsTheyWere(long seed, int fanout) {
        Random random = new Random(seed);
        CowTree tree = new CowTree(fanout);
        NavigableMap<byte[], byte[]> model = new TreeMap<>(Arrays::compareUnsigned);
        List<Kept> kept = new ArrayList<>();
        for (int batch = 0; batch < 200; batch++) {
            // Waves of growth and of shrinking, so that trees become deep and empty again.
            int puts = batch % 50 < 25 ? 75 : 25;
            for (int i = 0; i < 60; i++) {
                byte[] key = key(random);
                if (random.nextInt(100) < puts) {
                    byte[] value =
                            ByteBuffer.allocate(8).putLong(random.nextLong()).array();
                    assertArrayEquals(model.put(key, value), tree.put(key, value));
                } else {
                    assertArrayEquals(model.remove(key), tree.remove(key));
                }
                byte[] other = key(random);
                assertArrayEquals(model.get(other), tree.get(other));
            }
            TreeValidator.validate(tree);
            assertSameFrom(model, tree.ceiling(new byte[0]), new byte[0]);
            byte[] from = key(random);
            assertSameFrom(model, tree.ceiling(from), from);
            if (random.nextInt(4) == 0) {
                NavigableMap<byte[], byte[]> copy = new TreeMap<>(Arrays::compareUnsigned);
                copy.putAll(model);
                kept.add(new Kept(tree.snapshot(), copy));
            }
            if (kept.size() > 5) {
                check(kept.remove(random.nextInt(kept.size())), fanout, key(random));
            }
        }
        for (Kept each : kept) {
            check(each, fanout, key(random));
        }
    }

    @ParameterizedTest
    @CsvSource({"4", "6", "64"})
    void canBeEmptiedFromEitherEnd(int fanout) {
        for (boolean fromTheFront : new boolean[] {true, false}) {
            CowTree tree = new CowTree(fanout);
            for (int i = 0; i < 1_000; i++) {
                tree.put(key(i), key(i));
            }
            CowTree.Snapshot full = tree.snapshot();
            for (int i = 0; i < 1_000; i++) {
                int gone = fromTheFront ? i : 999 - i;
                assertArrayEquals(key(gone), tree.remove(key(gone)));
                TreeValidator.validate(tree);
            }
            assertEquals(0, tree.size());
            assertFalse(tree.ceiling(new byte[0]).advance());
            TreeValidator.validate(full.root(), 1_000, fanout);
        }
    }

    @Test
    void knowsTheEmptyKeyAndUnsignedOrder() {
        CowTree tree = new CowTree(4);
        for (int i = 255; i >= 0; i--) {
            tree.put(new byte[] {(byte) i}, new byte[0]);
        }
        tree.put(new byte[0], new byte[] {7});
        TreeValidator.validate(tree);
        assertArrayEquals(new byte[] {7}, tree.get(new byte[0]));
        CowTree.Cursor cursor = tree.ceiling(new byte[0]);
        assertTrue(cursor.advance());
        assertEquals(0, cursor.key().length);
        for (int i = 0; i < 256; i++) {
            assertTrue(cursor.advance());
            assertEquals(i, cursor.key()[0] & 0xff);
        }
        assertFalse(cursor.advance());
        assertFalse(cursor.advance(), "again behind the end");
        assertArrayEquals(new byte[] {7}, tree.remove(new byte[0]));
        assertNull(tree.get(new byte[0]));
        TreeValidator.validate(tree);
    }

    @Test
    void aSnapshotCostsNoCopyUntilAChangeAndThenOnlyThePath() {
        CowTree tree = new CowTree(4);
        for (int i = 0; i < 100; i++) {
            tree.put(key(i), key(i));
        }
        TreeNode before = tree.root();
        tree.put(key(50), key(51));
        assertSame(before, tree.root(), "changed in place, as no snapshot is there");
        CowTree.Snapshot snapshot = tree.snapshot();
        assertSame(before, snapshot.root());
        assertNull(tree.remove(key(1_000)));
        assertSame(before, tree.root(), "nothing was removed, so nothing copied");
        tree.put(key(99), key(0));
        assertNotSame(before, tree.root());
        assertSame(before.child(0), tree.root().child(0), "off the path");
        assertArrayEquals(key(99), snapshot.get(key(99)));
        assertArrayEquals(key(0), tree.get(key(99)));
    }

    @Test
    void aLiveCursorRefusesToGoOnAfterAChange() {
        CowTree tree = new CowTree();
        tree.put(key(1), key(1));
        CowTree.Cursor cursor = tree.ceiling(new byte[0]);
        tree.put(key(2), key(2));
        assertThrows(ConcurrentModificationException.class, cursor::advance);
    }

    @Test
    void otherThreadsReadSnapshotsWhileTheTreeChanges() throws Exception {
        CowTree tree = new CowTree(8);
        Random random = new Random(11);
        ExecutorService readers = Executors.newFixedThreadPool(2);
        try {
            List<Future<Long>> sums = new ArrayList<>();
            List<Long> expected = new ArrayList<>();
            long[] values = new long[500];
            for (int round = 0; round < 200; round++) {
                for (int i = 0; i < 50; i++) {
                    int at = random.nextInt(values.length);
                    values[at] = random.nextInt();
                    tree.put(key(at), ByteBuffer.allocate(8).putLong(values[at]).array());
                }
                expected.add(Arrays.stream(values).sum());
                CowTree.Snapshot snapshot = tree.snapshot();
                sums.add(readers.submit(() -> sum(snapshot)));
            }
            for (int i = 0; i < sums.size(); i++) {
                assertEquals(expected.get(i), sums.get(i).get(30, TimeUnit.SECONDS));
            }
        } finally {
            readers.shutdownNow();
            assertTrue(readers.awaitTermination(10, TimeUnit.SECONDS));
        }
    }

    @Test
    void refusesAFanOutItCannotBalance() {
        assertThrows(IllegalArgumentException.class, () -> new CowTree(2));
        assertThrows(IllegalArgumentException.class, () -> new CowTree(5));
    }

    private static long sum(CowTree.Snapshot snapshot) {
        long sum = 0;
        CowTree.Cursor cursor = snapshot.ceiling(new byte[0]);
        while (cursor.advance()) {
            sum += ByteBuffer.wrap(cursor.value()).getLong();
        }
        return sum;
    }

    private static void check(Kept kept, int fanout, byte[] from) {
        TreeValidator.validate(kept.snapshot().root(), kept.snapshot().size(), fanout);
        assertEquals(kept.expected().size(), kept.snapshot().size());
        assertSameFrom(kept.expected(), kept.snapshot().ceiling(from), from);
        assertSameFrom(kept.expected(), kept.snapshot().ceiling(new byte[0]), new byte[0]);
        kept.expected()
                .forEach(
                        (key, value) -> assertArrayEquals(value, kept.snapshot().get(key)));
    }

    private static void assertSameFrom(NavigableMap<byte[], byte[]> model, CowTree.Cursor cursor, byte[] from) {
        Iterator<Map.Entry<byte[], byte[]>> expected =
                model.tailMap(from, true).entrySet().iterator();
        while (cursor.advance()) {
            assertTrue(expected.hasNext(), "more than expected");
            Map.Entry<byte[], byte[]> entry = expected.next();
            assertArrayEquals(entry.getKey(), cursor.key());
            assertArrayEquals(entry.getValue(), cursor.value());
        }
        assertFalse(expected.hasNext(), "less than expected");
    }

    /** Short keys over few letters, some of them negative: many hits, many prefixes. */
    private static byte[] key(Random random) {
        byte[] key = new byte[random.nextInt(6)];
        for (int i = 0; i < key.length; i++) {
            key[i] = (byte) (random.nextInt(6) * 50);
        }
        return key;
    }

    private static byte[] key(int number) {
        return ByteBuffer.allocate(4).putInt(number).array();
    }
}
