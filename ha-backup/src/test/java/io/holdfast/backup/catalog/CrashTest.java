package io.holdfast.backup.catalog;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.backup.BackupKind;
import io.holdfast.backup.BackupRepository;
import io.holdfast.backup.BackupRepositoryException;
import io.holdfast.backup.FaultyStorage;
import io.holdfast.backup.MemoryRepository;
import io.holdfast.backup.NotPublishedException;
import io.holdfast.backup.catalog.Catalogue.Listing;
import io.holdfast.backup.catalog.Catalogue.Verification;
import io.holdfast.backup.catalog.FailingRepository.Died;
import io.holdfast.backup.catalog.FailingRepository.Fault;
import io.holdfast.backup.directory.DirectoryRepository;
import io.holdfast.core.FencingToken;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A process dies, or its disk is full, at each call in turn. Afterwards the catalogue lists whole backups only, among them all that
 * were there before and were not asked to be deleted; the next run succeeds; and after a collection nothing is left over.
 */
class CrashTest {
    private static final Duration HOUR = Duration.ofHours(1);

    private final World world = new World(World.KEYS, 1);

    /** What a run has done when it ended, however. */
    private static final class Run {
        private Optional<BackupId> published = Optional.empty();
        private Optional<BackupId> asked = Optional.empty();
    }

    /** What there is to begin with: two backups, and one whose maker has died. */
    private List<BackupId> prepare(BackupRepository repository) throws IOException {
        CatalogueWriter writer = world.claim(repository, 5);
        List<BackupId> ids = List.of(World.make(writer).id(), World.make(writer).id());
        World.fill(writer.begin("shop", BackupKind.PHYSICAL, "dead", "node-1"));
        return ids;
    }

    /** All that a scheduler does: take over, back up, delete the oldest, collect. */
    private void run(BackupRepository repository, long term, BackupId oldest, Run run) throws IOException {
        CatalogueWriter writer = world.claim(repository, term);
        try (RunningBackup backup = writer.begin("shop", BackupKind.PHYSICAL, "state", "node-1")) {
            World.fill(backup);
            backup.renew();
            run.published = Optional.of(World.publish(backup).id());
        }
        run.asked = Optional.of(oldest);
        writer.delete(oldest);
        writer.collect(HOUR);
    }

    private void runAndFail(FailingRepository repository, BackupId oldest, Run run) throws IOException {
        try {
            run(repository, 6, oldest, run);
        } catch (Died | BackupRepositoryException expected) {
            assertTrue(repository.reached(), "failed before it was asked to");
        }
    }

    /** Only whole ones are listed, and none is missing. */
    private void check(BackupRepository repository, List<BackupId> before, Run run) throws IOException {
        Listing listing = world.catalogue(repository).list();
        assertEquals(List.of(), listing.damaged());
        for (Manifest manifest : listing.backups()) {
            world.restore(repository, manifest);
        }
        Set<BackupId> expected = new TreeSet<>(before);
        run.published.ifPresent(expected::add);
        run.asked.ifPresent(expected::remove);
        List<BackupId> listed = listing.backups().stream().map(Manifest::id).toList();
        assertTrue(listed.containsAll(expected), "listed " + listed + ", expected " + expected);
    }

    private void nextRun(MemoryRepository repository) throws IOException {
        nextRun(repository, HOUR, () -> repository.pass(HOUR.multipliedBy(2)));
    }

    private void nextRun(BackupRepository repository, Duration silentFor, Runnable hours) throws IOException {
        world.pass(HOUR.multipliedBy(2));
        hours.run();
        CatalogueWriter writer = world.claim(repository, 7);
        World.make(writer);
        writer.collect(silentFor);
        // What was given up under a token is forgotten under the next one, once nobody can be at it any more.
        hours.run();
        world.claim(repository, 8).collect(silentFor);
        Verification verification = world.verify(repository);
        assertTrue(verification.isClean(), verification.toString());
        assertEquals(List.of(), verification.unfinished());
    }

    /** Every object is a manifest, a part of a backup, or the claim that counts. */
    private void nothingIsLeftOver(BackupRepository repository) {
        Set<String> needed = new TreeSet<>(
                List.of(Layout.fence(FencingToken.of(0, 8), ".begun"), Layout.fence(FencingToken.of(0, 8), ".claim")));
        for (Manifest manifest : world.catalogue(repository).list().backups()) {
            needed.add("backups/" + manifest.id());
            manifest.objects().forEach(object -> needed.add(object.name()));
        }
        Set<String> there = new TreeSet<>();
        repository.list("").forEach(object -> there.add(object.name()));
        assertEquals(needed, there);
    }

    @ParameterizedTest
    @EnumSource(Fault.class)
    void aFaultAtAnyCall(Fault fault) throws IOException {
        MemoryRepository start = new MemoryRepository();
        List<BackupId> before = prepare(start);
        start.pass(HOUR.multipliedBy(2));
        int faults = 0;
        for (int call = 0; ; call++) {
            MemoryRepository repository = start.copy();
            FailingRepository failing = new FailingRepository(repository, fault, call);
            Run run = new Run();
            runAndFail(failing, before.get(0), run);
            if (!failing.reached()) {
                break;
            }
            faults++;
            check(repository, before, run);
            nextRun(repository);
            check(repository, before, run);
            nothingIsLeftOver(repository);
        }
        assertTrue(faults >= 50, "only " + faults + " calls");
    }

