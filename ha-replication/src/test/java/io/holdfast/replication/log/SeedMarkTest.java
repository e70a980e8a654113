package io.holdfast.replication.log;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.holdfast.core.runtime.Storage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SeedMarkTest {
    private static final String LOG = "01234567-89ab-cdef-0123-456789abcdef.0";

    private final Storage storage = Storage.files();

    @TempDir
    Path directory;

    @Test
    void goldenBytes() throws IOException {
        SeedMark mark = new SeedMark(true, LOG, 4_711, 7);
        mark.write(storage, directory);
        assertEquals(
                "holdfast-seed-1 WHOLE " + LOG + " 4711 7 f1b26704\n", Files.readString(directory.resolve("seed")));
        assertEquals(mark, SeedMark.read(storage, directory));
    }

    @Test
    void whatIsBeingMadeIsNotWhole() throws IOException {
        assertNull(SeedMark.read(storage, directory));
        SeedMark.building(LOG).write(storage, directory);
        assertEquals(SeedMark.building(LOG), SeedMark.read(storage, directory));
        new SeedMark(true, LOG, 1, 1).write(storage, directory);
        SeedMark.remove(storage, directory);
        SeedMark.remove(storage, directory);
        assertNull(SeedMark.read(storage, directory));
    }

    /** Whatever bit is flipped, and wherever it is cut. */
    @Test
    void aDamagedOneIsNotWhole() throws IOException {
        new SeedMark(true, LOG, 4_711, 7).write(storage, directory);
        Path file = directory.resolve("seed");
        byte[] good = Files.readAllBytes(file);
        for (int i = 0; i < good.length; i++) {
            byte[] flipped = good.clone();
            flipped[i] ^= 1;
            Files.write(file, flipped);
            assertIsNotWhole(new String(flipped, UTF_8));
            Files.write(file, Arrays.copyOf(good, i));
            assertIsNotWhole("cut to " + i);
        }
    }

    private void assertIsNotWhole(String what) throws IOException {
        SeedMark read = SeedMark.read(storage, directory);
        assertNotNull(read, what);
        assertFalse(read.whole(), what);
    }
}
