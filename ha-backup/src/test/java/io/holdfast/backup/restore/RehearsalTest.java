package io.holdfast.backup.restore;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.backup.BackupKeys;
import io.holdfast.backup.DamagedBackupException;
import io.holdfast.backup.MemoryRepository;
import io.holdfast.backup.RestoreRefusedException;
import io.holdfast.backup.RestoreRefusedException.Reason;
import io.holdfast.backup.catalog.Manifest;
import io.holdfast.backup.container.Progress;
import io.holdfast.core.spi.StateTrial;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class RehearsalTest {
    private final MemoryRepository repository = new MemoryRepository();
    private final Archive archive = new Archive(repository, Archive.KEYS, 1);

    private static final class Trial implements StateTrial {
        private final FakeTarget target = new FakeTarget();
        private final long lacking;

        private Trial() {
            this(0);
        }

        /** @param lacking how many entries there are less than asked for */
        private Trial(long lacking) {
            this.lacking = lacking;
        }

        @Override
        public void check() {
            target.check();
        }

        @Override
        public Restored restore(int epoch, InputStream state, @Nullable InputStream log, long index, long millis)
                throws IOException {
            return target.restore(epoch, state, log, index - lacking, millis);
        }

        @Override
        public Map<String, Long> replay(LongConsumer progress) {
            return Map.of();
        }
    }

    private Rehearsal plan(long index) {
        return Rehearsal.plan(repository, Archive.KEYS, "log1", index);
    }

    private void flip(Manifest manifest) {
        byte[] bytes = repository.bytes(manifest.objects().get(0).name());
        bytes[bytes.length / 2] ^= 4;
    }

    @Test
    void theNewestBackupAndTheLogAfterItAreRestoredAndNothingIsClaimed() throws IOException {
        archive.state("log1", 10);
        archive.part("log1", 11, 20);
        Manifest newest = archive.state("log1", 30);
        archive.part("log1", 21, 35);
        archive.part("log1", 36, 50);
        List<String> before = repository.names();
        Rehearsal rehearsal = plan(40);
        assertEquals(newest.id(), rehearsal.backup());
        List<Long> read = new ArrayList<>();
        assertEquals(
                40,
                rehearsal
                        .into(new Trial(), (content, stored) -> read.add(stored))
                        .index());
        assertEquals(rehearsal.storedBytes(), read.get(read.size() - 1), "the last part is read to its end");
        assertEquals(before, repository.names());
    }

    @Test
    void whatHoldsLessThanItsManifestSaysIsNoRestore() {
        archive.state("log1", 10);
        archive.part("log1", 11, 20);
        Rehearsal rehearsal = plan(20);
        IOException less = assertThrows(IOException.class, () -> rehearsal.into(new Trial(1), Progress.NONE));
        assertTrue(String.valueOf(less.getMessage()).contains("19 is the last one"), less.getMessage());
    }

    @Test
    void whatIsDamagedIsNamedAlthoughAnEarlierBackupWouldDo() {
        archive.state("log1", 10);
        archive.part("log1", 11, 20);
        Manifest newest = archive.state("log1", 15);
        flip(newest);
        Rehearsal rehearsal = plan(20);
        DamagedBackupException damaged =
                assertThrows(DamagedBackupException.class, () -> rehearsal.into(new Trial(), Progress.NONE));
        assertEquals(newest.objects().get(0).name(), damaged.damage().object());
        assertEquals(Optional.of(newest.id()), rehearsal.reading());
    }

    @Test
    void damageBehindTheLastEntryThatIsComparedCountsAsWell() {
        archive.state("log1", 10);
        Manifest part = archive.part("log1", 11, 4_000);
        byte[] bytes = repository.bytes(part.objects().get(0).name());
        bytes[bytes.length - 1] ^= 1;
        Rehearsal rehearsal = plan(12);
        assertThrows(DamagedBackupException.class, () -> rehearsal.into(new Trial(), Progress.NONE));
        assertEquals(Optional.of(part.id()), rehearsal.reading());
    }

    @Test
    void whatIsMissingIsSaid() {
        archive.state("log1", 10);
        archive.part("log1", 15, 20);
        RestoreRefusedException refused = assertThrows(RestoreRefusedException.class, () -> plan(20));
        assertEquals(Reason.NOT_REACHED, refused.reason());
        assertTrue(String.valueOf(refused.getMessage()).contains("up to entry 10"), refused.getMessage());
        assertEquals(
                Reason.NO_BACKUP,
                assertThrows(RestoreRefusedException.class, () -> plan(9)).reason());
        assertEquals(
                Reason.NO_BACKUP,
                assertThrows(RestoreRefusedException.class, () -> Rehearsal.plan(repository, Archive.KEYS, "log2", 20))
                        .reason());
    }

    @Test
    void whatCannotBeReadIsNamedWhereSomethingIsMissing() {
        Manifest manifest = archive.state("log1", 10);
        RestoreRefusedException refused = assertThrows(
                RestoreRefusedException.class, () -> Rehearsal.plan(repository, BackupKeys.none(), "log1", 10));
        assertTrue(String.valueOf(refused.getMessage()).contains(manifest.id().toString()), refused.getMessage());
    }
}
