package io.holdfast.backup.directory;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.backup.BackupRepository;
import io.holdfast.backup.BackupRepository.Stored;
import io.holdfast.backup.BackupRepositoryException;
import io.holdfast.backup.BackupRepositoryException.Reason;
import io.holdfast.backup.FaultyStorage;
import io.holdfast.backup.RepositoryContract;
import io.holdfast.backup.ResumablePut;
import io.holdfast.core.runtime.Storage;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DirectoryRepositoryTest extends RepositoryContract {
    @TempDir
    Path directory;

    @Override
    protected BackupRepository open() {
        return BackupRepository.directory(directory);
    }

    private BackupRepository on(Storage storage) {
        return new DirectoryRepository(directory, storage);
    }

    private List<Path> unfinished() throws IOException {
        Path unfinished = directory.resolve(DirectoryRepository.UNFINISHED);
        if (!Files.exists(unfinished)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(unfinished)) {
            return files.toList();
        }
    }

    private static BackupRepositoryException failure(BackupRepository repository, Reason reason) {
        BackupRepositoryException failed = assertThrows(
                BackupRepositoryException.class, () -> repository.putIfAbsent("data/x", out -> out.write(new byte[9])));
        assertEquals(reason, failed.reason(), failed.getMessage());
        assertTrue(failed.getMessage().contains("data/x"), failed.getMessage());
        return failed;
    }

    /** Whatever fails or is torn: what was kept is whole, and what is published is all of it. */
    @Test
    void aFailureAtAnyCallLeavesPiecesThatAreWhole() throws IOException {
        FaultyStorage counting = FaultyStorage.roomy();
        putInPieces(on(counting), "data/0");
        assertTrue(counting.calls() >= 8, "only " + counting.calls() + " calls");
        for (int call = 0; call < counting.calls(); call++) {
            String name = "data/n-" + call;
            BackupRepository full = on(FaultyStorage.full(call));
            assertThrows(BackupRepositoryException.class, () -> putInPieces(full, name), name);
            damageTheEndOfLists();
            boolean there = Files.exists(directory.resolve(name)); // it failed when it had got its name
            assertEquals(!there, putInPieces(open(), name));
            try (InputStream in = open().read(name, 0)) {
                assertEquals("a".repeat(70_000) + "b".repeat(70_000) + "c", new String(in.readAllBytes(), UTF_8));
            }
            assertEquals(List.of(), unfinished());
        }
    }

    private static boolean putInPieces(BackupRepository repository, String name) throws IOException {
        List<String> pieces = List.of("a".repeat(70_000), "b".repeat(70_000), "c");
        try (ResumablePut put = repository.resumable(name, 1L << 40, "abc").orElseThrow()) {
            for (int i = put.kept().size(); i < pieces.size(); i++) {
                String piece = pieces.get(i);
                put.put(out -> out.write(piece.getBytes(UTF_8)));
            }
            return put.publish();
        }
    }

    /** As a crash leaves it. */
    private void damageTheEndOfLists() throws IOException {
        for (Path file : unfinished()) {
            if (file.toString().endsWith(".pieces")) {
                byte[] bytes = Files.readAllBytes(file);
                if (bytes.length > 0) {
                    bytes[bytes.length - 100] ^= 1;
                    Files.write(file, bytes);
                }
            }
        }
    }

    @Test
    void piecesWaitForAWeek() throws IOException {
        try (ResumablePut put = open().resumable("data/0", 1L << 40, "abc").orElseThrow()) {
            put.put(out -> out.write(7));
        }
        assertEquals(0, open().collectUnfinished(Duration.ZERO));
        for (Path file : unfinished()) {
            Files.setLastModifiedTime(file, FileTime.from(Instant.now().minus(Duration.ofDays(8))));
        }
        assertEquals(2, open().collectUnfinished(Duration.ZERO));
        assertEquals(List.of(), unfinished());
    }

    private static ResumablePut pieces(BackupRepository repository) {
        return repository.resumable("data/0", 1L << 40, "abc").orElseThrow();
    }

    private static void put(ResumablePut put, String text) throws IOException {
        put.put(out -> out.write(text.getBytes(UTF_8)));
    }

    private String stored() throws IOException {
        try (InputStream in = open().read("data/0", 0)) {
            return new String(in.readAllBytes(), UTF_8);
        }
    }

    /** Which of two processes is the dead one neither knows. */
    @Test
    void whoseFileAnotherProcessHasGoneOnWithWritesAndPublishesNothing() throws IOException {
        try (ResumablePut slow = pieces(open());
                ResumablePut hasty = pieces(open())) {
            assertThrows(BackupRepositoryException.class, () -> put(slow, "of a damaged source"));
            put(hasty, "one, ");
            try (ResumablePut third = pieces(open())) {
                assertEquals(1, third.kept().size());
                assertThrows(BackupRepositoryException.class, hasty::publish);
                put(third, "two");
                assertThrows(BackupRepositoryException.class, () -> put(hasty, "of a damaged source"));
                hasty.discard();
                assertTrue(third.publish());
            }
        }
        assertEquals("one, two", stored());
        assertEquals(List.of(), unfinished());
    }

    /** By who was at it when it was taken over, for one. */
    @Test
    void whatWasChangedSinceItWasKeptIsNotPublished() throws IOException {
        try (ResumablePut first = pieces(open())) {
            put(first, "one, ");
        }
        for (Path file : unfinished()) {
            if (!file.toString().endsWith(".pieces")) {
                Files.writeString(file, "uno, ");
            }
        }
        try (ResumablePut second = pieces(open())) {
            assertEquals(1, second.kept().size());
            put(second, "two");
            BackupRepositoryException changed = assertThrows(BackupRepositoryException.class, second::publish);
            assertTrue(changed.toString().contains("not what was written any more"), changed.toString());
        }
        assertEquals(List.of(), open().list(""));
        try (ResumablePut third = pieces(open())) {
            assertEquals(List.of(), third.kept());
        }
    }

    @Test
    void whatHasBeenPublishedIsNotWrittenToAlthoughItsPiecesAreLeft() throws IOException {
        try (ResumablePut died = pieces(open())) {
            put(died, "one");
        }
        Files.createDirectories(directory.resolve("data"));
        for (Path file : unfinished()) {
            if (!file.toString().endsWith(".pieces")) {
                Files.createLink(directory.resolve("data/0"), file);
            }
        }
        try (ResumablePut late = pieces(open())) {
            assertEquals(List.of(), late.kept());
            put(late, "of a damaged source");
            assertFalse(late.publish());
        }
        assertEquals("one", stored());
        assertEquals(List.of(), unfinished());
    }

    @Test
    void oneAtATimeInAProcess() {
        BackupRepository repository = open();
        try (ResumablePut put = repository.resumable("data/0", 1L << 40, "abc").orElseThrow()) {
            assertEquals(List.of(), put.kept());
            assertTrue(repository.resumable("data/0", 1L << 40, "abc").isEmpty());
        }
        assertTrue(repository.resumable("data/0", 1000, "abc").isEmpty(), "not worth it");
    }

    /** Room is not taken for a week by what nobody can go on with. */
    @Test
    void whatIsNoWholePieceDoesNotStay() throws IOException {
        DirectoryRepository repository = new DirectoryRepository(directory, Storage.files());
        IOException broken = new IOException("the content broke");
        try (ResumablePut put = pieces(repository)) {
            assertThrows(
                    IOException.class,
                    () -> put.put(out -> {
                        out.write(new byte[100_000]);
                        throw broken;
                    }));
            assertEquals(0, repository.bytesInPieces(), "somebody is at it");
        }
        assertEquals(List.of(), unfinished());
        try (ResumablePut put = pieces(repository)) {
            put(put, "one, ");
            assertThrows(
                    IOException.class,
                    () -> put.put(out -> {
                        out.write(new byte[100_000]);
                        throw broken;
                    }));
        }
        assertEquals(100_005 + SteppedPut.LINE_BYTES, repository.bytesInPieces());
        try (ResumablePut put = pieces(repository)) {
            assertEquals(1, put.kept().size());
        }
        assertEquals(5 + SteppedPut.LINE_BYTES, repository.bytesInPieces());
    }

    @Test
    void whatWasTakenOverIsReadAgainInSteps() throws IOException {
        DirectoryRepository repository = new DirectoryRepository(directory, Storage.files());
        byte[] piece = new byte[9 << 20];
        try (ResumablePut put = pieces(repository)) {
            put.put(out -> out.write(piece));
            put.put(out -> out.write(piece));
        }
        try (SteppedPut put = Objects.requireNonNull(repository.beginPieces("data/0", 1L << 40, "abc"))) {
            assertEquals(10 << 20, put.prepare());
            put.begin().write(piece);
            put.keep();
            assertEquals(11 << 20, put.prepare(), "what was written since, too");
            assertEquals(3 << 20, put.prepare());
            assertEquals(0, put.prepare());
            assertEquals(0, put.prepare());
            assertTrue(put.publish());
        }
        assertEquals(27 << 20, repository.size("data/0"));
        try (SteppedPut put = Objects.requireNonNull(repository.beginPieces("data/1", 1L << 40, "abc"))) {
            put.begin().write(piece);
            put.keep();
            assertEquals(0, put.prepare(), "it is its own");
        }
    }

    @Test
    void aDirectoryThatIsNotThereIsNotMade() {
        Path missing = directory.resolve("not-mounted");
        BackupRepository repository = BackupRepository.directory(missing);
        assertTrue(failure(repository, Reason.UNAVAILABLE).getMessage().contains("is it mounted?"));
        assertFalse(Files.exists(missing));
        for (org.junit.jupiter.api.function.Executable call : List.<org.junit.jupiter.api.function.Executable>of(
                () -> repository.list(""),
                () -> repository.size("a"),
                () -> repository.read("a", 0),
                () -> repository.delete("a"),
                () -> repository.collectUnfinished(Duration.ZERO))) {
            assertEquals(
                    Reason.UNAVAILABLE,
                    assertThrows(BackupRepositoryException.class, call).reason());
        }
    }

    @Test
    void aDirectoryThatVanishesInTheMidstIsSaid() {
        BackupRepository repository = open();
        BackupRepositoryException failed = assertThrows(
                BackupRepositoryException.class,
                () -> repository.putIfAbsent("a/b", out -> {
                    out.write(1);
                    Path moved = directory.resolveSibling(directory.getFileName() + "-moved");
                    Files.move(directory, moved);
                    moved.toFile().deleteOnExit();
                }));
        assertTrue(failed.getMessage().contains("a/b"), failed.getMessage());
        assertFalse(Files.exists(directory), "it was made again");
    }

    @Test
    void aFileIsNoRepository() throws IOException {
        Path file = Files.writeString(directory.resolve("file"), "x");
        assertTrue(failure(BackupRepository.directory(file), Reason.UNAVAILABLE)
                .getMessage()
                .contains("a file, not a directory"));
    }

    @Test
    void whatMayNotBeWrittenIsSaid() {
        BackupRepository repository =
                on(new FaultyStorage(0, false, call -> new IOException(call, new AccessDeniedException("x"))));
        assertTrue(failure(repository, Reason.REFUSED).getMessage().contains("owner"));
    }

    @Test
    void aFullDiskAtAnyCallLeavesNothingAndCanBeTriedAgain() throws IOException {
        FaultyStorage counting = FaultyStorage.roomy();
        assertTrue(on(counting).putIfAbsent("data/0", out -> out.write(new byte[400_000])));
        assertTrue(counting.calls() >= 5, "only " + counting.calls() + " calls");
        for (int call = 0; call < counting.calls() + 1; call++) {
            String name = "data/" + (call + 1) + "/x";
            BackupRepository repository = on(FaultyStorage.full(call));
            BackupRepositoryException full;
            try {
                full = null;
                repository.putIfAbsent(name, out -> out.write(new byte[400_000]));
            } catch (BackupRepositoryException thrown) {
                full = thrown;
            }
            if (full != null) {
                assertEquals(Reason.NO_SPACE, full.reason(), full.getMessage());
            }
            assertEquals(List.of(), unfinished(), "left by call " + call);
            List<Stored> there = repository.list(name);
            if (there.isEmpty()) {
                assertTrue(repository.putIfAbsent(name, out -> out.write(new byte[400_000])));
            } else {
                assertEquals(400_000, there.get(0).bytes());
            }
        }
    }

    @Test
    void whatHasAHoleIsNotStored() {
        BackupRepository repository = on(FaultyStorage.full(1)); // after it was opened
        BackupRepositoryException failed = assertThrows(
                BackupRepositoryException.class,
                () -> repository.putIfAbsent("data/x", out -> {
                    assertThrows(BackupRepositoryException.class, () -> out.write(new byte[200_000]));
                    assertThrows(BackupRepositoryException.class, () -> out.write(1));
                }));
        assertEquals(Reason.NO_SPACE, failed.reason(), failed.getMessage());
        assertEquals(List.of(), repository.list(""));
    }

    @Test
    void leftoversOfDeadWritersGoAndThoseOfLiveOnesStay() throws IOException {
        BackupRepository repository = open();
        repository.putIfAbsent("whole", out -> out.write(1));
        Path dead = directory.resolve(DirectoryRepository.UNFINISHED).resolve("5f0c");
        Files.writeString(dead, "half");
        Files.setLastModifiedTime(
                dead, FileTime.fromMillis(Files.getLastModifiedTime(dead).toMillis() - 7_200_000));
        Path alive = Files.writeString(dead.resolveSibling("6a1d"), "half");
        assertEquals(1, repository.collectUnfinished(Duration.ofHours(1)));
        assertEquals(List.of(alive), unfinished());
        assertEquals(
                List.of("whole"), repository.list("").stream().map(Stored::name).toList());
    }

    @Test
    void aWriterWhoseFileWasCollectedFailsAndStoresNothing() throws IOException {
        BackupRepository slow = open();
        BackupRepository other = open();
        assertThrows(
                BackupRepositoryException.class,
                () -> slow.putIfAbsent("name", out -> {
                    out.write(new byte[300_000]);
                    assertEquals(1, other.collectUnfinished(Duration.ZERO));
                }));
        assertEquals(List.of(), slow.list(""));
    }

    @Test
    void emptyDirectoriesGoWithTheirLastObject() throws IOException {
        BackupRepository repository = open();
        repository.putIfAbsent("a/b/1", out -> out.write(1));
        repository.putIfAbsent("a/2", out -> out.write(1));
        repository.delete("a/b/1");
        assertFalse(Files.exists(directory.resolve("a/b")));
        repository.delete("a/2");
        assertFalse(Files.exists(directory.resolve("a")));
        assertTrue(Files.exists(directory));
    }

    @Test
    void aDirectoryInTheObjectsPlaceIsAFailureAndNoObject() throws IOException {
        BackupRepository repository = open();
        repository.putIfAbsent("data/x/1", out -> out.write(1));
        assertThrows(BackupRepositoryException.class, () -> repository.putIfAbsent("data/x", out -> out.write(1)));
        assertThrows(BackupRepositoryException.class, () -> repository.putIfAbsent("data/x/1/2", out -> out.write(1)));
    }

    @Test
    void strangersAreNeitherListedNorTouched() throws IOException {
        BackupRepository repository = open();
        Files.writeString(directory.resolve(".nfs0001"), "x");
        Files.createDirectories(directory.resolve("lost+found"));
        Files.writeString(directory.resolve("lost+found").resolve("1"), "x");
        Files.createSymbolicLink(directory.resolve("link"), directory.resolve("lost+found"));
        assertEquals(List.of(), repository.list(""));
    }
}
