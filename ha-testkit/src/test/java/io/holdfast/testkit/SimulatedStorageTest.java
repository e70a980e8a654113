package io.holdfast.testkit;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.core.runtime.NodeRuntime;
import io.holdfast.core.runtime.Storage;
import io.holdfast.core.runtime.Storage.AppendMode;
import io.holdfast.core.runtime.Storage.OpenMode;
import io.holdfast.core.runtime.StorageFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class SimulatedStorageTest {
    private static final Path DIRECTORY = Path.of("/data/log");
    private static final Path FILE = DIRECTORY.resolve("segment");

    private Simulation simulation = new Simulation(3);
    private SimulatedNode node = simulation.node("a");
    private Storage storage = node.runtime().storage();

    private void restart(CrashMode mode) {
        node.crash(mode);
        storage = node.runtime().storage();
    }

    private StorageFile create(Path path) throws IOException {
        storage.createDirectories(DIRECTORY);
        StorageFile file = storage.open(path, OpenMode.CREATE);
        storage.forceDirectory(DIRECTORY);
        return file;
    }

    private static ByteBuffer bytes(String text) {
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
    }

    private String text(Path path) {
        byte[] read = node.storage().read(path);
        return read == null ? "absent" : new String(read, StandardCharsets.UTF_8);
    }

    @Test
    void readsWhatWasWritten() throws IOException {
        StorageFile file = create(FILE);
        file.write(new ByteBuffer[] {bytes("one "), bytes(""), bytes("two")}, 0);
        file.write(bytes("TWO"), 4);
        file.write(bytes("far"), 10_000);
        assertEquals(10_003, file.size());
        ByteBuffer read = ByteBuffer.allocate(10);
        assertEquals(10, file.read(read, 0));
        assertEquals("one TWO\0\0\0", new String(read.array(), StandardCharsets.UTF_8));
        assertEquals(3, file.read(read.clear(), 10_000));
        assertEquals(0, file.read(read.clear(), 10_003));
        assertEquals(0, file.read(read.clear(), 99_999));
        file.truncate(3);
        file.truncate(100);
        assertEquals(3, file.size());
        file.write(bytes("!"), 5);
        assertEquals("one\0\0!", text(FILE));
        file.close();
        assertThrows(IOException.class, file::size);
    }

    @Test
    void aKillKeepsWhatALossOfPowerLoses() throws IOException {
        StorageFile file = create(FILE);
        file.write(bytes("forced"), 0);
        file.force();
        file.write(bytes(" and not"), 6);
        node.kill();
        storage = node.runtime().storage();
        assertEquals("forced and not", text(FILE));
        assertEquals(1, node.storage().unforced(FILE));
        restart(CrashMode.ALL_LOST);
        assertEquals("forced", text(FILE));
        assertEquals(0, node.storage().unforced(FILE));
    }

    private StorageFile append(String forced, String gathered) throws IOException {
        storage.createDirectories(DIRECTORY);
        StorageFile file = storage.openForAppending(FILE, OpenMode.CREATE, AppendMode.GATHER);
        storage.forceDirectory(DIRECTORY);
        file.write(bytes(forced), 0);
        file.force();
        file.write(bytes(gathered), forced.length());
        return file;
    }

    private void startAnew(int seed) {
        simulation = new Simulation(seed);
        node = simulation.node("a");
        storage = node.runtime().storage();
    }

    @Test
    void whatIsAppendedStaysInTheProcessUntilItIsForced() throws IOException {
        StorageFile file = append("forced", " and not");
        assertEquals("forced", text(FILE).replace("\0", ""));
        assertEquals(1, node.storage().unforced(FILE));
        ByteBuffer read = ByteBuffer.allocate(14);
        assertEquals(14, file.read(read, 0));
        assertEquals("forced and not", new String(read.array(), StandardCharsets.UTF_8));
        file.force();
        assertEquals("forced and not", text(FILE).replace("\0", ""));
        assertEquals(4096, file.size(), "whole blocks are written");
        file.truncate(6);
        assertEquals("forced", text(FILE));
    }

    @Test
    void aKillLosesWhatWasAppendedSaveForTheBlocksOfAForceUnderWay() throws IOException {
        String gathered = "x".repeat(5 * 4096);
        Set<Integer> left = new TreeSet<>();
        for (int seed = 0; seed < 60; seed++) {
            startAnew(seed);
            append("y".repeat(4096), gathered);
            node.kill();
            storage = node.runtime().storage();
            String found = text(FILE);
            assertEquals("y".repeat(4096), found.substring(0, 4096));
            assertTrue(gathered.startsWith(found.substring(4096)));
            left.add(found.length() / 4096 - 1);
        }
        assertEquals(Set.of(0, 1, 2, 3, 4, 5), left);
    }

    @Test
    void aLossOfPowerLosesKeepsOrTearsWhatWasAppended() throws IOException {
        append("forced", " and not");
        restart(CrashMode.ALL_LOST);
        assertEquals("forced", text(FILE).replace("\0", ""));
        startAnew(1);
        append("forced", " and not");
        restart(CrashMode.ALL_KEPT);
        assertEquals("forced and not", text(FILE).replace("\0", ""));
        Set<Integer> lengths = new TreeSet<>();
        for (int seed = 0; seed < 60; seed++) {
            startAnew(seed);
            append("y".repeat(4096), "x".repeat(8 * 512));
            restart(CrashMode.MIXED);
            lengths.add(text(FILE).replace("\0", "").length());
        }
        assertTrue(lengths.contains(4096) && lengths.contains(8192) && lengths.size() > 4, lengths.toString());
    }

    @Test
    void whatWasAppendedAndNotForcedGoesWithTheOpenFileOrItsProcess() throws IOException {
        append("forced", " and not").close();
        assertEquals(0, node.storage().unforced(FILE));
        node.kill();
        NodeRuntime process = node.runtime();
        process.storage()
                .openForAppending(FILE, OpenMode.READ_WRITE, AppendMode.GATHER)
                .write(bytes(" and not"), 6);
        process.close();
        assertEquals(0, node.storage().unforced(FILE));
        restart(CrashMode.ALL_KEPT);
        assertEquals("forced", text(FILE).replace("\0", ""));
    }

    @Test
    void aFailedForceOfWhatWasAppendedIsFinal() throws IOException {
        StorageFile file = append("forced", " and not");
        node.storage().failNextForce("broken");
        assertThrows(IOException.class, file::force);
        assertThrows(IOException.class, file::force);
        assertThrows(IOException.class, () -> file.write(bytes("more"), 14));
    }

    @Test
    void anOldProcessHasNoAccess() throws IOException {
        StorageFile file = create(FILE);
        Storage old = storage;
        node.kill();
        node.runtime();
        assertThrows(IOException.class, () -> file.write(bytes("x"), 0));
        assertThrows(IOException.class, () -> old.exists(FILE));
    }

    @Test
    void allKeptKeepsAllAndCutsAreLostToo() throws IOException {
        StorageFile file = create(FILE);
        file.write(bytes("0123456789"), 0);
        file.force();
        file.truncate(4);
        restart(CrashMode.ALL_LOST);
        assertEquals("0123456789", text(FILE));
        StorageFile again = storage.open(FILE, OpenMode.READ_WRITE);
        again.truncate(4);
        again.write(bytes("!"), 4);
        restart(CrashMode.ALL_KEPT);
        assertEquals("0123!", text(FILE));
    }

    @Test
    void directoriesForgetWhatWasNotForced() throws IOException {
        create(FILE).close();
        StorageFile unlinked = storage.open(DIRECTORY.resolve("new"), OpenMode.CREATE);
        unlinked.write(bytes("x"), 0);
        unlinked.force();
        storage.rename(FILE, DIRECTORY.resolve("renamed"));
        restart(CrashMode.ALL_LOST);
        assertEquals(List.of(FILE), storage.list(DIRECTORY));
        storage.rename(FILE, DIRECTORY.resolve("renamed"));
        storage.forceDirectory(DIRECTORY);
        storage.delete(DIRECTORY.resolve("renamed"));
        restart(CrashMode.ALL_LOST);
        assertEquals(List.of(DIRECTORY.resolve("renamed")), storage.list(DIRECTORY));
        storage.delete(DIRECTORY.resolve("renamed"));
        storage.forceDirectory(DIRECTORY);
        restart(CrashMode.ALL_LOST);
        assertEquals(List.of(), storage.list(DIRECTORY));
        assertTrue(storage.exists(DIRECTORY));
    }

    @Test
    void aRenameReachesTheDiskWholeOrNotAtAll() throws IOException {
        Set<String> seen = new TreeSet<>();
        for (int seed = 0; seed < 50; seed++) {
            fresh(seed);
            Path temporary = DIRECTORY.resolve("segment.tmp");
            StorageFile old = create(FILE);
            old.write(bytes("old"), 0);
            old.force();
            StorageFile next = storage.open(temporary, OpenMode.CREATE);
            next.write(bytes("new"), 0);
            next.force();
            storage.rename(temporary, FILE);
            restart(CrashMode.MIXED);
            seen.add(text(FILE));
        }
        assertEquals(Set.of("old", "new"), seen);
    }

    private void fresh(long seed) {
        simulation = new Simulation(seed);
        node = simulation.node("a");
        storage = node.runtime().storage();
    }

    @Test
    void writesAreKeptLostOrTornBySectors() throws IOException {
        int torn = 0;
        int kept = 0;
        int lost = 0;
        for (int seed = 0; seed < 200; seed++) {
            fresh(seed);
            StorageFile file = create(FILE);
            file.write(ByteBuffer.wrap(filled(8192, 'o')), 0);
            file.force();
            file.write(ByteBuffer.wrap(filled(4096, 'n')), 1000);
            restart(CrashMode.MIXED);
            byte[] after = read();
            assertEquals(8192, after.length);
            int fresh = checkSectors(after);
            kept += fresh == 4096 ? 1 : 0;
            lost += fresh == 0 ? 1 : 0;
            torn += fresh > 0 && fresh < 4096 ? 1 : 0;
        }
        assertTrue(kept > 20 && lost > 20 && torn > 50, kept + " kept, " + lost + " lost, " + torn + " torn");
    }

    /** Each sector is new or old as far as the write covers it; returns the number of new bytes. */
    private static int checkSectors(byte[] bytes) {
        int fresh = 0;
        for (int sector = 0; sector < bytes.length; sector += 512) {
            int from = Math.max(sector, 1000);
            int to = Math.min(sector + 512, 5096);
            for (int i = sector; i < sector + 512; i++) {
                boolean covered = i >= from && i < to;
                assertEquals(covered ? bytes[from] : 'o', bytes[i], "byte " + i);
                fresh += bytes[i] == 'n' ? 1 : 0;
            }
        }
        return fresh;
    }

    private static byte[] filled(int length, char value) {
        byte[] bytes = new byte[length];
        Arrays.fill(bytes, (byte) value);
        return bytes;
    }

    private byte[] read() {
        byte[] bytes = node.storage().read(FILE);
        if (bytes == null) {
            throw new AssertionError(FILE + " is gone");
        }
        return bytes;
    }

    @Test
    void aSectorThatHoldsALaterWriteHoldsTheEarlierOnes() throws IOException {
        for (int seed = 0; seed < 200; seed++) {
            fresh(seed);
            StorageFile file = create(FILE);
            for (int i = 0; i < 10; i++) {
                file.write(bytes("" + i), i);
            }
            restart(CrashMode.MIXED);
            assertTrue("0123456789".startsWith(text(FILE)), text(FILE));
        }
    }

    @Test
    void aForceAfterAFailedOneProvesNothing() throws IOException {
        StorageFile file = create(FILE);
        node.storage().failNextForce("EIO");
        file.write(bytes("lost"), 0);
        IOException failed = assertThrows(IOException.class, file::force);
        assertTrue(failed.getMessage().contains(FILE.toString()), failed.getMessage());
        assertThrows(IOException.class, file::force);
        StorageFile other = storage.open(FILE, OpenMode.READ_WRITE);
        other.force();
        assertEquals("lost", text(FILE));
        restart(CrashMode.ALL_KEPT);
        assertEquals("\0\0\0\0", text(FILE), "the system took the page for clean");
    }

    @Test
    void writesFailAndDisksFill() throws IOException {
        StorageFile file = create(FILE);
        node.storage().failNextWrite(path -> path.endsWith("other"), "EIO");
        file.write(bytes("fine"), 0);
        node.storage().failNextWrite("EIO");
        assertThrows(IOException.class, () -> file.write(bytes("FAIL"), 0));
        assertEquals("fine", text(FILE));
        node.storage().clearFailures();
        node.storage().capacity(6);
        file.write(bytes("FINE"), 0);
        IOException full = assertThrows(IOException.class, () -> file.write(bytes("more"), 4));
        assertTrue(full.getMessage().contains("No space left on device"), full.getMessage());
        assertEquals("FINEmo", text(FILE));
        assertEquals(6, node.storage().usedBytes());
    }

    @Test
    void aFlippedBitStays() throws IOException {
        StorageFile file = create(FILE);
        file.write(bytes("abc"), 0);
        file.force();
        node.storage().flipBit(FILE, 1, 5);
        assertEquals("aBc", text(FILE));
        restart(CrashMode.ALL_LOST);
        assertEquals("aBc", text(FILE));
        assertThrows(IllegalArgumentException.class, () -> node.storage().flipBit(FILE, 3, 0));
    }

    @Test
    void aLockIsHeldByOneAndEndsWithTheProcess() throws Exception {
        storage.createDirectories(DIRECTORY);
        AutoCloseable lock = storage.lock(DIRECTORY);
        assertThrows(IOException.class, () -> storage.lock(DIRECTORY));
        lock.close();
        AutoCloseable kept = storage.lock(DIRECTORY);
        node.kill();
        storage = node.runtime().storage();
        storage.lock(DIRECTORY);
        kept.close();
        assertThrows(IOException.class, () -> storage.lock(DIRECTORY), "an old lock's close does not free it");
    }

    @Test
    void modesAndAbsenceAreChecked() throws IOException {
        assertThrows(IOException.class, () -> storage.open(FILE, OpenMode.CREATE), "no directory");
        create(FILE).close();
        assertThrows(IOException.class, () -> storage.open(FILE, OpenMode.CREATE));
        assertThrows(IOException.class, () -> storage.open(DIRECTORY.resolve("no"), OpenMode.READ));
        assertThrows(IOException.class, () -> storage.delete(DIRECTORY.resolve("no")));
        StorageFile file = storage.open(FILE, OpenMode.READ);
        assertThrows(IOException.class, () -> file.write(bytes("x"), 0));
        assertTrue(storage.exists(FILE));
        assertFalse(storage.exists(DIRECTORY.resolve("no")));
        assertEquals(List.of(DIRECTORY), storage.list(Path.of("/data")));
        assertEquals(List.of(), storage.list(Path.of("/nowhere")));
        node.kill();
        node.storage().wipe();
        assertNull(node.storage().read(FILE));
        assertEquals(List.of(), node.storage().files());
    }

    /** Random use against the plainest model: an array for what is shown and one for what is forced. */
    @Test
    void behavesAsAnArrayDoes() throws IOException {
        SplittableRandom random = new SplittableRandom(5);
        for (int round = 0; round < 20; round++) {
            fresh(round);
            StorageFile file = create(FILE);
            byte[] shown = new byte[0];
            byte[] forced = new byte[0];
            for (int step = 0; step < 200; step++) {
                switch (random.nextInt(8)) {
                    case 0 -> {
                        file.force();
                        forced = shown;
                    }
                    case 1 -> {
                        int size = random.nextInt(20_000);
                        file.truncate(size);
                        shown = size < shown.length ? Arrays.copyOf(shown, size) : shown;
                    }
                    case 2 -> {
                        restart(random.nextBoolean() ? CrashMode.ALL_LOST : CrashMode.ALL_KEPT);
                        byte[] after = read();
                        assertTrue(Arrays.equals(after, forced) || Arrays.equals(after, shown), "step " + step);
                        shown = after;
                        forced = after;
                        file = storage.open(FILE, OpenMode.READ_WRITE);
                    }
                    default -> {
                        int at = random.nextInt(15_000);
                        byte[] data =
                                filled(random.nextInt(6000), random.nextInt(3) == 0 ? '\0' : (char) ('a' + step % 26));
                        file.write(ByteBuffer.wrap(data), at);
                        if (data.length > 0) {
                            shown = Arrays.copyOf(shown, Math.max(shown.length, at + data.length));
                            System.arraycopy(data, 0, shown, at, data.length);
                        }
                    }
                }
                assertArrayEquals(shown, read(), "round " + round + " step " + step);
            }
        }
    }

    @Test
    void aCrashBeforeAnOperationInterruptsTheTaskThatAskedForIt() throws IOException {
        Simulation other = new Simulation(3);
        SimulatedNode dies = other.node("b");
        NodeRuntime runtime = dies.runtime();
        Storage dying = runtime.storage();
        dying.createDirectories(DIRECTORY);
        dying.open(FILE, OpenMode.CREATE).close();
        dying.forceDirectory(DIRECTORY);
        long before = dies.storage().operations();
        dies.storage().beforeOperation(before + 3, () -> dies.crash(CrashMode.ALL_LOST));
        List<String> done = new ArrayList<>();
        runtime.newWorker("disk").execute(() -> {
            try (StorageFile file = dying.open(FILE, OpenMode.READ_WRITE)) {
                file.write(bytes("one"), 0);
                done.add("written");
                file.force();
                done.add("forced");
                file.write(bytes("two"), 0);
                done.add("written again");
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
        other.runFor(Duration.ofSeconds(1));
        assertEquals(List.of("written", "forced"), done);
        assertEquals(List.of(), other.failures(), "a process that is gone does not fail");
        assertEquals("one", new String(dies.storage().read(FILE), StandardCharsets.UTF_8));
        assertThrows(IllegalArgumentException.class, () -> dies.storage().beforeOperation(1, () -> {}));
    }
}
