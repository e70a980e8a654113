package io.holdfast.core.internal.file;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

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
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The alignment is the system's business; a plain channel stands in for it, so that this runs on any file system. */
class DirectFileTest {
    private static final int BLOCK = 4096;

    @TempDir
    Path directory;

    private DirectFile open(Path path) throws IOException {
        StandardOpenOption create = StandardOpenOption.CREATE;
        ChannelFile cached = new ChannelFile(
                path, FileChannel.open(path, create, StandardOpenOption.READ, StandardOpenOption.WRITE));
        FileChannel direct = FileChannel.open(path, StandardOpenOption.WRITE, StandardOpenOption.DSYNC);
        return new DirectFile(AppendMode.GATHER, cached, new BlockWriter(direct, new AlignedBuffers(BLOCK)));
    }

    private static byte[] random(Random random, int length) {
        byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        return bytes;
    }

    private static byte[] read(StorageFile file, long position, int length) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(length);
        int read = file.read(bytes, position);
        assertEquals(read, bytes.position());
        return Arrays.copyOf(bytes.array(), read);
    }

    @Test
    void recordsWithGapsAreReadBackBeforeAndAfterEachForceAndByAnotherProcess() throws Exception {
        Path path = directory.resolve("segment");
        Random random = new Random(7);
        byte[] expected = new byte[4 << 20];
        try (DirectFile file = open(path)) {
            int at = 0;
            while (at < 3 << 20) {
                byte[] record = random(random, 1 + random.nextInt(random.nextInt(50) == 0 ? 300_000 : 700));
                file.write(
                        new ByteBuffer[] {
                            ByteBuffer.wrap(record, 0, record.length / 2),
                            ByteBuffer.wrap(record, record.length / 2, record.length - record.length / 2)
                        },
                        at);
                System.arraycopy(record, 0, expected, at, record.length);
                int from = Math.max(0, at - random.nextInt(10_000));
                assertArrayEquals(
                        Arrays.copyOfRange(expected, from, at + record.length),
                        read(file, from, at + record.length - from));
                at = (at + record.length + 15) & -16;
                if (random.nextInt(3) == 0) {
                    file.force();
                }
            }
            file.force();
            assertEquals(0, file.size() % BLOCK);
            byte[] there = Files.readAllBytes(path);
            assertArrayEquals(Arrays.copyOf(expected, there.length), there);
        }
    }

    @Test
    void itGoesOnInTheMidstOfABlockThatAnEarlierProcessLeft() throws Exception {
        Path path = directory.resolve("segment");
        byte[] old = random(new Random(1), 10_000);
        Files.write(path, Arrays.copyOf(old, 5 * BLOCK));
        try (DirectFile file = open(path)) {
            file.force(); // nothing has gathered; what was found is forced
            file.write(ByteBuffer.wrap(new byte[] {1, 2, 3}), 10_000);
            assertEquals(5 * BLOCK, file.size());
            file.force();
            file.write(ByteBuffer.wrap(new byte[] {4}), 10_003);
            file.force();
        }
        byte[] expected = Arrays.copyOf(old, 5 * BLOCK);
        System.arraycopy(new byte[] {1, 2, 3, 4}, 0, expected, 10_000, 4);
        assertArrayEquals(expected, Files.readAllBytes(path));
    }

    @Test
    void aHeaderAtTheBeginningOfAFilledFileStandsBesideWhatFollowsIt() throws Exception {
        Path path = directory.resolve("segment");
        try (DirectFile file = open(path)) {
            file.write(ByteBuffer.allocate(1 << 20), 0);
            file.force();
            file.write(ByteBuffer.wrap(new byte[] {9, 9}), 0);
            file.write(ByteBuffer.wrap(new byte[] {8}), 64);
            assertArrayEquals(new byte[] {9, 9, 0}, read(file, 0, 3));
            assertEquals(8, read(file, 64, 1)[0]);
            assertEquals(1 << 20, file.size());
        }
        assertEquals(0, Files.readAllBytes(path)[0], "what was not forced is not in the file");
    }

    @Test
    void whatWasNotForcedCountsAsItsLength() throws Exception {
        try (DirectFile file = open(directory.resolve("segment"))) {
            file.write(ByteBuffer.wrap(new byte[] {5}), BLOCK + 10);
            assertEquals(BLOCK + 11, file.size());
            byte[] holeThenByte = new byte[11];
            holeThenByte[10] = 5;
            assertArrayEquals(holeThenByte, read(file, BLOCK, 100));
            file.truncate(100);
            assertEquals(100, file.size());
        }
    }

    @Test
    void aFailureIsFinalAndNamesTheFile() throws Exception {
        Path path = directory.resolve("segment");
        ChannelFile cached =
                new ChannelFile(path, FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.WRITE));
        FileChannel direct = FileChannel.open(path, StandardOpenOption.WRITE);
        try (DirectFile file =
                new DirectFile(AppendMode.GATHER, cached, new BlockWriter(direct, new AlignedBuffers(BLOCK)))) {
            file.write(ByteBuffer.wrap(new byte[] {1}), 0);
            direct.close();
            IOException first = assertThrows(IOException.class, file::force);
            assertTrue(first.getMessage().contains(path.toString()), first.getMessage());
            assertThrows(IOException.class, file::force);
            assertThrows(IOException.class, () -> file.write(ByteBuffer.wrap(new byte[] {1}), 1));
        }
    }

    @Test
    void oneThreadForcesWhileAnotherWritesAndReads() throws Exception {
        Path path = directory.resolve("segment");
        byte[] expected = random(new Random(3), 2 << 20);
        try (DirectFile file = open(path)) {
            AtomicReference<Throwable> failed = new AtomicReference<>();
            Thread forcer = new Thread(() -> {
                try {
                    while (file.size() < expected.length) {
                        file.force();
                    }
                } catch (Throwable e) {
                    failed.set(e);
                }
            });
            forcer.start();
            for (int at = 0; at < expected.length; at += 512) {
                file.write(ByteBuffer.wrap(expected, at, 512), at);
                int from = Math.max(0, at - 9_000);
                assertArrayEquals(Arrays.copyOfRange(expected, from, at + 512), read(file, from, at + 512 - from));
            }
            forcer.join();
            assertNull(failed.get());
            file.force();
        }
        assertArrayEquals(expected, Files.readAllBytes(path));
    }

    @Test
    void theRealStorageGivesOneThatKeepsItsPromises() throws Exception {
        Path path = directory.resolve("segment");
        FileStorage storage = new FileStorage();
        byte[] bytes = random(new Random(4), 3 * BLOCK + 77);
        try (StorageFile file = storage.openForAppending(path, OpenMode.CREATE, AppendMode.GATHER)) {
            file.write(ByteBuffer.wrap(bytes), 0);
            file.force();
            assertArrayEquals(bytes, read(file, 0, bytes.length));
        }
        assertThrows(IOException.class, () -> storage.openForAppending(path, OpenMode.CREATE, AppendMode.GATHER));
        try (StorageFile file = storage.openForAppending(path, OpenMode.READ_WRITE, AppendMode.GATHER)) {
            assertArrayEquals(bytes, read(file, 0, bytes.length));
            file.write(ByteBuffer.wrap(bytes), bytes.length);
            file.force();
            assertArrayEquals(bytes, read(file, bytes.length, bytes.length));
        }
        try (StorageFile file = storage.openForAppending(path, OpenMode.READ, AppendMode.GATHER)) {
            assertFalse(file instanceof DirectFile);
            assertInstanceOf(ChannelFile.class, file);
        }
    }

    @Test
    void buffersBeginAtABlockAndAreUsedAgain() {
        AlignedBuffers buffers = new AlignedBuffers(BLOCK);
        ByteBuffer first = buffers.take(10);
        assertEquals(0, first.alignmentOffset(0, BLOCK));
        assertEquals(0, first.capacity() % BLOCK);
        first.putInt(1);
        buffers.giveBack(first);
        ByteBuffer again = buffers.take(BLOCK);
        assertEquals(0, again.position());
        assertSame(first, again);
        ByteBuffer large = buffers.take((3 << 20) + 1);
        assertTrue(large.capacity() > 3 << 20);
        buffers.giveBack(large);
        assertNotSame(large, buffers.take(3 << 20), "large ones are not kept");
    }
}
