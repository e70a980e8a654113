package io.holdfast.backup;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.backup.BackupRepository.Content;
import io.holdfast.backup.BackupRepository.Stored;
import io.holdfast.backup.BackupRepositoryException.Reason;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What every repository keeps. A subclass says how an empty one is made, and how a second process would open the same one. */
@Timeout(120)
public abstract class RepositoryContract {
    /** The repository under test, as seen by one more process; empty at the begin of each test. */
    protected abstract BackupRepository open() throws IOException;

    private static Content bytes(byte[] content) {
        return out -> out.write(content);
    }

    private static Content text(String content) {
        return bytes(content.getBytes(StandardCharsets.UTF_8));
    }

    private static byte[] read(BackupRepository repository, String name, long offset) throws IOException {
        try (InputStream in = repository.read(name, offset)) {
            return in.readAllBytes();
        }
    }

    private static String readText(BackupRepository repository, String name) throws IOException {
        return new String(read(repository, name, 0), StandardCharsets.UTF_8);
    }

    private static List<String> names(BackupRepository repository, String prefix) {
        return repository.list(prefix).stream().map(Stored::name).toList();
    }

    private static Reason reasonOf(org.junit.jupiter.api.function.Executable call, String name) {
        BackupRepositoryException failed = assertThrows(BackupRepositoryException.class, call);
        assertTrue(failed.getMessage().contains(name), failed.getMessage());
        return failed.reason();
    }

    /** How long a piece is at the least, but for the last one. */
    protected int leastPiece() {
        return 5;
    }

    private Content piece(int filledWith) {
        byte[] bytes = new byte[leastPiece()];
        Arrays.fill(bytes, (byte) filledWith);
        return out -> out.write(bytes);
    }

    @Test
    void whatIsStoredInPiecesGoesOnBehindThoseThatAreWhole() throws IOException {
        Optional<ResumablePut> possible = open().resumable("data/large", 1L << 34, "abc");
        Assumptions.assumeTrue(possible.isPresent());
        try (ResumablePut first = possible.orElseThrow()) {
            assertEquals(List.of(), first.kept());
            first.put(piece(1));
            first.put(piece(2));
            IOException broken = new IOException("the content broke");
            assertSame(
                    broken,
                    assertThrows(
                            IOException.class,
                            () -> first.put(out -> {
                                out.write(new byte[100]);
                                throw broken;
                            })));
        }
        assertEquals(List.of(), names(open(), ""));
        try (ResumablePut other =
                open().resumable("data/large", 1L << 34, "abd").orElseThrow()) {
            assertEquals(List.of(), other.kept(), "other content");
        }
        open().collectUnfinished(Duration.ofSeconds(1));
        try (ResumablePut second =
                open().resumable("data/large", 1L << 34, "abc").orElseThrow()) {
            assertEquals(
                    List.of((long) leastPiece(), (long) leastPiece()),
                    second.kept().stream().map(ResumablePut.Piece::bytes).toList());
            second.put(text("three"));
            assertEquals(List.of(), names(open(), ""));
            assertTrue(second.publish());
        }
        byte[] whole = read(open(), "data/large", 0);
        assertEquals(2 * leastPiece() + 5, whole.length);
        assertEquals(1, whole[0]);
        assertEquals(2, whole[leastPiece()]);
        assertArrayEquals(
                "three".getBytes(StandardCharsets.UTF_8), Arrays.copyOfRange(whole, 2 * leastPiece(), whole.length));
        try (ResumablePut late = open().resumable("data/large", 1L << 34, "abc").orElseThrow()) {
            assertEquals(List.of(), late.kept());
            late.put(text("late"));
            assertFalse(late.publish());
        }
        assertArrayEquals(whole, read(open(), "data/large", 0));
        try (ResumablePut discarded =
                open().resumable("data/other", 1L << 34, "abc").orElseThrow()) {
            discarded.put(text("x"));
            discarded.discard();
        }
        try (ResumablePut anew = open().resumable("data/other", 1L << 34, "abc").orElseThrow()) {
            assertEquals(List.of(), anew.kept());
        }
        assertEquals(List.of("data/large"), names(open(), ""));
    }

    @Test
    void whatIsPutIsReadByEverybody() throws IOException {
        BackupRepository mine = open();
        assertTrue(mine.putIfAbsent("a/b/c-1_2.x", text("content")));
        BackupRepository other = open();
        assertEquals("content", readText(other, "a/b/c-1_2.x"));
        assertEquals(7, other.size("a/b/c-1_2.x"));
        assertArrayEquals("tent".getBytes(StandardCharsets.UTF_8), read(other, "a/b/c-1_2.x", 3));
        assertEquals(0, read(other, "a/b/c-1_2.x", 7).length);
        assertFalse(other.describe().isBlank());
    }

