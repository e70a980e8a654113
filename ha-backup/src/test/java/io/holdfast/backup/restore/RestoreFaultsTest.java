package io.holdfast.backup.restore;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.backup.BackupRepository;
import io.holdfast.backup.BackupRepositoryException;
import io.holdfast.backup.DamagedBackupException;
import io.holdfast.backup.MemoryRepository;
import io.holdfast.backup.RestoreRefusedException;
import io.holdfast.backup.StateRestore;
import io.holdfast.backup.catalog.FailingRepository;
import io.holdfast.backup.catalog.FailingRepository.Died;
import io.holdfast.backup.catalog.FailingRepository.Fault;
import io.holdfast.core.spi.StateRestorer.Restored;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Whatever fails or is damaged: what was asked for is restored, or nothing is and it is said. */
class RestoreFaultsTest {
    private static final String LOG = "9d0f.0";
    private static final long END = 30;

    private final Random random = new Random(5);

    private static MemoryRepository filled() {
        MemoryRepository repository = new MemoryRepository().called("first");
        Archive archive = new Archive(repository, Archive.KEYS, 0);
        archive.state(LOG, 10);
        archive.part(LOG, 11, 20);
        archive.part(LOG, 21, END);
        return repository;
    }

    private Restored restore(FakeTarget target, BackupRepository one, BackupRepository other) throws IOException {
        return StateRestore.from(one, other).keys(Archive.KEYS).into(target, random);
    }

    @ParameterizedTest
    @EnumSource(Fault.class)
    void whereverItFailsTheNextOneSucceedsInALaterEpoch(Fault fault) throws IOException {
        int failed = 0;
        for (int call = 0; ; call++) {
            MemoryRepository first = filled();
            MemoryRepository second = first.copy().called("second");
            FailingRepository failing = new FailingRepository(first, fault, call);
            FakeTarget target = new FakeTarget();
            Optional<Restored> done = Optional.empty();
            try {
                done = Optional.of(restore(target, failing, second));
                assertEquals(END, done.get().index());
            } catch (Died | BackupRepositoryException | DamagedBackupException | RestoreRefusedException fails) {
                failed++;
                assertTrue(target.empty, "it failed, and has restored something: " + fails);
            }
            if (!failing.reached()) {
                break;
            }
            Restored next = restore(new FakeTarget(), second, first);
            assertEquals(END, next.index());
            int last = done.map(Restored::epoch).orElse(0);
            assertTrue(next.epoch() > last, next.epoch() + " after " + last);
        }
        assertTrue(failed >= 1, "only " + failed + " calls failed");
    }

    private interface Harm {
        void to(MemoryRepository repository, String name);
    }

    private static final List<Harm> HARMS = List.of(
            (repository, name) -> {
                byte[] bytes = repository.bytes(name);
                bytes[bytes.length / 2] ^= 4;
            },
            (repository, name) -> {
                byte[] bytes = repository.bytes(name);
                repository.replace(name, Arrays.copyOf(bytes, bytes.length - 1));
            },
            (repository, name) -> repository.replace(name, new byte[0]),
            (repository, name) -> repository.delete(name));

    @Test
    void oneRepositoryMakesGoodWhatTheOtherHasLostAndAloneNothingIsLostSilently() throws IOException {
        List<String> names = filled().names();
        int refused = 0;
        for (String name : names) {
            for (Harm harm : HARMS) {
                MemoryRepository harmed = filled();
                harm.to(harmed, name);
                Restored both = restore(new FakeTarget(), harmed, filled().called("second"));
                assertEquals(END, both.index(), name);
                try {
                    Restored alone = restore(new FakeTarget(), harmed, harmed);
                    assertEquals(END, alone.index(), name);
                } catch (RestoreRefusedException said) {
                    refused++;
                }
            }
        }
        assertEquals(6 * HARMS.size(), refused, "all that matters are manifests and containers");
    }
}
