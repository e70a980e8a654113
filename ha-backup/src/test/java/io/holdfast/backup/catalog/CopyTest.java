package io.holdfast.backup.catalog;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.backup.BackupRepositoryException;
import io.holdfast.backup.BackupRepositoryException.Reason;
import io.holdfast.backup.MemoryRepository;
import io.holdfast.backup.NotPublishedException;
import io.holdfast.backup.catalog.Catalogue.Verification;
import io.holdfast.backup.catalog.FailingRepository.Died;
import io.holdfast.backup.catalog.FailingRepository.Fault;
import io.holdfast.backup.container.Progress;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Backups that are copied from one repository into another. */
class CopyTest {
    private static final Duration HOUR = Duration.ofHours(1);

    private final World world = new World(World.KEYS, 3);
    private final MemoryRepository from = new MemoryRepository();
    private final MemoryRepository to = new MemoryRepository();
    private BackupId first;
    private BackupId second;

    @BeforeEach
    void two() throws IOException {
        CatalogueWriter writer = world.claim(from, 5);
        first = World.make(writer).id();
        second = World.make(writer, first).id();
    }

    private Catalogue source() {
        return world.catalogue(from);
    }

    private void assertSameBytes(BackupId id) {
        List<String> names = new ArrayList<>(List.of("backups/" + id));
        from.names().stream().filter(name -> name.startsWith("data/" + id)).forEach(names::add);
        assertEquals(3, names.size());
        names.forEach(name -> assertArrayEquals(from.bytes(name), to.bytes(name), name));
    }

    @Test
    void aCopyIsTheSameBackup() throws IOException {
        CatalogueWriter writer = world.claim(to, 5);
        List<Long> progress = new ArrayList<>();
        Manifest copied = writer.copy(source(), first, (content, stored) -> progress.add(stored));
        assertSameBytes(first);
        assertEquals(List.of(copied), world.catalogue(to).list().backups());
        assertEquals(copied.storedBytes(), progress.get(progress.size() - 1));
        world.restore(to, copied);
        assertTrue(world.verify(to).isClean(), world.verify(to).toString());
        assertTrue(
                to.names().stream().noneMatch(name -> name.startsWith("running/")),
                to.names().toString());
    }

    @Test
    void whatWasMadeUnderALowerTokenCountsAndGoesOnDoingSo() throws IOException {
        CatalogueWriter writer = world.claim(to, 9);
        writer.copy(source(), first, Progress.NONE);
        writer.copy(source(), second, Progress.NONE);
        assertEquals(List.of(first, second), sorted(world.ids(to)));
        assertTrue(world.verify(to).isClean(), world.verify(to).toString());
        to.pass(HOUR.multipliedBy(3));
        writer.collect(HOUR);
        assertEquals(List.of(first, second), sorted(world.ids(to)), "a collection leaves it");
        CatalogueWriter next = world.claim(to, 10);
        next.collect(HOUR);
        assertEquals(List.of(first, second), sorted(world.ids(to)));
        assertTrue(to.names().stream().noneMatch(name -> name.startsWith("adopted/")), "its claim names them now");
        assertTrue(world.verify(to).isClean(), world.verify(to).toString());
    }

    private List<BackupId> sorted(List<BackupId> ids) {
        assertEquals(2, ids.size());
        return ids.contains(first) ? List.of(first, second) : ids;
    }

