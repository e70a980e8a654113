package io.holdfast.backup.restore;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.backup.BackupRepository;
import io.holdfast.backup.BackupRepositoryException;
import io.holdfast.backup.BackupRepositoryException.Reason;
import io.holdfast.backup.MemoryRepository;
import io.holdfast.backup.RestoreBound;
import io.holdfast.backup.StateRestore;
import io.holdfast.backup.StateSeed;
import io.holdfast.backup.catalog.Manifest;
import io.holdfast.core.spi.SeedSource.Seeded;
import io.holdfast.core.spi.StateRestorer;
import io.holdfast.core.spi.StateRestorer.Restored;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** A restore that takes longer than what is put together stays beside what it was put together from. */
class GoneMeanwhileTest {
    private static final String LOG = "9d0f.0";

    private final MemoryRepository first = new MemoryRepository().called("first");
    private final Archive archive = new Archive(first, Archive.KEYS, 0);

    /** Does something when so many lines have been read of what is read byte by byte. */
    private static final class Counting extends FilterInputStream {
        private final int lines;
        private final Runnable then;
        private int read;

        Counting(InputStream in, int lines, Runnable then) {
            super(in);
            this.lines = lines;
            this.then = then;
        }

        @Override
        public int read(byte[] into, int offset, int length) throws IOException {
            if (read == lines) {
                read++;
                then.run();
            }
            int count = super.read(into, offset, Math.min(1, length));
            if (count == 1 && into[offset] == '\n') {
                read++;
            }
            return count;
        }
    }

    /** Meanwhile something happens. */
    private record Slow(int lines, Runnable meanwhile) implements StateRestorer {
        @Override
        public void check() {}

        @Override
        public Restored restore(
                int epoch, InputStream state, @Nullable InputStream log, long upToIndex, long upToWallMillis)
                throws IOException {
            InputStream slow = new Counting(log == null ? InputStream.nullInputStream() : log, lines, meanwhile);
            return new FakeTarget().restore(epoch, state, slow, upToIndex, upToWallMillis);
        }
    }

    /** Of which something happens before a container is read. */
    private record Changing(MemoryRepository repository, Runnable before) implements BackupRepository {
        @Override
        public InputStream read(String name, long offset) {
            if (name.startsWith("data/")) {
                before.run();
            }
            return repository.read(name, offset);
        }

        @Override
        public boolean putIfAbsent(String name, Content content) throws IOException {
            return repository.putIfAbsent(name, content);
        }

        @Override
        public long size(String name) {
            return repository.size(name);
        }

        @Override
        public List<Stored> list(String prefix) {
            return repository.list(prefix);
        }

        @Override
        public boolean delete(String name) {
            return repository.delete(name);
        }

        @Override
        public int collectUnfinished(Duration silentFor) {
            return repository.collectUnfinished(silentFor);
        }

        @Override
        public String describe() {
            return repository.describe();
        }
    }

    private static Restored restored(
            RestoreBound bound, StateRestorer target, BackupRepository first, BackupRepository... others)
            throws IOException {
        return StateRestore.from(first, others).keys(Archive.KEYS).upTo(bound).into(target, new Random(1));
    }

    private Manifest[] threeParts() {
        archive.state(LOG, 10);
        return new Manifest[] {archive.part(LOG, 11, 20), archive.part(LOG, 21, 30), archive.part(LOG, 31, 40)};
    }

    /** Wherever it has come to, byte by byte. */
    @Test
    void whatWasPutTogetherMeanwhileIsGoneOnWith() throws IOException {
        for (RestoreBound bound :
                List.of(RestoreBound.end(), RestoreBound.index(40), RestoreBound.until(Archive.moment(40)))) {
            for (int lines = 0; lines <= 30; lines++) {
                GoneMeanwhileTest each = new GoneMeanwhileTest();
                Manifest[] parts = each.threeParts();
                Slow slow = new Slow(lines, () -> {
                    each.archive.merge(parts);
                    each.archive.delete(parts);
                });
                Restored restored = restored(bound, slow, each.first);
                assertEquals(40, restored.index(), bound + ", after " + lines + " lines");
                assertEquals(10, restored.stateIndex());
            }
        }
    }

