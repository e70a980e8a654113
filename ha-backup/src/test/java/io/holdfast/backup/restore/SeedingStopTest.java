package io.holdfast.backup.restore;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.backup.BackupRepository;
import io.holdfast.backup.MemoryRepository;
import io.holdfast.backup.RestoreRefusedException;
import io.holdfast.backup.StateSeed;
import io.holdfast.core.spi.SeedSource.Seeded;
import io.holdfast.core.spi.SeedSource.Target;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

/** A node that stops waits for no container: what is looked for is asked for again and again whether it is wanted. */
class SeedingStopTest {
    private final MemoryRepository repository = new MemoryRepository();

    /** Wants it no more when it is asked that for the n-th time. */
    private static final class Leaving implements Target {
        private final int stopsAt;
        private int asked;
        private int taken;

        Leaving(int stopsAt) {
            this.stopsAt = stopsAt;
        }

        @Override
        public Seeded take(String logId, InputStream state, InputStream log) throws IOException {
            taken++;
            state.readAllBytes();
            log.readAllBytes();
            return new Seeded(logId, 10, 30, 7);
        }

        @Override
        public void check() {
            asked++;
            if (asked == stopsAt) {
                throw new CancellationException("it stops");
            }
        }
    }

    private void seed(Target target) throws IOException {
        StateSeed.from(repository).keys(Archive.KEYS).seed(id -> true, target);
    }

    @Test
    void whereverItIsItEndsWhenItIsNotWantedAnyMore() throws IOException {
        Archive archive = new Archive(repository, Archive.KEYS, 0);
        archive.state("log1", 10);
        archive.part("log1", 11, 20);
        archive.part("log1", 21, 30);
        Leaving patient = new Leaving(Integer.MAX_VALUE);
        seed(patient);
        assertEquals(1, patient.taken);
        assertTrue(patient.asked >= 2 + 3 * 2, patient.asked + " times: before each container, and in it");
        for (int at = 1; at <= patient.asked; at++) {
            Leaving leaving = new Leaving(at);
            assertThrows(CancellationException.class, () -> seed(leaving), "when asked for the " + at + ". time");
            assertEquals(0, leaving.taken);
            assertEquals(at, leaving.asked, "it goes on");
        }
    }

    /** Whose files cannot be read, as on a file server that is gone. */
    private final class Hanging implements BackupRepository {
        private final CountDownLatch back = new CountDownLatch(1);
        private volatile boolean entered;

        @Override
        public InputStream read(String name, long offset) {
            if (!name.startsWith("data/")) {
                return repository.read(name, offset);
            }
            return new InputStream() {
                @Override
                public int read() throws IOException {
                    entered = true;
                    try {
                        back.await();
                    } catch (InterruptedException unexpected) {
                        throw new IOException(unexpected);
                    }
                    throw new IOException("it is back");
                }

                @Override
                public int read(byte[] into, int offset, int length) throws IOException {
                    return read(); // which never returns anything
                }
            };
        }

        @Override
        public boolean putIfAbsent(String name, Content content) {
            throw new AssertionError(name);
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
            throw new AssertionError(name);
        }

        @Override
        public int collectUnfinished(Duration silentFor) {
            throw new AssertionError("nothing is changed");
        }

        @Override
        public String describe() {
            return "what hangs";
        }
    }

    private static void seed(Target target, int looks, BackupRepository... from) throws IOException {
        Seeding.seed(
                List.of(from),
                Archive.KEYS,
                id -> true,
                target,
                new BoundedRepository.Limit(looks, Duration.ofMillis(50)));
    }

    @Test
    void aRepositoryThatHangsIsDoneWithout() throws IOException {
        new Archive(repository, Archive.KEYS, 0).state("log1", 10);
        Hanging gone = new Hanging();
        try {
            Leaving patient = new Leaving(Integer.MAX_VALUE);
            seed(patient, 60, gone, repository);
            assertEquals(1, patient.taken);
            assertTrue(gone.entered);
            RestoreRefusedException refused =
                    assertThrows(RestoreRefusedException.class, () -> seed(new Leaving(Integer.MAX_VALUE), 60, gone));
            assertEquals(RestoreRefusedException.Reason.UNREACHABLE, refused.reason());
        } finally {
            gone.back.countDown();
        }
    }

    @Test
    void whoStopsDoesNotWaitForOneThatHangs() {
        new Archive(repository, Archive.KEYS, 0).state("log1", 10);
        Hanging gone = new Hanging();
        Target leaving = new Target() {
            @Override
            public Seeded take(String logId, InputStream state, InputStream log) {
                throw new AssertionError("there is nothing to take");
            }

            @Override
            public void check() {
                if (gone.entered) {
                    throw new CancellationException("it stops");
                }
            }
        };
        try {
            assertThrows(CancellationException.class, () -> seed(leaving, Integer.MAX_VALUE, gone));
        } finally {
            gone.back.countDown();
        }
    }
}
