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
import java.nio.ByteBuffer;
import java.nio.file.Path;
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
        return write(store.begin(meta(index)), index);
    }

    private static SnapshotWriter write(SnapshotWriter writer, long index) throws IOException {
        try (OutputStream out = writer.section(1, 1)) {
            out.write(state(index));
        }
        writer.finish();
        return writer;
    }

    private static void take(SnapshotStore store, long index) throws IOException {
        store.commit(write(store, index));
    }

    /** At 10 and 20. */
    private void takeTwoOfWhichTheSecondIsDamaged(SnapshotStore store) throws IOException {
        take(store, 10);
        take(store, 20);
        byte[] bytes = storage.bytes(path(20));
        bytes[50_000] ^= 4;
        storage.put(path(20), bytes);
    }

    private static void assertHolds(SnapshotStore store, long index) throws IOException {
        assertArrayEquals(state(index), store.file(index).read(snapshot -> snapshot.section()
                .readAllBytes()));
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
        takeTwoOfWhichTheSecondIsDamaged(store);
        SnapshotStore again = open();
        assertEquals(meta(10), again.newestWhole());
        assertTrue(storage.exists(path(20).resolveSibling(path(20).getFileName() + ".damaged")));
        take(again, 20);
        assertEquals(meta(20), open().newestWhole());
    }

    @Test
    void oneThatCannotBeReadIsReplacedByOneOfTheSameEnd() throws IOException {
        SnapshotStore store = open();
        takeTwoOfWhichTheSecondIsDamaged(store);
        store.abandon(write(store.beginAgain(meta(20)), 20));
        assertThrows(IOException.class, () -> assertHolds(store, 20), "it stays until another one is whole");
        store.commit(write(store.beginAgain(meta(20)), 20));
        assertHolds(store, 20);
        storage.crash(new Random(1));
        assertEquals(meta(20), open().newestWhole());
        store.keepNewest(1);
        assertEquals(List.of(path(20)), storage.list(DIRECTORY));
        assertThrows(IllegalStateException.class, () -> store.beginAgain(meta(10)));
        assertThrows(IllegalStateException.class, () -> store.beginAgain(meta(30)));
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

    private byte[] bytesOf(long index) throws IOException {
        MemoryStorage elsewhere = new MemoryStorage();
        take(SnapshotStore.open(elsewhere, DIRECTORY, CLUSTER), index);
        return elsewhere.bytes(path(index));
    }

    private static IncomingSnapshot receive(SnapshotStore store, long index, byte[] bytes) throws IOException {
        return store.receive(index, meta(index).term(), bytes.length, 7);
    }

    private static void send(IncomingSnapshot incoming, byte[] bytes) throws IOException {
        while (!incoming.isComplete()) {
            int from = (int) incoming.received();
            incoming.write(ByteBuffer.wrap(bytes, from, Math.min(9_000, bytes.length - from)));
        }
    }

    @Test
    void oneThatComesInPiecesCountsWhenItIsWhole() throws IOException {
        byte[] bytes = bytesOf(40);
        SnapshotStore store = open();
        take(store, 10);
        IncomingSnapshot incoming = receive(store, 40, bytes);
        incoming.write(ByteBuffer.wrap(bytes, 0, 9_000));
        assertThrows(IllegalStateException.class, () -> store.accept(incoming));
        incoming.close();
        assertEquals(meta(10), store.newestWhole());
        IncomingSnapshot again = receive(store, 40, bytes);
        assertEquals(9_000, again.received(), "what has come stays");
        send(again, bytes);
        assertThrows(IllegalStateException.class, () -> again.write(ByteBuffer.wrap(bytes, 0, 1)));
        assertEquals(meta(40), store.accept(again));
        assertEquals(meta(40), store.newestWhole());
        assertEquals(bytes.length, store.bytes(40));
        assertHolds(store, 40);
        store.keepNewest(1);
        assertEquals(List.of(path(40)), storage.list(DIRECTORY));
        assertEquals(0, storage.openFiles());
    }

    @Test
    void anotherOneThatComesReplacesIt() throws IOException {
        byte[] bytes = bytesOf(40);
        SnapshotStore store = open();
        IncomingSnapshot first = receive(store, 40, bytes);
        send(first, bytes);
        first.close();
        IncomingSnapshot other = store.receive(40, meta(40).term(), bytes.length, 8);
        assertEquals(0, other.received(), "another node's file may differ");
        other.close();
        IncomingSnapshot shorter = store.receive(50, 1, 10, 8);
        shorter.write(ByteBuffer.allocate(10));
        shorter.close();
        assertEquals(1, storage.list(DIRECTORY).size());
        IncomingSnapshot tooLong = store.receive(50, 1, 5, 8);
        assertEquals(0, tooLong.received());
        tooLong.close();
        take(store, 60);
        store.keepNewest(1);
        assertEquals(List.of(path(60)), storage.list(DIRECTORY), "what had come is too old now");
    }

    @Test
    void oneThatIsNotWholeIsRefusedAndBegunAnew() throws IOException {
        byte[] bytes = bytesOf(40);
        for (int at : new int[] {0, 10, 63, 64, 5_000, bytes.length - 1}) {
            storage = new MemoryStorage();
            SnapshotStore store = open();
            byte[] damaged = bytes.clone();
            damaged[at] ^= 1;
            IncomingSnapshot incoming = receive(store, 40, damaged);
            send(incoming, damaged);
            assertThrows(IOException.class, () -> store.accept(incoming), "byte " + at);
            assertNull(store.newestWhole());
            assertEquals(0, receiveAndCount(store, bytes));
        }
        // A whole one, but of another index than was asked for.
        SnapshotStore store = open();
        IncomingSnapshot other = store.receive(41, meta(41).term(), bytes.length, 7);
        send(other, bytes);
        assertThrows(DamagedSnapshotException.class, () -> store.accept(other));
    }

    private static long receiveAndCount(SnapshotStore store, byte[] bytes) throws IOException {
        try (IncomingSnapshot incoming = receive(store, 40, bytes)) {
            return incoming.received();
        }
    }

    /** Fails each operation in turn, then takes the power away; what had come is gone on with. */
    @Test
    void aCrashWhileOneComesLeavesTheOldOneOrTheNewOne() throws IOException {
        byte[] bytes = bytesOf(200);
        take(open(), 100);
        MemoryStorage before = storage;
        boolean all = false;
        for (int operation = 0; !all; operation++) {
            for (int seed = 0; seed < 8; seed++) {
                storage = before.copy();
                storage.failAfter = operation;
                boolean accepted = false;
                try {
                    SnapshotStore store = open();
                    IncomingSnapshot incoming = receive(store, 200, bytes);
                    send(incoming, bytes);
                    store.accept(incoming);
                    accepted = true;
                    store.keepNewest(1);
                    all = true;
                } catch (IOException cut) {
                    // the power went just then
                }
                storage.crash(new Random(seed));
                storage.failAfter = Long.MAX_VALUE;
                SnapshotStore after = open();
                SnapshotMeta newest = after.newestWhole();
                assertTrue(meta(200).equals(newest) || (!accepted && meta(100).equals(newest)), "found " + newest);
                if (meta(100).equals(newest)) {
                    IncomingSnapshot again = receive(after, 200, bytes);
                    send(again, bytes);
                    try {
                        after.accept(again);
                    } catch (DamagedSnapshotException torn) {
                        // what was there had not been forced: it begins anew
                        IncomingSnapshot anew = receive(after, 200, bytes);
                        assertEquals(0, anew.received());
                        send(anew, bytes);
                        after.accept(anew);
                    }
                    assertEquals(meta(200), after.newestWhole());
                }
            }
        }
    }

    @Test
    void aToolFindsTheNewestAndChangesNothing() throws IOException {
        assertNull(SnapshotStore.newest(storage, DIRECTORY, CLUSTER));
        SnapshotStore store = open();
        take(store, 10);
        take(store, 20);
        long operations = storage.operations;
        assertEquals(path(20), SnapshotStore.newest(storage, DIRECTORY, CLUSTER).path());
        byte[] bytes = storage.bytes(path(20));
        bytes[5_000] ^= 4;
        storage.put(path(20), bytes);
        assertThrows(DamagedSnapshotException.class, () -> SnapshotStore.newest(storage, DIRECTORY, CLUSTER));
        assertEquals(operations, storage.operations);
    }
}
