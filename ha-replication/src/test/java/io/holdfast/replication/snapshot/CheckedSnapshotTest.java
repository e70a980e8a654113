package io.holdfast.replication.snapshot;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.core.runtime.Storage.OpenMode;
import io.holdfast.core.runtime.StorageFile;
import io.holdfast.replication.log.MemoryStorage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** What is copied of a snapshot is the snapshot. */
class CheckedSnapshotTest {
    private static final Path FILE = Path.of("/data/snapshot");
    private static final SnapshotMeta META = new SnapshotMeta(4_711, 5, 1_700_000_000_000L, 86_400_000_000_000L);

    private final MemoryStorage storage = new MemoryStorage();
    private int damages;

    private void write(int... lengths) throws IOException {
        try (SnapshotWriter writer = new SnapshotWriter(storage.open(FILE, OpenMode.CREATE), META, new UUID(1, 2))) {
            for (int i = 0; i < lengths.length; i++) {
                byte[] section = new byte[lengths[i]];
                new Random(i).nextBytes(section);
                try (OutputStream out = writer.section(i + 1, 1)) {
                    out.write(section);
                }
            }
            writer.finish();
        }
    }

    /** What is handed out, also if that ends badly. */
    private void copy(ByteArrayOutputStream into, int pieceBytes) throws IOException {
        try (StorageFile file = storage.open(FILE, OpenMode.READ)) {
            InputStream in = new OpenSnapshot(META, file, file.size()).checked(() -> damages++);
            byte[] piece = new byte[pieceBytes];
            for (int read = in.read(piece, 0, pieceBytes); read >= 0; read = in.read(piece, 0, pieceBytes)) {
                assertTrue(read > 0);
                into.write(piece, 0, read);
            }
            assertEquals(-1, in.read(), "the end stays the end");
        }
    }

    @Test
    void aCopyIsTheFileInPiecesOfAnySize() throws IOException {
        write(10, 0, 64 << 10, 300_000);
        for (int pieceBytes : new int[] {1, 7, 64, 65_536, 1 << 20}) {
            ByteArrayOutputStream copy = new ByteArrayOutputStream();
            copy(copy, pieceBytes);
            assertArrayEquals(storage.bytes(FILE), copy.toByteArray());
        }
        assertEquals(0, damages);
        assertEquals(0, storage.openFiles());
    }

    @Test
    void nothingOfADamagedBlockIsHandedOut() throws IOException {
        write(100_000, 50);
        byte[] good = storage.bytes(FILE);
        int headers = SnapshotHeader.BYTES;
        for (int at = headers; at < good.length; at += at < headers + 100 || at > good.length - 400 ? 1 : 997) {
            byte[] bad = good.clone();
            bad[at] ^= 4;
            storage.put(FILE, bad);
            ByteArrayOutputStream copy = new ByteArrayOutputStream();
            int before = damages;
            assertThrows(DamagedSnapshotException.class, () -> copy(copy, 4_096), "byte " + at);
            assertEquals(before + 1, damages);
            assertTrue(copy.size() <= at, copy.size() + " bytes, of which " + at + " is bad");
            assertArrayEquals(Arrays.copyOf(good, copy.size()), copy.toByteArray());
        }
        for (int length = headers; length < good.length; length += 613) {
            storage.put(FILE, Arrays.copyOf(good, length));
            assertThrows(IOException.class, () -> copy(new ByteArrayOutputStream(), 4_096), "length " + length);
        }
        storage.put(FILE, Arrays.copyOf(good, good.length + 1));
        assertThrows(IOException.class, () -> copy(new ByteArrayOutputStream(), 4_096));
    }
}