    @Test
    void twoFaultsInARow() throws IOException {
        MemoryRepository start = new MemoryRepository();
        List<BackupId> before = prepare(start);
        start.pass(HOUR.multipliedBy(2));
        Random random = new Random(200);
        Fault[] kinds = Fault.values();
        for (int round = 0; round < 200; round++) {
            MemoryRepository repository = start.copy();
            final Run run = new Run();
            runAndFail(
                    new FailingRepository(repository, kinds[random.nextInt(kinds.length)], random.nextInt(70)),
                    before.get(0),
                    run);
            repository.pass(HOUR.multipliedBy(2));
            Run second = new Run();
            try {
                // The same scheduler, started again.
                run(
                        new FailingRepository(repository, kinds[random.nextInt(kinds.length)], random.nextInt(70)),
                        6,
                        before.get(0),
                        second);
            } catch (Died | BackupRepositoryException expected) {
                assertFalse(expected.getMessage() == null);
            }
            second.asked = second.asked.or(() -> run.asked);
            run.asked = second.asked;
            check(repository, before, run);
            check(repository, before, second);
            nextRun(repository);
            check(repository, before, run);
            nothingIsLeftOver(repository);
        }
    }

    @Test
    void aSecondSchedulerAtAnyCall() throws IOException {
        MemoryRepository start = new MemoryRepository();
        List<BackupId> before = prepare(start);
        start.pass(HOUR.multipliedBy(2));
        int interruptions = 0;
        for (int call = 0; ; call++) {
            MemoryRepository repository = start.copy();
            int[] left = {call};
            List<BackupId> ofTheNext = new ArrayList<>();
            Run run = new Run();
            BackupRepository overtaken = FailingRepository.hooked(repository, (what, name) -> {
                if (left[0]-- == 0) {
                    try {
                        ofTheNext.add(World.make(world.claim(repository, 7)).id());
                    } catch (IOException never) {
                        throw new UncheckedIOException(never);
                    }
                }
            });
            boolean deposed = false;
            try {
                run(overtaken, 6, before.get(0), run);
            } catch (NotPublishedException expected) {
                deposed = true;
            }
            if (left[0] >= 0) {
                assertFalse(deposed);
                break;
            }
            interruptions++;
            check(repository, before, run);
            assertTrue(world.ids(repository).containsAll(ofTheNext));
            nextRun(repository);
            assertTrue(world.ids(repository).containsAll(ofTheNext));
            nothingIsLeftOver(repository);
        }
        assertTrue(interruptions >= 50, "only " + interruptions + " calls");
    }

    private void collectAfterHours(MemoryRepository repository) {
        repository.pass(HOUR.multipliedBy(2));
        world.pass(HOUR.multipliedBy(2));
        world.claim(repository, 7).collect(HOUR);
    }

    /**
     * Its successor takes it for dead meanwhile; it dies when the call in which it slept has done all, or wakes up and goes on, when the successor may
     * have forgotten about it.
     */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void whoSleepsForHoursInAnyCall(boolean dies) throws IOException {
        MemoryRepository start = new MemoryRepository();
        List<BackupId> before = prepare(start);
        start.pass(HOUR.multipliedBy(2));
        int sleeps = 0;
        for (int call = 0; ; call++) {
            MemoryRepository repository = start.copy();
            int sleepsAt = call;
            int[] calls = {0};
            Run run = new Run();
            BackupRepository sleeping = FailingRepository.hooked(repository, (what, name) -> {
                if (calls[0]++ == sleepsAt) {
                    collectAfterHours(repository);
                    if (!dies) {
                        collectAfterHours(repository);
                    }
                } else if (calls[0] > sleepsAt && dies) {
                    throw new Died();
                }
            });
            try {
                run(sleeping, 6, before.get(0), run);
            } catch (NotPublishedException | IllegalStateException | Died expected) { // its probe is collected, too
                assertTrue(calls[0] > sleepsAt, "ended before it slept");
            }
            if (calls[0] <= sleepsAt) {
                break;
            }
            sleeps++;
            check(repository, before, run);
            nextRun(repository);
            check(repository, before, run);
            nothingIsLeftOver(repository);
        }
        assertTrue(sleeps >= 40, "only " + sleeps + " calls");
    }

    @Test
    void aFullDiskAtAnyWriteOfADirectory(@TempDir Path directory) throws IOException {
        Path start = Files.createDirectory(directory.resolve("start"));
        List<BackupId> before = prepare(new DirectoryRepository(start, FaultyStorage.roomy()));
        int faults = 0;
        for (int call = 0; ; call++) {
            Path root = directory.resolve("r" + call);
            copy(start, root);
            BackupRepository real = new DirectoryRepository(root, FaultyStorage.roomy());
            FaultyStorage full = FaultyStorage.full(call);
            Run run = new Run();
            boolean failed = false;
            try {
                run(new DirectoryRepository(root, full), 6, before.get(0), run);
            } catch (BackupRepositoryException expected) {
                assertEquals(BackupRepositoryException.Reason.NO_SPACE, expected.reason(), expected.getMessage());
                failed = true;
            }
            if (full.calls() <= call) {
                assertFalse(failed);
                break;
            }
            faults++;
            check(real, before, run);
            nextRun(real, Duration.ZERO, () -> {});
            check(real, before, run);
            nothingIsLeftOver(real);
            noFileIsLeftOver(root, real);
        }
        assertTrue(faults >= 50, "only " + faults + " calls");
    }

    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> files = Files.walk(from)) {
            for (Path file : files.toList()) {
                Files.copy(file, to.resolve(from.relativize(file)));
            }
        }
    }

    private static void noFileIsLeftOver(Path root, BackupRepository repository) throws IOException {
        try (Stream<Path> files = Files.walk(root)) {
            assertEquals(
                    repository.list("").size(),
                    files.filter(Files::isRegularFile).count(),
                    "files that are no objects");
        }
    }
}
