package io.holdfast.replication.snapshot;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.replication.log.MemoryStorage;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class SnapshotStoreTest {
    private static final Path DIRECTORY = Path.of("/data/snapshots");
    private static final UUID CLUSTER = new UUID(3, 4);

    private MemoryStorage storage = new MemoryStorage();

    private SnapshotStore open() throws IOException {
        return SnapshotStore.open(storage, DIRECTORY, CLUSTER);
    }

    private static SnapshotMeta meta(long index) {
        return new SnapshotMeta(index, 1 + index / 100, 5, 6);
    }

    private static byte[] state(long index) {
        byte[] state = new byte[70_000];
        new Random(index).nextBytes(state);
        return state;
    }

    private static SnapshotWriter write(SnapshotStore store, long index) throws IOException {
        SnapshotWriter writer = store.begin(meta(index));
        try (OutputStream out = writer.section(1, 1)) {
            out.write(state(index));
        }
        writer.finish();
        return writer;
    }

    private static void take(SnapshotStore store, long index) throws IOException {
        store.commit(write(store, index));
    }

    private static void assertHolds(SnapshotStore store, long index) throws IOException {
        List<byte[]> read = new ArrayList<>();
        store.read(index, snapshot -> read.add(snapshot.section().readAllBytes()));
        assertArrayEquals(state(index), read.get(0));
    }

    private Path path(long index) {
        SnapshotMeta meta = meta(index);
        return DIRECTORY.resolve(String.format("%010d-%d.snap", meta.index(), meta.term()));
    }

    @Test
    void theNewestCountsAndOlderOnesGo() throws IOException {
        SnapshotStore store = open();
        assertNull(store.newestWhole());
        for (long index : new long[] {90, 100, 10_000_000_000L}) {
            take(store, index);
            assertEquals(meta(index), store.newestWhole());
        }
        assertHolds(store, 100);
        store.keepNewest(2);
        assertThrows(IllegalArgumentException.class, () -> assertHolds(store, 90));
        storage.crash(new Random(1));
        SnapshotStore again = open();
        assertEquals(meta(10_000_000_000L), again.newestWhole());
        assertHolds(again, 100);
        assertThrows(IllegalStateException.class, () -> again.begin(meta(10_000_000_000L)));
        assertThrows(IllegalArgumentException.class, () -> again.keepNewest(0));
        assertEquals(0, storage.openFiles());
    }

    @Test
    void aDamagedOneIsSetAsideAndTheOneBeforeItCounts() throws IOException {
        SnapshotStore store = open();
        take(store, 10);
        take(store, 20);
        byte[] bytes = storage.bytes(path(20));
        bytes[50_000] ^= 4;
        storage.put(path(20), bytes);
        SnapshotStore again = open();
        assertEquals(meta(10), again.newestWhole());
        assertTrue(storage.exists(path(20).resolveSibling(path(20).getFileName() + ".damaged")));
        take(again, 20);
        assertEquals(meta(20), open().newestWhole());
    }

    @Test
    void oneUnderAnothersNameIsDamaged() throws IOException {
        take(open(), 10);
        storage.rename(path(10), path(30));
        assertNull(open().newestWhole());
    }

    @Test
    void whatIsAbandonedOrNotFinishedLeavesNothing() throws IOException {
        SnapshotStore store = open();
        store.abandon(store.begin(meta(10)));
        assertEquals(List.of(), storage.list(DIRECTORY));
        SnapshotWriter unfinished = store.begin(meta(10));
        assertThrows(IllegalStateException.class, () -> store.commit(unfinished));
        unfinished.close();
        assertEquals(1, storage.list(DIRECTORY).size());
        assertNull(open().newestWhole());
        assertEquals(List.of(), storage.list(DIRECTORY));
        assertEquals(0, storage.openFiles());
    }

    /** Fails each operation in turn, then takes the power away. */
    @Test
    void aCrashAtAnyPointLeavesTheOldOneOrTheNewOne() throws IOException {
        take(open(), 100);
        MemoryStorage before = storage;
        boolean all = false;
        for (int operation = 0; !all; operation++) {
            for (int seed = 0; seed < 8; seed++) {
                storage = before.copy();
                SnapshotStore store = open();
                storage.failAfter = operation;
                boolean committed = false;
                try {
                    take(store, 200);
                    committed = true;
                    store.keepNewest(1);
                    all = true;
                } catch (IOException cut) {
                    // the power went just then
                }
                storage.crash(new Random(seed));
                SnapshotStore again = open();
                SnapshotMeta newest = again.newestWhole();
                assertNotNull(newest);
                assertTrue(newest.index() == 200 || (!committed && newest.index() == 100), newest + " at " + operation);
                assertHolds(again, newest.index());
                for (Path path : storage.list(DIRECTORY)) {
                    assertTrue(path.toString().endsWith(".snap"), path + " at " + operation);
                }
            }
        }
    }
}
