package io.holdfast.core.internal.file;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.holdfast.core.runtime.Storage.AppendMode;
import io.holdfast.core.runtime.Storage.OpenMode;
import io.holdfast.core.runtime.StorageFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** On a plain channel, so that the order of writes is seen on any file system, and on the real one where it can be. */
class WriteThroughTest {
    private static final int BLOCK = 4096;
    private static final int LARGE = 128 << 10;

    @TempDir
    Path directory;

    private static StorageFile overPlainChannels(Path path) throws IOException {
        StandardOpenOption create = StandardOpenOption.CREATE;
        ChannelFile cached = new ChannelFile(
                path, FileChannel.open(path, create, StandardOpenOption.READ, StandardOpenOption.WRITE));
        FileChannel direct = FileChannel.open(path, StandardOpenOption.WRITE);
        return new DirectFile(AppendMode.WRITE_THROUGH, cached, new BlockWriter(direct, new AlignedBuffers(BLOCK)));
    }

    private static byte[] random(Random random, int length) {
        byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        return bytes;
    }

    private static void appendAndCompare(StorageFile file) throws IOException {
        Random random = new Random(11);
        byte[] expected = new byte[32 << 20];
        int at = 0;
        while (at < 30 << 20) {
            // Sizes that change between the two ways, with runs of each.
            int most = random.nextInt(4) == 0 ? 300_000 : random.nextBoolean() ? 90_000 : 700;
            byte[] record = random(random, 1 + random.nextInt(most));
            ByteBuffer[] halves = {
                ByteBuffer.wrap(record, 0, record.length / 2),
                ByteBuffer.wrap(record, record.length / 2, record.length - record.length / 2)
            };
            file.write(halves, at);
            assertEquals(record.length >= LARGE, record.length >= LARGE && file.holdsBack());
            assertEquals(0, halves[0].remaining() + halves[1].remaining());
            System.arraycopy(record, 0, expected, at, record.length);
            at += record.length;
            if (random.nextInt(20) == 0) {
                int from = Math.max(0, at - 1 - random.nextInt(200_000));
                file.flush();
                assertFalse(file.holdsBack());
                byte[] there = Files.readAllBytes(file.path());
                assertArrayEquals(
                        Arrays.copyOfRange(expected, from, at),
                        Arrays.copyOfRange(there, from, at),
                        "what has been flushed is seen by other processes, unforced");
            }
            at = (at + 15) & -16;
        }
        file.force();
        ByteBuffer all = ByteBuffer.allocate(expected.length);
        int read = file.read(all, 0);
        assertTrue(read >= at - 15);
        assertArrayEquals(expected, all.array());
    }

    @Test
    void smallAndLargeWritesFollowEachOther() throws Exception {
        try (StorageFile file = overPlainChannels(directory.resolve("segment"))) {
            appendAndCompare(file);
        }
    }

    @Test
    void smallAndLargeWritesFollowEachOtherOnTheRealStorage() throws Exception {
        Path path = directory.resolve("segment");
        try (StorageFile file = new FileStorage().openForAppending(path, OpenMode.CREATE, AppendMode.WRITE_THROUGH)) {
            assumeTrue(file instanceof DirectFile, "a file system that takes direct writes");
            appendAndCompare(file);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 15, 4_000})
    void largeWritesFollowEachOtherWithGapsThatAreZero(int gap) throws Exception {
        Path path = directory.resolve("segment");
        byte[] expected = new byte[2 << 20];
        int at = 0;
        try (StorageFile file = overPlainChannels(path)) {
            for (int i = 0; i < 10; i++) {
                byte[] large = random(new Random(i), LARGE + 1_237 * i);
                file.write(ByteBuffer.wrap(large), at);
                if (i % 3 > 0) {
                    file.flush();
                }
                System.arraycopy(large, 0, expected, at, large.length);
                at += large.length + gap;
            }
            file.flush();
        }
        byte[] there = Files.readAllBytes(path);
        assertArrayEquals(Arrays.copyOf(expected, there.length), there);
        assertTrue(there.length >= at - gap);
    }