    /** At 99 of 100 GiB the store goes away, and the process dies: the next one goes on there. */
    @Test
    void aCopyThatBreaksOffGoesOnWhereItWas() throws IOException {
        to.inPieces(200);
        int[] puts = {0};
        int[] all = {Integer.MAX_VALUE};
        FailingRepository counting = FailingRepository.hooked(to, (call, name) -> {
            if (call.equals("put") && name.startsWith("data/") && ++puts[0] > all[0]) {
                throw new BackupRepositoryException(Reason.UNAVAILABLE, "it is away: " + name, null);
            }
        });
        Manifest copied = world.claim(counting, 9).copy(source(), first, Progress.NONE);
        int whole = puts[0];
        assertTrue(whole > 15, whole + " pieces");
        assertTrue(world.claim(to, 9).delete(first));

        puts[0] = 0;
        all[0] = 12;
        CatalogueWriter breaking = world.claim(counting, 9);
        assertThrows(BackupRepositoryException.class, () -> breaking.copy(source(), first, Progress.NONE));
        assertTrue(to.unfinishedBytes() > 0);
        assertEquals(List.of(), world.ids(to));

        puts[0] = 0;
        all[0] = Integer.MAX_VALUE;
        long read = to.unfinishedBytes();
        List<Long> progress = new ArrayList<>();
        assertEquals(
                copied, world.claim(counting, 10).copy(source(), first, (content, stored) -> progress.add(stored)));
        assertEquals(12 * 200, read);
        assertEquals(whole - 12, puts[0], "of " + whole + " pieces");
        assertEquals(copied.storedBytes(), progress.get(progress.size() - 1));
        assertSameBytes(first);
        assertEquals(0, to.unfinishedBytes());
        assertTrue(world.verify(to).isClean(), world.verify(to).toString());
    }

    /** A container that was whole is not copied again; but what a deletion was at is. */
    @Test
    void containersThatAreWholeStay() throws IOException {
        CatalogueWriter breaking = breaking(9);
        List<String> put = new ArrayList<>();
        FailingRepository counting = FailingRepository.hooked(to, (call, name) -> {
            if (call.equals("put") && name.startsWith("data/")) {
                put.add(name.substring(name.lastIndexOf('/')));
            }
        });
        assertThrows(BackupRepositoryException.class, () -> breaking.copy(source(), first, Progress.NONE));
        List<Long> progress = new ArrayList<>();
        Manifest copied = world.claim(counting, 10).copy(source(), first, (content, stored) -> progress.add(stored));
        assertEquals(List.of("/orders"), put);
        assertEquals(copied.storedBytes(), progress.get(progress.size() - 1));
        assertSameBytes(first);
        assertTrue(world.verify(to).isClean(), world.verify(to).toString());

        assertTrue(world.claim(to, 10).delete(first));
        assertThrows(BackupRepositoryException.class, () -> breaking(11).copy(source(), first, Progress.NONE));
        to.putIfAbsent("deleting/" + first, out -> out.write(1));
        put.clear();
        world.claim(counting, 12).copy(source(), first, Progress.NONE);
        assertEquals(List.of("/log", "/orders"), put);
        assertSameBytes(first);
        assertTrue(world.verify(to).isClean(), world.verify(to).toString());
    }

    private CatalogueWriter breaking(long term) {
        return world.claim(
                FailingRepository.hooked(to, (call, name) -> {
                    if (call.equals("put") && name.endsWith("/orders")) {
                        throw new BackupRepositoryException(Reason.UNAVAILABLE, "it is away: " + name, null);
                    }
                }),
                term);
    }

    /** What was read wrongly once, and is there in a piece, does not become a part of the copy. */
    @Test
    void whatIsLeftOfSomethingElseIsNotGoneOnWith() throws IOException {
        to.inPieces(200);
        String object = from.names().stream()
                .filter(name -> name.startsWith("data/" + first) && name.endsWith("/log"))
                .findFirst()
                .orElseThrow();
        byte[] good = from.bytes(object).clone();
        byte[] bad = good.clone();
        bad[300] ^= 1;
        int[] puts = {0};
        FailingRepository breaking = FailingRepository.hooked(to, (call, name) -> {
            if (call.equals("put") && name.equals(object) && ++puts[0] > 3) {
                throw new BackupRepositoryException(Reason.UNAVAILABLE, "it is away: " + name, null);
            }
        });
        from.replace(object, bad);
        CatalogueWriter broken = world.claim(breaking, 9);
        assertThrows(BackupRepositoryException.class, () -> broken.copy(source(), first, Progress.NONE));
        from.replace(object, good);
        CatalogueWriter writer = world.claim(to, 10);
        IllegalStateException refused =
                assertThrows(IllegalStateException.class, () -> writer.copy(source(), first, Progress.NONE));
        assertTrue(String.valueOf(refused.getMessage()).contains("from the beginning"), refused.getMessage());
        writer.copy(source(), first, Progress.NONE);
        assertSameBytes(first);
        assertTrue(world.verify(to).isClean(), world.verify(to).toString());
    }

