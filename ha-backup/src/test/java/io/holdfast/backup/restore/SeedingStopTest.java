package io.holdfast.backup.restore;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.backup.MemoryRepository;
import io.holdfast.backup.StateSeed;
import io.holdfast.core.spi.SeedSource.Seeded;
import io.holdfast.core.spi.SeedSource.Target;
import java.io.IOException;
import java.io.InputStream;
import java.util.concurrent.CancellationException;
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
}
