package io.holdfast.backup.catalog;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.backup.BackupRepository;
import io.holdfast.backup.BackupRepositoryException;
import io.holdfast.backup.BackupRepositoryException.Reason;
import io.holdfast.backup.MemoryRepository;
import io.holdfast.backup.NotPublishedException;
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
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Copies that break off, are stored late, or are overtaken: their data have a mark whenever one looks, so that the collector finds them, and none
 * are taken for those of a backup whose manifest somebody has removed.
 */
class CopyRemainsTest {
    private static final Duration HOUR = Duration.ofHours(1);
    private static final int ON_AND_ON = 10_000;

    private final World world = new World(World.KEYS, 3);
    private final MemoryRepository from = new MemoryRepository();
    private final MemoryRepository to = new MemoryRepository();
    private BackupId first;

    @BeforeEach
    void one() throws IOException {
        first = World.make(world.claim(from, 5)).id();
    }

    private Catalogue source() {
        return world.catalogue(from);
    }

    /** Nobody tries again what the second attempt has broken off, as no other layer has it any more: the collector finds it. */
    private void nothingIsLeftOver(MemoryRepository target, String when) {
        assertEquals(List.of(), world.catalogue(target).withoutManifest(), when);
        for (int term = 20; term < 23; term++) {
            collectAfterHours(target, term);
            assertEquals(List.of(), world.catalogue(target).withoutManifest(), when);
        }
        assertTrue(world.verify(target).isClean(), () -> when + ": " + world.verify(target));
        assertEquals(List.of(), world.verify(target).unfinished(), when);
        List<String> left = new ArrayList<>(target.names());
        if (world.ids(target).contains(first)) {
            left.removeIf(name -> name.contains(first.toString()));
        }
        left.removeIf(name -> name.startsWith("fences/"));
        assertEquals(List.of(), left, when);
    }

    private boolean copies(BackupRepository target, long term) throws IOException {
        try {
            world.claim(target, term).copy(source(), first, Progress.NONE);
            return true;
        } catch (Died | BackupRepositoryException | NotPublishedException | IllegalStateException broken) {
            return false;
        }
    }

    /** Seed 1351 of the storms: the second attempt had removed the sign of life of the first, and could not give one itself. */
    @Test
    void dataOfAnEarlierAttemptHaveAMarkWhileTheNextOneBegins() throws IOException {
        assertFalse(copies(
                FailingRepository.hooked(to, (call, name) -> {
                    if (call.equals("put") && name.endsWith("/orders")) {
                        throw new BackupRepositoryException(Reason.FAILED, "failed: " + name, null);
                    }
                }),
                9));
        assertTrue(to.names().contains("data/" + first + "/log"));
        assertFalse(copies(
                FailingRepository.hooked(to, (call, name) -> {
                    if (call.equals("put") && name.startsWith("running/")) {
                        throw new BackupRepositoryException(Reason.FAILED, "failed before: " + name, null);
                    }
                }),
                9));
        assertEquals(List.of(), world.catalogue(to).withoutManifest());
        assertEquals(List.of(first), world.verify(to).unfinished());
        nothingIsLeftOver(to, "in the end");
    }

    /** The first attempt breaks off at any call, the second at any other. */
    @ParameterizedTest
    @EnumSource(Fault.class)
    void whereverTwoAttemptsInARowBreakOffNothingIsLeftOver(Fault fault) throws IOException {
        int[] claiming = {0};
        world.claim(FailingRepository.hooked(new MemoryRepository(), (call, name) -> claiming[0]++), 9);
        int points = 0;
        boolean more = true;
        for (int one = claiming[0]; more; one++) {
            MemoryRepository start = new MemoryRepository();
            FailingRepository breaks = new FailingRepository(start, fault, one);
            boolean copied = copies(breaks, 9);
            more = breaks.reached();
            boolean again = !copied;
            for (int two = claiming[0]; again; two++) {
                MemoryRepository target = start.copy();
                FailingRepository breaksToo = new FailingRepository(target, fault, two);
                copies(breaksToo, 9 + two % 2);
                again = breaksToo.reached();
                nothingIsLeftOver(target, "points " + one + " and " + two);
                points++;
            }
        }
        assertTrue(points > 100, "only " + points + " points");
    }