    @Test
    void ofADamagedContainerNothingIsKept() {
        to.inPieces(200);
        String object = from.names().stream()
                .filter(name -> name.startsWith("data/" + first) && name.endsWith("/log"))
                .findFirst()
                .orElseThrow();
        byte[] bytes = from.bytes(object);
        bytes[bytes.length - 1] ^= 1;
        CatalogueWriter writer = world.claim(to, 9);
        CopyFailedException failed =
                assertThrows(CopyFailedException.class, () -> writer.copy(source(), first, Progress.NONE));
        assertEquals(CopyFailedException.Why.DAMAGED, failed.why());
        assertEquals(0, to.unfinishedBytes());
        assertEquals(List.of(), world.ids(to));
    }

    @Test
    void aDeletedCopyLeavesNothing() throws IOException {
        CatalogueWriter writer = world.claim(to, 9);
        List<String> before = to.names();
        writer.copy(source(), first, Progress.NONE);
        assertTrue(writer.delete(first));
        assertEquals(before, to.names());
    }

    @Test
    void copyingTwiceDoesNothing() throws IOException {
        CatalogueWriter writer = world.claim(to, 9);
        writer.copy(source(), first, Progress.NONE);
        List<String> before = to.names();
        assertEquals(first, writer.copy(source(), first, Progress.NONE).id());
        assertEquals(before, to.names());
    }

    @Test
    void whatItNeedsGoesFirst() {
        CatalogueWriter writer = world.claim(to, 9);
        assertThrows(IllegalArgumentException.class, () -> writer.copy(source(), second, Progress.NONE));
        assertEquals(List.of(), world.ids(to));
    }

    @Test
    void whoWasDeposedMeanwhileCopiesNothingThatCounts() {
        CatalogueWriter writer = world.claim(to, 9);
        assertThrows(
                NotPublishedException.class,
                () -> writer.copy(source(), first, (content, stored) -> world.claim(to, 11)));
        assertEquals(List.of(), world.ids(to));
        CatalogueWriter late = world.claim(to, 11);
        assertThrows(NotPublishedException.class, () -> writer.copy(source(), first, Progress.NONE));
        assertEquals(11, late.token().number());
    }

    /** It stands still before it stores the manifest, and its successor copies the same backup. */
    @Test
    void aSuccessorCopiesWhatItsPredecessorBegan() throws IOException {
        boolean[] done = {false};
        FailingRepository slow = FailingRepository.hooked(to, (call, name) -> {
            if (call.equals("put") && name.startsWith("backups/") && !done[0]) {
                done[0] = true;
                try {
                    world.claim(to, 11).copy(source(), first, Progress.NONE);
                } catch (IOException impossible) {
                    throw new IllegalStateException(impossible);
                }
            }
        });
        CatalogueWriter old = world.claim(slow, 9);
        assertThrows(NotPublishedException.class, () -> old.copy(source(), first, Progress.NONE));
        assertTrue(done[0]);
        assertEquals(List.of(first), world.ids(to));
        assertSameBytes(first);
        to.pass(HOUR.multipliedBy(3));
        world.claim(to, 11).collect(HOUR);
        assertEquals(List.of(first), world.ids(to));
        assertTrue(world.verify(to).isClean(), world.verify(to).toString());
    }

    /** It stands still before it removes what an earlier attempt left, and meanwhile its successor publishes that very backup. */
    @Test
    void whoWasDeposedBeforeItRemovesRemainsRemovesNothing() throws IOException {
        boolean[] done = {false};
        FailingRepository slow = FailingRepository.hooked(to, (call, name) -> {
            if (call.equals("list") && name.equals(Layout.data(first)) && !done[0]) {
                done[0] = true;
                try {
                    world.claim(to, 11).copy(source(), first, Progress.NONE);
                } catch (IOException impossible) {
                    throw new IllegalStateException(impossible);
                }
            }
        });
        CatalogueWriter old = world.claim(slow, 9);
        assertThrows(NotPublishedException.class, () -> old.copy(source(), first, Progress.NONE));
        assertTrue(done[0]);
        assertEquals(List.of(first), world.ids(to));
        assertSameBytes(first);
        assertTrue(world.verify(to).isClean(), world.verify(to).toString());
    }