    @Test
    void whatStandsThereStays() throws IOException {
        BackupRepository repository = open();
        assertTrue(repository.putIfAbsent("name", text("first")));
        assertFalse(repository.putIfAbsent("name", text("second")));
        assertFalse(open().putIfAbsent("name", text("third")));
        assertEquals("first", readText(repository, "name"));
        assertEquals(List.of("name"), names(repository, ""));
    }

    @Test
    void emptyAndLargeObjects() throws IOException {
        BackupRepository repository = open();
        byte[] large = new byte[3 * 1024 * 1024 + 17];
        new Random(1).nextBytes(large);
        assertTrue(repository.putIfAbsent("empty", out -> {}));
        assertTrue(repository.putIfAbsent("large", out -> {
            out.write(large[0]);
            for (int at = 1; at < large.length; at += 300_000) {
                out.write(large, at, Math.min(300_000, large.length - at));
            }
        }));
        assertEquals(0, repository.size("empty"));
        assertEquals(0, read(repository, "empty", 0).length);
        assertArrayEquals(large, read(repository, "large", 0));
        assertArrayEquals(Arrays.copyOfRange(large, 2_000_001, large.length), read(repository, "large", 2_000_001));
        assertEquals(large.length, repository.list("large").get(0).bytes());
    }

    @Test
    void aContentThatFailsLeavesNothing() throws IOException {
        BackupRepository repository = open();
        IOException broken = new IOException("the source is broken");
        IOException thrown = assertThrows(
                IOException.class,
                () -> repository.putIfAbsent("half", out -> {
                    out.write(new byte[500_000]);
                    throw broken;
                }));
        assertSame(broken, thrown);
        IllegalStateException bug = new IllegalStateException("a bug");
        assertSame(
                bug,
                assertThrows(
                        IllegalStateException.class,
                        () -> repository.putIfAbsent("half", out -> {
                            throw bug;
                        })));
        assertEquals(List.of(), repository.list(""));
        assertTrue(repository.putIfAbsent("half", text("whole")));
        assertEquals("whole", readText(repository, "half"));
    }

    @Test
    void nothingIsSeenBeforeItIsWhole() throws IOException {
        BackupRepository repository = open();
        BackupRepository other = open();
        repository.putIfAbsent("slow", out -> {
            out.write(new byte[1_000_000]);
            out.flush();
            assertEquals(List.of(), other.list(""));
            assertEquals(Reason.ABSENT, reasonOf(() -> other.read("slow", 0).close(), "slow"));
        });
        assertEquals(1_000_000, other.size("slow"));
    }

    @Test
    void whoPutsMeanwhileWins() throws IOException {
        BackupRepository repository = open();
        BackupRepository other = open();
        assertFalse(repository.putIfAbsent("name", out -> {
            out.write(1);
            assertTrue(other.putIfAbsent("name", text("quicker")));
            out.write(2);
        }));
        assertEquals("quicker", readText(repository, "name"));
    }

    @Test
    void ofManyOneWins() throws Exception {
        int writers = 8;
        ExecutorService threads = Executors.newFixedThreadPool(writers);
        try {
            for (int round = 0; round < 20; round++) {
                String name = "race/" + round;
                CyclicBarrier together = new CyclicBarrier(writers);
                List<Callable<Boolean>> puts = new ArrayList<>();
                for (int i = 0; i < writers; i++) {
                    BackupRepository repository = open();
                    String content = "writer " + i;
                    puts.add(() -> {
                        together.await();
                        return repository.putIfAbsent(name, text(content));
                    });
                }
                String winner = "";
                List<Future<Boolean>> done = threads.invokeAll(puts);
                for (int i = 0; i < writers; i++) {
                    if (done.get(i).get()) {
                        assertEquals("", winner, "two have won");
                        winner = "writer " + i;
                    }
                }
                assertEquals(winner, readText(open(), name));
            }
        } finally {
            threads.shutdownNow();
        }
    }

    @Test
    void listsByPrefixInOrder() throws IOException {
        BackupRepository repository = open();
        for (String name : List.of("b/2", "b/10", "a", "b/1/x", "bc", "c/1")) {
            repository.putIfAbsent(name, text(name));
        }
        assertEquals(List.of("a", "b/1/x", "b/10", "b/2", "bc", "c/1"), names(repository, ""));
        assertEquals(List.of("b/1/x", "b/10", "b/2"), names(repository, "b/"));
        assertEquals(List.of("b/1/x", "b/10"), names(repository, "b/1"));
        assertEquals(List.of("b/1/x", "b/10", "b/2", "bc"), names(repository, "b"));
        assertEquals(List.of("b/1/x"), names(repository, "b/1/x"));
        assertEquals(List.of(), names(repository, "d/e/f"));
        assertEquals(List.of(), names(repository, "../"));
        assertEquals(List.of(), names(repository, "/"));
        assertEquals(5, repository.list("b/1/x").get(0).bytes());
    }