    /** The parts that were put together may have begun before what is needed, and what holds them may be put together again. */
    @Test
    void againAndAgain() throws IOException {
        Manifest[] parts = threeParts();
        Slow once = new Slow(3, () -> {
            Manifest two = archive.merge(parts[0], parts[1]);
            Manifest all = archive.merge(two, parts[2]);
            archive.delete(parts);
            archive.delete(two);
            assertTrue(all.range().orElseThrow().toIndex() == 40);
        });
        assertEquals(40, restored(RestoreBound.end(), once, first).index());
    }

    @Test
    void whatAnotherRepositoryStillHasIsTakenFromThere() throws IOException {
        Manifest[] parts = threeParts();
        MemoryRepository second = first.copy().called("second");
        Slow slow = new Slow(10, () -> archive.delete(parts));
        assertEquals(40, restored(RestoreBound.end(), slow, first, second).index());
    }

    @Test
    void whereNothingHoldsItTheRestoreFailsAndSaysHowFarItCouldGo() {
        Manifest[] parts = threeParts();
        Slow slow = new Slow(10, () -> archive.delete(parts[2]));
        BackupRepositoryException gone =
                assertThrows(BackupRepositoryException.class, () -> restored(RestoreBound.end(), slow, first));
        assertEquals(Reason.ABSENT, gone.reason());
        assertTrue(
                String.valueOf(gone.getMessage())
                        .startsWith("the log was to go on to entry 40, and goes on to entry 30 only"),
                gone.toString());
    }

    @Test
    void whatIsPutTogetherWhileItIsChosenIsTaken() throws IOException {
        Manifest[] parts = threeParts();
        int[] read = {0};
        Changing changing = new Changing(first, () -> {
            read[0]++;
            if (read[0] == 3) { // the state and the first part were whole
                archive.merge(parts);
                archive.delete(parts);
            }
        });
        assertEquals(
                40, restored(RestoreBound.end(), new FakeTarget(), changing).index());
        assertTrue(read[0] > 3);
    }

    @Test
    void whoDeletesWithoutEndIsNotFollowedWithoutEnd() {
        Manifest[] parts = threeParts();
        Manifest[] last = {parts[2]};
        int[] read = {0};
        boolean[] restoring = {false};
        Changing changing = new Changing(first, () -> {
            if (restoring[0]) {
                read[0]++;
                Manifest again = archive.part(LOG, 31, 40);
                archive.delete(last[0]);
                last[0] = again;
            }
        });
        Slow slow = new Slow(20, () -> restoring[0] = true);
        assertThrows(BackupRepositoryException.class, () -> restored(RestoreBound.end(), slow, changing));
        assertTrue(read[0] <= 2 * (LogParts.MOST_LOOKS + 1), read[0] + " times");
    }

    private Seeded seeded(int lines, Runnable meanwhile, BackupRepository from) throws IOException {
        return StateSeed.from(from).keys(Archive.KEYS).seed(id -> true, (logId, state, log) -> {
            Restored taken = new Slow(lines, meanwhile).restore(1, state, log, Long.MAX_VALUE, Long.MAX_VALUE);
            return new Seeded(logId, taken.stateIndex(), taken.index(), 7);
        });
    }

    @Test
    void aSeedGoesOnAsWell() throws IOException {
        Manifest[] parts = threeParts();
        Seeded seeded = seeded(
                10,
                () -> {
                    archive.merge(parts);
                    archive.delete(parts);
                },
                first);
        assertEquals(40, seeded.index());
    }

    @Test
    void aSeedOfWhatIsPutTogetherWhileItIsChosenReachesAsFar() throws IOException {
        Manifest[] parts = threeParts();
        int[] read = {0};
        Changing changing = new Changing(first, () -> {
            read[0]++;
            if (read[0] == 3) {
                archive.merge(parts);
                archive.delete(parts);
            }
        });
        assertEquals(40, seeded(1_000, () -> {}, changing).index());
    }

    /** The master has the rest. */
    @Test
    void whereNothingHoldsItASeedEnds() throws IOException {
        Manifest[] parts = threeParts();
        assertEquals(30, seeded(10, () -> archive.delete(parts[2]), first).index());
    }
}