    @Test
    void whatIsDamagedIsNotCopied() throws IOException {
        String name = from.names().stream()
                .filter(object -> object.startsWith("data/" + first))
                .findFirst()
                .orElseThrow();
        from.bytes(name)[from.bytes(name).length / 2] ^= 1;
        CatalogueWriter writer = world.claim(to, 9);
        CopyFailedException failed =
                assertThrows(CopyFailedException.class, () -> writer.copy(source(), first, Progress.NONE));
        assertEquals(CopyFailedException.Why.DAMAGED, failed.why());
        assertTrue(String.valueOf(failed.getMessage()).contains(name), failed.getMessage());
        assertEquals(List.of(), world.ids(to));
        assertFalse(to.names().contains(name));
        from.delete(name);
        failed = assertThrows(CopyFailedException.class, () -> writer.copy(source(), first, Progress.NONE));
        assertEquals(CopyFailedException.Why.DAMAGED, failed.why());
        from.delete("backups/" + first);
        failed = assertThrows(CopyFailedException.class, () -> writer.copy(source(), first, Progress.NONE));
        assertEquals(CopyFailedException.Why.GONE, failed.why());
    }

    @Test
    void aSourceThatFailsIsToldApartFromATargetThatDoes() {
        FailingRepository broken = new FailingRepository(from, Fault.FAILS_AFTER, 1);
        CatalogueWriter writer = world.claim(to, 9);
        CopyFailedException failed = assertThrows(
                CopyFailedException.class, () -> writer.copy(world.catalogue(broken), first, Progress.NONE));
        assertEquals(CopyFailedException.Why.UNREADABLE, failed.why());
        CatalogueWriter full = world.claim(
                FailingRepository.hooked(to, (call, name) -> {
                    if (call.equals("put") && name.startsWith("data/")) {
                        throw new BackupRepositoryException(BackupRepositoryException.Reason.NO_SPACE, "full", null);
                    }
                }),
                10);
        assertThrows(BackupRepositoryException.class, () -> full.copy(source(), first, Progress.NONE));
        assertEquals(List.of(), world.ids(to));
    }

    /** It dies at each call of the target in turn. */
    @ParameterizedTest
    @EnumSource(Fault.class)
    void afterADeathAtAnyPointTheNextOneFinishesIt(Fault fault) throws IOException {
        boolean more = true;
        int points = 0;
        for (int at = 0; more; at++) {
            MemoryRepository target = new MemoryRepository();
            FailingRepository failing = new FailingRepository(target, fault, at);
            try {
                CatalogueWriter writer = world.claim(failing, 9);
                writer.copy(source(), first, Progress.NONE);
                writer.copy(source(), second, Progress.NONE);
                writer.collect(HOUR);
            } catch (Died | BackupRepositoryException expected) {
                assertTrue(failing.reached(), "failed before it was asked to");
            }
            more = failing.reached();
            points++;
            for (Manifest manifest : world.catalogue(target).list().backups()) {
                world.restore(target, manifest);
            }
            target.pass(HOUR.multipliedBy(2));
            CatalogueWriter next = world.claim(target, 10);
            next.copy(source(), first, Progress.NONE);
            next.copy(source(), second, Progress.NONE);
            next.collect(HOUR);
            world.claim(target, 11).collect(HOUR);
            Verification verification = world.verify(target);
            assertTrue(verification.isClean(), "point " + at + ": " + verification);
            assertEquals(2, verification.backups(), "point " + at);
            assertEquals(List.of(), verification.unfinished(), "point " + at);
            List<String> left = new ArrayList<>(target.names());
            left.removeAll(from.names());
            left.removeIf(name -> name.startsWith("fences/"));
            assertEquals(List.of(), left, "point " + at);
        }
        assertTrue(points > 20, "only " + points + " points");
    }
}
