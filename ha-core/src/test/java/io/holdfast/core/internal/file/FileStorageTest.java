package io.holdfast.core.internal.file;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.core.runtime.NoSpaceException;
import io.holdfast.core.runtime.Storage;
import io.holdfast.core.runtime.Storage.OpenMode;
import io.holdfast.core.runtime.StorageFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

class FileStorageTest {
    @TempDir
    Path directory;

    private final FileStorage storage = new FileStorage();

    private static ByteBuffer bytes(String text) {
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
    }

    private static String read(StorageFile file, int length, long position) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(length);
        int read = file.read(buffer, position);
        assertEquals(read, buffer.position());
        return new String(buffer.array(), 0, read, StandardCharsets.UTF_8);
    }

    private static void assertNames(Path path, Executable failing) {
        IOException failure = assertThrows(IOException.class, failing);
        assertTrue(failure.getMessage().contains(path.toString()), failure.getMessage());
    }

    @Test
    void whatIsWrittenIsReadByPosition() throws Exception {
        Path path = directory.resolve("segment");
        try (StorageFile file = storage.open(path, OpenMode.CREATE)) {
            assertEquals(path, file.path());
            file.write(bytes("hello"), 0);
            ByteBuffer[] parts = {bytes(""), bytes(", "), bytes(""), bytes("world"), bytes("")};
            file.write(parts, 5);
            assertFalse(parts[3].hasRemaining());
            file.write(new ByteBuffer[] {bytes("!"), bytes("!")}, 12); // goes on where the last one ended
            file.write(new ByteBuffer[] {bytes("J")}, 0); // and elsewhere
            file.write(new ByteBuffer[] {}, 0);
            file.force();
            assertEquals(14, file.size());
            assertEquals("Jello, world!!", read(file, 100, 0));
            assertEquals("world", read(file, 5, 7));
            assertEquals("", read(file, 5, 14));
            assertEquals("", read(file, 5, 1000));
            assertEquals("", read(file, 0, 0));
        }
        try (StorageFile file = storage.open(path, OpenMode.READ_WRITE)) {
            file.write(bytes("far"), 20);
            assertEquals(23, file.size());
            assertEquals("!\0\0\0\0\0\0far", read(file, 100, 13));
            file.truncate(5);
            file.truncate(50);
            assertEquals(5, file.size());
            file.write(new ByteBuffer[] {bytes("w"), bytes("!")}, 5);
            assertEquals("Jellow!", read(file, 100, 0));
        }
    }

    @Test
    void aGatheringWriteGoesWhereItIsToldAfterACut() throws Exception {
        try (StorageFile file = storage.open(directory.resolve("segment"), OpenMode.CREATE)) {
            file.write(new ByteBuffer[] {bytes("0123"), bytes("456789")}, 0);
            file.truncate(4); // moves the position of the channel
            file.write(new ByteBuffer[] {bytes("ab"), bytes("cd")}, 10);
            assertEquals("0123\0\0\0\0\0\0abcd", read(file, 100, 0));
        }
    }

    @Test
    void moreBuffersThanOneSystemCallTakesAreAllWritten() throws Exception {
        int count = 3000;
        ByteBuffer[] sources = new ByteBuffer[count];
        for (int i = 0; i < count; i++) {
            sources[i] = ByteBuffer.allocateDirect(4).putInt(0, i);
        }
        try (StorageFile file = storage.open(directory.resolve("segment"), OpenMode.CREATE)) {
            file.write(sources, 8);
            ByteBuffer all = ByteBuffer.allocate(4 * count);
            assertEquals(4 * count, file.read(all, 8));
            for (int i = 0; i < count; i++) {
                assertEquals(i, all.getInt(4 * i));
            }
        }
    }

    @Test
    void modesMeanWhatTheySay() throws Exception {
        Path path = directory.resolve("segment");
        assertNames(path, () -> storage.open(path, OpenMode.READ));
        assertNames(path, () -> storage.open(path, OpenMode.READ_WRITE));
        assertFalse(storage.exists(path));
        storage.open(path, OpenMode.CREATE).close();
        assertTrue(storage.exists(path));
        assertNames(path, () -> storage.open(path, OpenMode.CREATE));
        try (StorageFile file = storage.open(path, OpenMode.READ)) {
            assertThrows(RuntimeException.class, () -> file.write(bytes("x"), 0));
        }
    }

    @Test
    void aClosedFileIsNamedByEveryCall() throws Exception {
        Path path = directory.resolve("segment");
        StorageFile file = storage.open(path, OpenMode.CREATE);
        file.close();
        file.close();
        assertNames(path, file::size);
        assertNames(path, () -> file.read(ByteBuffer.allocate(1), 0));
        assertNames(path, () -> file.write(bytes("x"), 0));
        assertNames(path, () -> file.write(new ByteBuffer[] {bytes("x")}, 0));
        assertNames(path, () -> file.truncate(0));
        assertNames(path, file::force);
        assertTrue(assertThrows(IOException.class, file::force).getMessage().contains("earlier force"));
    }

    @Test
    void anInterruptPendingOnTheCallersThreadClosesNothing() throws Exception {
        Path path = directory.resolve("segment");
        try {
            Thread.currentThread().interrupt();
            try (StorageFile file = storage.open(path, OpenMode.CREATE)) {
                file.write(bytes("a"), 0);
                file.write(new ByteBuffer[] {bytes("b")}, 1);
                file.force();
                storage.forceDirectory(directory);
                assertEquals("ab", read(file, 5, 0));
                file.truncate(1);
                assertEquals(1, file.size());
            }
            storage.lock(directory).close();
        } finally {
            assertTrue(Thread.interrupted(), "the caller keeps its interrupt");
        }
    }

    @Test
    void directoriesListRenameAndDelete() throws Exception {
        Path deep = directory.resolve("a/b/c");
        storage.createDirectories(deep);
        storage.createDirectories(deep);
        assertTrue(Files.isDirectory(deep));
        assertEquals(List.of(), storage.list(deep));
        assertEquals(List.of(), storage.list(deep.resolve("absent")));
        Path new1 = deep.resolve("new");
        for (String name : List.of("b", "a", "new")) {
            try (StorageFile file = storage.open(deep.resolve(name), OpenMode.CREATE)) {
                file.write(bytes(name), 0);
            }
        }
        storage.rename(new1, deep.resolve("a"));
        storage.forceDirectory(deep);
        assertEquals(List.of(deep.resolve("a"), deep.resolve("b")), storage.list(deep));
        assertArrayEquals("new".getBytes(StandardCharsets.UTF_8), Files.readAllBytes(deep.resolve("a")));
        storage.delete(deep.resolve("a"));
        assertEquals(List.of(deep.resolve("b")), storage.list(deep));
        assertNames(deep.resolve("a"), () -> storage.delete(deep.resolve("a")));
        assertNames(new1, () -> storage.rename(new1, deep.resolve("x")));
        assertNames(deep.resolve("absent"), () -> storage.forceDirectory(deep.resolve("absent")));
        assertNames(deep.resolve("b"), () -> storage.list(deep.resolve("b")));
        assertNames(deep.resolve("b"), () -> storage.createDirectories(deep.resolve("b")));
    }

    @Test
    void theKindOfFileSystemIsTold() {
        String type = storage.fileSystemType(directory.resolve("not/there/yet"));
        assertFalse(type.isBlank());
        assertNotEquals("unknown", type);
    }

    /** The system's own file that is always full. */
    @Test
    void aFullDiskIsToldFromOtherFailures() throws IOException {
        Path full = Path.of("/dev/full");
        Assumptions.assumeTrue(Files.exists(full), "this system has no /dev/full");
        try (StorageFile file = Storage.files().open(full, OpenMode.READ_WRITE)) {
            NoSpaceException failure =
                    assertThrows(NoSpaceException.class, () -> file.write(ByteBuffer.allocate(10), 0));
            assertTrue(failure.getMessage().contains("/dev/full"), failure.getMessage());
        }
    }
}
