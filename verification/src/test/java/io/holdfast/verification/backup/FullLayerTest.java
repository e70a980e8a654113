package io.holdfast.verification.backup;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.holdfast.backup.BackupKeys;
import io.holdfast.backup.BackupKind;
import io.holdfast.backup.BackupRepository;
import io.holdfast.backup.BackupRepositoryException;
import io.holdfast.backup.BackupRepositoryException.Reason;
import io.holdfast.backup.BackupSource.Outcome;
import io.holdfast.backup.catalog.Catalogue;
import io.holdfast.backup.catalog.CatalogueWriter;
import io.holdfast.backup.catalog.Manifest;
import io.holdfast.backup.catalog.RunningBackup;
import io.holdfast.backup.container.Progress;
import io.holdfast.backup.directory.DirectoryRepository;
import io.holdfast.core.FencingToken;
import io.holdfast.core.KeyRing;
import io.holdfast.core.runtime.Storage;
import io.holdfast.verification.process.SmallDisk;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A layer's disk fills up at 50 random moments, while backups are written, while the next holder claims it, and while old ones are deleted. The
 * catalogue lists only what is whole, the same works when there is room again, and nothing is left over.
 */
class FullLayerTest {
    private static final int ROUNDS = 50;
    private static final int CONTENT = 300 << 10;
    private static final int KEPT = 3;
    private static final BackupKeys KEYS = BackupKeys.of(KeyRing.of("5a".repeat(32)));

    private final Random random = new Random(50);
    private final Deque<Manifest> made = new ArrayDeque<>();
    private long term;
    private int full;

    @TempDir
    Path directory;

    /** Takes room away and gives it back. */
    private interface Disk {
        void leave(long bytes) throws IOException;

        void free() throws IOException;
    }

    private CatalogueWriter claim(BackupRepository repository) {
        return Catalogue.of(repository, KEYS).claim(FencingToken.of(0, ++term), new SystemTime(), random);
    }

    private Manifest make(CatalogueWriter writer) throws IOException {
        byte[] noise = new byte[CONTENT / 2];
        random.nextBytes(noise);
        try (RunningBackup backup = writer.begin("shop", BackupKind.PHYSICAL, "files", "node-1")) {
            backup.put("noise", true, out -> out.write(noise), Progress.NONE);
            backup.put("zeros", false, out -> out.write(new byte[CONTENT / 2]), Progress.NONE);
            return backup.publish(new Outcome(Optional.empty(), Map.of(), List.of()), List.of());
        }
    }

    private void fills(BackupRepository repository, Disk disk) throws IOException {
        LayerAudit audit = new LayerAudit("layer", repository, KEYS);
        CatalogueWriter writer = claim(repository);
        for (int round = 0; round < ROUNDS; round++) {
            disk.leave(random.nextInt(CONTENT + CONTENT / 4));
            try {
                if (round % 5 == 0) {
                    writer = claim(repository);
                }
                made.add(make(writer));
            } catch (BackupRepositoryException failed) {
                assertEquals(Reason.NO_SPACE, failed.reason(), failed.toString());
                full++;
            }
            wholeAre(audit);
            disk.free();
            if (round % 5 == 0) {
                writer = claim(repository);
            }
            made.add(make(writer));
            if (round % 3 == 0) {
                disk.leave(random.nextInt(300));
            }
            while (made.size() > KEPT) {
                delete(writer, disk);
            }
            disk.free();
            wholeAre(audit);
        }
        assertTrue(full > ROUNDS / 4, "only " + full + " times there was no room");
        assertEquals(List.of(), audit.leftOver());
        wholeAre(audit);
    }

    /** To delete takes a mark, and so some room; without it nothing is deleted. */
    private void delete(CatalogueWriter writer, Disk disk) throws IOException {
        Manifest oldest = made.removeFirst();
        try {
            assertTrue(writer.delete(oldest.id()));
        } catch (BackupRepositoryException failed) {
            assertEquals(Reason.NO_SPACE, failed.reason(), failed.toString());
            disk.free();
            assertTrue(writer.delete(oldest.id()), "it is still there, and is deleted now");
        }
    }

    private void wholeAre(LayerAudit audit) {
        assertEquals(List.of(), audit.damage());
        assertEquals(
                made.stream().map(backup -> backup.id().toString()).sorted().toList(), List.copyOf(audit.ids()));
    }

    @Test
    void aQuotaIsReachedFiftyTimes() throws IOException {
        QuotaStorage storage = new QuotaStorage();
        fills(new DirectoryRepository(directory, storage), new Disk() {
            @Override
            public void leave(long bytes) {
                storage.room(bytes);
            }

            @Override
            public void free() {
                storage.room(Long.MAX_VALUE);
            }
        });
    }

    @Test
    void aQuotaOfNothingSaysSo() throws IOException {
        QuotaStorage storage = new QuotaStorage();
        BackupRepository repository = new DirectoryRepository(directory, storage);
        storage.room(0);
        BackupRepositoryException failed = assertThrows(BackupRepositoryException.class, () -> claim(repository));
        assertEquals(Reason.NO_SPACE, failed.reason(), failed.toString());
        assertFalse(String.valueOf(failed.getMessage()).isEmpty());
    }

    @Test
    @Tag("real-disks")
    void aRealDiskIsFilledFiftyTimes() throws IOException {
        assumeTrue(SmallDisk.isPossible(), "only root may mount a small disk");
        try (SmallDisk disk = new SmallDisk("tmpfs", directory.resolve("disk"), 8)) {
            Path layer = Files.createDirectory(disk.directory().resolve("layer"));
            Path ballast = disk.directory().resolve("ballast");
            fills(new DirectoryRepository(layer, Storage.files()), new Disk() {
                @Override
                public void leave(long bytes) throws IOException {
                    long taken = Files.getFileStore(layer).getUsableSpace() - bytes;
                    try (FileChannel file =
                            FileChannel.open(ballast, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
                        byte[] zeros = new byte[(int) Math.max(0, taken)];
                        file.write(ByteBuffer.wrap(zeros));
                    }
                }

                @Override
                public void free() throws IOException {
                    Files.deleteIfExists(ballast);
                }
            });
        }
    }
}