    @Test
    void itGoesOnInTheMidstOfABlockThatAnEarlierProcessLeft() throws Exception {
        Path path = directory.resolve("segment");
        byte[] old = random(new Random(1), 10_000);
        Files.write(path, old);
        byte[] large = random(new Random(2), LARGE);
        try (StorageFile file = overPlainChannels(path)) {
            file.write(ByteBuffer.wrap(large), 10_000);
            file.flush();
        }
        byte[] there = Files.readAllBytes(path);
        assertEquals(0, there.length % BLOCK);
        assertArrayEquals(old, Arrays.copyOf(there, 10_000));
        assertArrayEquals(large, Arrays.copyOfRange(there, 10_000, 10_000 + LARGE));
    }

    @Test
    void whatWasTruncatedDoesNotComeBack() throws Exception {
        Path path = directory.resolve("segment");
        byte[] large = random(new Random(3), LARGE + 100);
        try (StorageFile file = overPlainChannels(path)) {
            file.write(ByteBuffer.wrap(large), 0);
            file.truncate(LARGE + 10);
            assertEquals(LARGE + 10, file.size());
            file.write(ByteBuffer.wrap(large), LARGE + 100);
            file.flush();
        }
        byte[] there = Files.readAllBytes(path);
        assertArrayEquals(new byte[90], Arrays.copyOfRange(there, LARGE + 10, LARGE + 100));
        assertArrayEquals(large, Arrays.copyOfRange(there, LARGE + 100, 2 * LARGE + 200));
    }

    @Test
    void aSmallWriteLeavesTheProcessAtOnceUnlessALargeOneWaits() throws Exception {
        Path path = directory.resolve("segment");
        try (StorageFile file = overPlainChannels(path)) {
            file.write(ByteBuffer.wrap(new byte[] {1, 2}), 0);
            assertFalse(file.holdsBack());
            assertArrayEquals(new byte[] {1, 2}, Files.readAllBytes(path));
            byte[] large = random(new Random(3), LARGE);
            file.write(ByteBuffer.wrap(large), 16);
            file.write(ByteBuffer.wrap(new byte[] {3}), 16 + LARGE);
            assertTrue(file.holdsBack());
            assertEquals(2, Files.size(path), "neither is there before the other");
            assertEquals(17 + LARGE, file.size());
            file.flush();
            assertFalse(file.holdsBack());
            file.write(ByteBuffer.wrap(new byte[] {4}), 17 + LARGE);
            assertFalse(file.holdsBack());
            byte[] there = Files.readAllBytes(path);
            assertArrayEquals(new byte[] {1, 2, 0, 0}, Arrays.copyOf(there, 4));
            assertArrayEquals(large, Arrays.copyOfRange(there, 16, 16 + LARGE));
            assertArrayEquals(new byte[] {3, 4}, Arrays.copyOfRange(there, 16 + LARGE, 18 + LARGE));
        }
    }

    @Test
    void aFailureNamesTheFileAndIsFinal() throws Exception {
        Path path = directory.resolve("segment");
        ChannelFile cached = new ChannelFile(
                path,
                FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE));
        FileChannel direct = FileChannel.open(path, StandardOpenOption.WRITE);
        BlockWriter blocks = new BlockWriter(direct, new AlignedBuffers(BLOCK));
        try (StorageFile file = new DirectFile(AppendMode.WRITE_THROUGH, cached, blocks)) {
            file.write(ByteBuffer.wrap(new byte[LARGE]), 5);
            direct.close();
            IOException failure = assertThrows(IOException.class, file::flush);
            assertTrue(failure.getMessage().contains("cannot write " + path), failure.getMessage());
            assertThrows(IOException.class, () -> file.write(ByteBuffer.wrap(new byte[] {1, 2}), 5));
            assertThrows(IOException.class, file::force);
        }
    }

    @Test
    void toReadNothingButTheCacheIsNeeded() throws Exception {
        Path path = Files.write(directory.resolve("segment"), new byte[] {1});
        try (StorageFile file = new FileStorage().openForAppending(path, OpenMode.READ, AppendMode.WRITE_THROUGH)) {
            assertInstanceOf(ChannelFile.class, file);
        }
    }
}