    /** A container of the first attempt is stored only when the second one is at any of its calls, at which that breaks off, or goes on. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aContainerThatIsStoredLateIsPartOfTheCopyOrIsCollected(boolean dies) throws IOException {
        String late = "data/" + first + "/log";
        boolean more = true;
        int points = 0;
        for (int at = 0; more; at++) {
            MemoryRepository target = new MemoryRepository();
            assertFalse(copies(
                    FailingRepository.hooked(target, (call, name) -> {
                        if (call.equals("put") && name.equals(late)) {
                            throw new BackupRepositoryException(Reason.UNAVAILABLE, "no answer: " + name, null);
                        }
                    }),
                    9));
            int lands = at;
            int[] calls = {0};
            copies(
                    FailingRepository.hooked(target, (call, name) -> {
                        if (calls[0]++ == lands) {
                            if (!target.names().contains(late)) {
                                target.replace(late, from.bytes(late));
                            }
                            if (dies) {
                                throw new Died();
                            }
                        }
                    }),
                    9);
            more = calls[0] > at;
            points++;
            nothingIsLeftOver(target, "point " + at);
        }
        assertTrue(points > 20, "only " + points + " points");
    }

    private void collectAfterHours(MemoryRepository target, long term) {
        target.pass(HOUR.multipliedBy(2));
        world.claim(target, term).collect(HOUR);
    }

    /** That is done before the call of that number of who copies, which dies when it has made so many from there on. Returns whether it came to it. */
    private boolean atCall(int at, MemoryRepository target, int lives, Runnable then) throws IOException {
        int[] calls = {0};
        copies(
                FailingRepository.hooked(target, (call, name) -> {
                    if (calls[0]++ == at) {
                        then.run();
                    } else if (calls[0] > at + lives) {
                        throw new Died();
                    }
                }),
                9);
        return calls[0] > at;
    }

    /** It has begun by removing what was left, and its successor finds that being deleted, and goes on with it at once. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8, ON_AND_ON})
    void whoIsDeposedInAnyCallLeavesNothing(int lives) throws IOException {
        boolean more = true;
        int points = 0;
        for (int at = 0; more; at++) {
            MemoryRepository target = new MemoryRepository();
            target.putIfAbsent("deleting/" + first, out -> out.write(1));
            target.putIfAbsent("data/" + first + "/log", out -> out.write(1));
            more = atCall(at, target, lives, () -> world.claim(target, 11).collect(HOUR));
            points++;
            nothingIsLeftOver(target, "point " + at);
        }
        assertTrue(points > 20, "only " + points + " points");
    }

    /**
     * The machine is suspended, and its clock with it, and its successor takes the copy for dead. It dies when the call in which it slept has
     * done all, or goes on, when the successor may have forgotten about it.
     */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void whoSleepsForHoursInAnyCallLeavesNothing(boolean dies) throws IOException {
        boolean more = true;
        int points = 0;
        for (int at = 0; more; at++) {
            MemoryRepository target = new MemoryRepository();
            more = atCall(at, target, dies ? 1 : ON_AND_ON, () -> {
                collectAfterHours(target, 11);
                if (!dies) {
                    collectAfterHours(target, 12);
                }
            });
            points++;
            nothingIsLeftOver(target, "point " + at);
        }
        assertTrue(points > 20, "only " + points + " points");
    }

    /** Another thread of the process copies anew what the collector has found to be deleted, given up or void. */
    @Test
    void theCollectorLeavesWhatWasCopiedSinceItLooked() throws IOException {
        MemoryRepository deleted = new MemoryRepository();
        deleted.putIfAbsent("deleting/" + first, out -> out.write(1));
        MemoryRepository abandoned = new MemoryRepository();
        assertFalse(copies(new FailingRepository(abandoned, Fault.DIES_BEFORE, 20), 9));
        abandoned.pass(HOUR.multipliedBy(2));
        world.claim(abandoned, 9).collect(HOUR);
        assertEquals(List.of(first), world.catalogue(abandoned).list().abandoned());
        MemoryRepository deposed = new MemoryRepository();
        world.claim(deposed, 9);
        from.names().stream()
                .filter(name -> name.contains("/" + first))
                .forEach(name -> deposed.replace(name, from.bytes(name)));
        MemoryRepository adopted = new MemoryRepository();
        assertFalse(copies(
                FailingRepository.hooked(adopted, (call, name) -> {
                    if (call.equals("put") && name.startsWith("backups/")) {
                        throw new BackupRepositoryException(Reason.FAILED, "failed: " + name, null);
                    }
                }),
                9));
        adopted.pass(HOUR.multipliedBy(2));
        for (MemoryRepository start : List.of(deleted, abandoned, deposed, adopted)) {
            int points = 0;
            for (int at = 0; ; at++) {
                MemoryRepository target = start.copy();
                int copiesAt = at;
                int[] calls = {Integer.MIN_VALUE};
                boolean[] copied = {false};
                CatalogueWriter[] writer = new CatalogueWriter[1];
                writer[0] = world.claim(
                        FailingRepository.hooked(target, (call, name) -> {
                            if (calls[0]++ == copiesAt && !Thread.holdsLock(writer[0].running())) {
                                copyUnchecked(writer[0]);
                                copied[0] = true;
                            }
                        }),
                        9);
                calls[0] = 0;
                writer[0].collect(HOUR);
                if (calls[0] <= at) {
                    break;
                }
                if (!copied[0]) {
                    continue;
                }
                points++;
                assertEquals(List.of(first), world.ids(target), "point " + at);
                world.restore(target, world.catalogue(target).list().backups().get(0));
                assertTrue(world.verify(target).isClean(), world.verify(target).toString());
            }
            assertTrue(points > 3, "only " + points + " points");
        }
    }

    private void copyUnchecked(CatalogueWriter writer) {
        try {
            writer.copy(source(), first, Progress.NONE);
        } catch (IOException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
