package io.holdfast.backup.catalog;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.backup.BackupKeys;
import io.holdfast.backup.MemoryRepository;
import io.holdfast.backup.container.Progress;
import io.holdfast.core.FencingToken;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Of each manifest one look reads all, and the others nothing; and what is under its name by then is what counts. */
class ManifestCacheTest {
    private final World world = new World(World.KEYS, 3);
    private final MemoryRepository repository = new MemoryRepository();
    private final List<String> read = new ArrayList<>();
    private final FailingRepository counting = FailingRepository.hooked(repository, (call, name) -> {
        if (call.equals("read") && name.startsWith("backups/")) {
            read.add(name);
        }
    });

    private int readBy(Runnable look) {
        read.clear();
        look.run();
        return read.size();
    }

    @Test
    void eachIsReadOnce() throws IOException {
        Catalogue catalogue = Catalogue.of(counting, World.KEYS);
        CatalogueWriter writer = catalogue.claim(FencingToken.of(0, 5), world.clock(), new Random(1));
        List<BackupId> ids = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            ids.add(World.make(writer).id());
        }
        assertEquals(5, readBy(() -> assertEquals(5, catalogue.list().backups().size())));
        assertEquals(0, readBy(() -> assertEquals(5, catalogue.list().backups().size())));
        BackupId sixth = World.make(writer).id();
        assertEquals(1, readBy(() -> assertEquals(6, catalogue.list().backups().size())), "the new one");
        assertEquals(0, readBy(() -> writer.delete(sixth)));
        assertEquals(0, readBy(() -> writer.collect(Duration.ofHours(1))));
        assertEquals(ids.size(), catalogue.list().backups().size());
        assertTrue(readBy(() -> assertTrue(catalogue.verify(Progress.NONE).isClean())) >= 5, "verify reads all");
        catalogue.forget();
        assertEquals(5, readBy(() -> catalogue.list()));
    }

    /** A backup that is deleted, and whose name then says that it was given up for dead, or which is copied again. */
    @Test
    void whatIsUnderTheNameByNowCounts() throws IOException {
        Catalogue catalogue = Catalogue.of(counting, BackupKeys.none());
        World plain = new World(BackupKeys.none(), 4);
        CatalogueWriter writer = plain.claim(repository, 5);
        Manifest made = World.make(writer);
        assertEquals(List.of(made), catalogue.list().backups());
        String name = "backups/" + made.id();
        byte[] manifest = repository.bytes(name).clone();
        repository.delete(name);
        assertEquals(List.of(), catalogue.list().backups());
        repository.pass(Duration.ofSeconds(1));
        byte[] damaged = manifest.clone();
        damaged[manifest.length / 2] ^= 1;
        repository.replace(name, damaged);
        assertEquals(1, catalogue.list().damaged().size());
        repository.delete(name);
        repository.pass(Duration.ofSeconds(1));
        repository.replace(name, manifest);
        assertEquals(List.of(made), catalogue.list().backups());
    }
}