    @Test
    void timesOfStoringDoNotFall() throws IOException {
        BackupRepository repository = open();
        repository.putIfAbsent("1", text("1"));
        repository.putIfAbsent("2", text("2"));
        List<Stored> stored = repository.list("");
        assertTrue(stored.get(0).storedMillis() <= stored.get(1).storedMillis(), stored.toString());
    }

    @Test
    void deletes() throws IOException {
        BackupRepository repository = open();
        repository.putIfAbsent("x/y/1", text("1"));
        repository.putIfAbsent("x/2", text("2"));
        assertTrue(repository.delete("x/y/1"));
        assertFalse(repository.delete("x/y/1"));
        assertFalse(open().delete("never/was"));
        assertEquals(List.of("x/2"), names(repository, ""));
        assertTrue(repository.putIfAbsent("x/y/1", text("again")));
        assertEquals("again", readText(repository, "x/y/1"));
    }

    @Test
    void manyDeleteAndPutAtOnce() throws Exception {
        int threads = 4;
        ExecutorService pool = Executors.newFixedThreadPool(threads);
        try {
            List<Callable<Integer>> all = new ArrayList<>();
            for (int i = 0; i < threads; i++) {
                String own = "shared/deep/" + i;
                BackupRepository repository = open();
                all.add(() -> {
                    int done = 0;
                    for (int round = 0; round < 50; round++) {
                        done += repository.putIfAbsent(own, text("x")) ? 1 : 0;
                        done += repository.delete(own) ? 1 : 0;
                    }
                    return done;
                });
            }
            for (Future<Integer> done : pool.invokeAll(all)) {
                assertEquals(100, done.get());
            }
        } finally {
            pool.shutdownNow();
        }
        assertEquals(List.of(), open().list(""));
    }

    @Test
    void whatIsAbsentIsSaid() throws IOException {
        BackupRepository repository = open();
        assertEquals(Reason.ABSENT, reasonOf(() -> repository.size("no/such"), "no/such"));
        assertEquals(
                Reason.ABSENT,
                reasonOf(
                        () -> {
                            try (InputStream in = repository.read("no/such", 0)) {
                                in.readAllBytes();
                            }
                        },
                        "no/such"));
    }

    @Test
    void namesThatLeadElsewhereAreRefused() throws IOException {
        BackupRepository repository = open();
        for (String name : List.of(
                "",
                "/a",
                "a/",
                "a//b",
                "..",
                "a/../b",
                "../a",
                ".a",
                "a/.b",
                "a\\b",
                "a b",
                "a:b",
                "é",
                "a\nb",
                "-a",
                "a".repeat(201),
                "a/".repeat(250) + "a")) {
            assertThrows(IllegalArgumentException.class, () -> repository.putIfAbsent(name, text("x")), name);
            assertThrows(IllegalArgumentException.class, () -> repository.read(name, 0), name);
            assertThrows(IllegalArgumentException.class, () -> repository.size(name), name);
            assertThrows(IllegalArgumentException.class, () -> repository.delete(name), name);
        }
        assertEquals(List.of(), repository.list(""));
        String longest = "a".repeat(200) + "/" + "b".repeat(200) + "/" + "c".repeat(98);
        assertTrue(repository.putIfAbsent(longest, text("x")));
        assertEquals(List.of(longest), names(repository, ""));
    }

    @Test
    void aPutUnderWayIsNotCollectedByItsOwnProcess() throws IOException {
        BackupRepository repository = open();
        assertTrue(repository.putIfAbsent("name", out -> {
            out.write(new byte[200_000]);
            assertEquals(0, repository.collectUnfinished(Duration.ZERO));
            out.write(new byte[200_000]);
        }));
        assertEquals(400_000, repository.size("name"));
    }

    @Test
    void aPutUnderWayElsewhereIsLeftWhileItIsHeardOf() throws IOException {
        BackupRepository repository = open();
        BackupRepository other = open();
        assertTrue(repository.putIfAbsent("name", out -> {
            out.write(new byte[200_000]);
            assertEquals(0, other.collectUnfinished(Duration.ofHours(1)));
        }));
        assertEquals(200_000, repository.size("name"));
    }
}
