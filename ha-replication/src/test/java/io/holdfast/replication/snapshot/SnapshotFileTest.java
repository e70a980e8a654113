package io.holdfast.replication.snapshot;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.core.runtime.Storage.OpenMode;
import io.holdfast.core.runtime.StorageFile;
import io.holdfast.replication.log.MemoryStorage;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class SnapshotFileTest {
    private static final Path FILE = Path.of("/data/snapshot");
    private static final UUID CLUSTER = UUID.fromString("01234567-89ab-cdef-0123-456789abcdef");
    private static final SnapshotMeta META = new SnapshotMeta(4_711, 5, 1_700_000_000_000L, 86_400_000_000_000L);

    private final MemoryStorage storage = new MemoryStorage();

    private void write(byte[]... sections) throws IOException {
        if (storage.exists(FILE)) {
            storage.delete(FILE);
        }
        try (SnapshotWriter writer = new SnapshotWriter(storage.open(FILE, OpenMode.CREATE), META, CLUSTER)) {
            for (int i = 0; i < sections.length; i++) {
                try (OutputStream out = writer.section(3 * i + 1, i)) {
                    int half = sections[i].length / 2;
                    for (int at = 0; at < Math.min(half, 100); at++) {
                        out.write(sections[i][at]);
                    }
                    int rest = Math.min(half, 100);
                    out.write(sections[i], rest, sections[i].length - rest);
                }
            }
            writer.finish();
            assertEquals(storage.bytes(FILE).length, writer.bytes());
        }
    }

    private static byte[] random(int seed, int length) {
        byte[] bytes = new byte[length];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }

    private interface Use {
        void of(SnapshotReader reader) throws IOException;
    }

    private void read(Use use) throws IOException {
        try (StorageFile file = storage.open(FILE, OpenMode.READ)) {
            use.of(new SnapshotReader(file, CLUSTER));
        }
    }

    private void verify() throws IOException {
        read(SnapshotReader::verify);
    }

    @Test
    void sectionsAreReadAsTheyWereWritten() throws IOException {
        byte[][] sections = {random(1, 10), {}, random(2, 64 << 10), random(3, 1_000_000), random(4, (128 << 10) + 1)};
        write(sections);
        verify();
        read(reader -> {
            assertEquals(META, reader.meta());
            assertEquals(CLUSTER, reader.clusterId());
            for (int i = 0; i < sections.length; i++) {
                assertEquals(3 * i + 1, reader.nextSection());
                assertEquals(i, reader.nextVersion());
                assertArrayEquals(sections[i], reader.section().readAllBytes());
            }
            assertEquals(0, reader.nextSection());
            assertThrows(IllegalStateException.class, reader::section);
        });
        assertEquals(0, storage.openFiles());
    }

    @Test
    void aSectionThatIsLeftHalfReadIsPassedOverAndCannotBeReadOn() throws IOException {
        byte[] second = random(2, 300_000);
        write(random(1, 300_000), second);
        read(reader -> {
            InputStream first = reader.section();
            assertEquals(random(1, 300_000)[0] & 0xFF, first.read());
            assertEquals(1, reader.nextSection());
            assertArrayEquals(Arrays.copyOfRange(random(1, 300_000), 1, 70_000), first.readNBytes(69_999));
            InputStream next = reader.section();
            assertThrows(IOException.class, first::read);
            assertArrayEquals(second, next.readAllBytes());
            assertEquals(-1, next.read());
        });
    }

    @Test
    void everyByteThatChangesIsFound() throws IOException {
        write(random(1, 300), random(2, 200));
        byte[] good = storage.bytes(FILE);
        for (int at = 0; at < good.length; at++) {
            for (int change : new int[] {1, 0x80, good[at] & 0xFF}) {
                byte[] bad = good.clone();
                bad[at] ^= (byte) change;
                if (bad[at] != good[at]) {
                    storage.put(FILE, bad);
                    // A version that is changed with its checksum intact cannot be; so all of them are damage.
                    assertThrows(DamagedSnapshotException.class, this::verify, "byte " + at);
                }
            }
        }
    }

    @Test
    void everyLengthButTheRightOneIsFound() throws IOException {
        write(random(1, 300));
        byte[] good = storage.bytes(FILE);
        for (int length = 0; length < good.length; length++) {
            storage.put(FILE, Arrays.copyOf(good, length));
            assertThrows(DamagedSnapshotException.class, this::verify, "length " + length);
        }
        storage.put(FILE, Arrays.copyOf(good, good.length + 1));
        assertThrows(DamagedSnapshotException.class, this::verify);
        storage.put(FILE, good);
        verify();
    }

    @Test
    void blocksThatAreMissingDoubledOrExchangedAreFound() throws IOException {
        int block = BlockHeader.BYTES + BlockHeader.MAX_LENGTH;
        write(random(1, 4 * BlockHeader.MAX_LENGTH));
        byte[] good = storage.bytes(FILE);
        int first = SnapshotHeader.BYTES;

        byte[] missing = new byte[good.length - block];
        System.arraycopy(good, 0, missing, 0, first + block);
        System.arraycopy(good, first + 2 * block, missing, first + block, missing.length - first - block);
        storage.put(FILE, missing);
        DamagedSnapshotException gap = assertThrows(DamagedSnapshotException.class, this::verify);
        assertEquals(first + block, gap.offset());
        assertEquals(FILE.toString(), gap.file());
        assertTrue(gap.getMessage().contains("block 2 stands where block 1 should be"), gap.getMessage());

        byte[] exchanged = good.clone();
        System.arraycopy(good, first, exchanged, first + block, block);
        System.arraycopy(good, first + block, exchanged, first, block);
        storage.put(FILE, exchanged);
        assertThrows(DamagedSnapshotException.class, this::verify);

        byte[] endEarly = new byte[first + block + good.length - (first + 4 * block)];
        System.arraycopy(good, 0, endEarly, 0, first + block);
        System.arraycopy(good, first + 4 * block, endEarly, first + block, endEarly.length - first - block);
        storage.put(FILE, endEarly);
        assertThrows(DamagedSnapshotException.class, this::verify);
    }

    @Test
    void anotherClustersSnapshotIsRefusedNamingBoth() throws IOException {
        write(random(1, 10));
        UUID other = new UUID(1, 2);
        try (StorageFile file = storage.open(FILE, OpenMode.READ)) {
            IOException refused = assertThrows(IOException.class, () -> new SnapshotReader(file, other));
            assertFalse(refused instanceof DamagedSnapshotException);
            assertTrue(refused.getMessage().contains(other.toString()), refused.getMessage());
            assertTrue(refused.getMessage().contains(CLUSTER.toString()), refused.getMessage());
            assertEquals(CLUSTER, new SnapshotReader(file, null).clusterId());
        }
    }

    @Test
    void aLaterReleasesSnapshotIsNoDamage() throws IOException {
        storage.put(FILE, new byte[0]);
        try (StorageFile file = storage.open(FILE, OpenMode.READ_WRITE)) {
            file.write(new SnapshotHeader(2, META, CLUSTER).encode(), 0);
            IOException refused = assertThrows(IOException.class, () -> new SnapshotReader(file, CLUSTER));
            assertFalse(refused instanceof DamagedSnapshotException);
            assertTrue(refused.getMessage().contains("version 2"), refused.getMessage());
        }
    }

    @Test
    void sectionsAreWrittenOneAfterTheOther() throws IOException {
        try (SnapshotWriter writer = new SnapshotWriter(storage.open(FILE, OpenMode.CREATE), META, CLUSTER)) {
            OutputStream first = writer.section(2, 1);
            assertThrows(IllegalStateException.class, () -> writer.section(3, 1));
            assertThrows(IllegalStateException.class, writer::finish);
            first.close();
            first.close();
            assertThrows(IOException.class, () -> first.write(1));
            assertThrows(IllegalArgumentException.class, () -> writer.section(2, 1));
            writer.finish();
            assertThrows(IllegalStateException.class, writer::finish);
        }
        verify();
    }
}
