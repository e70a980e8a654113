package io.holdfast.backup.catalog;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.backup.BackupRepositoryException;
import io.holdfast.backup.BackupRepositoryException.Reason;
import io.holdfast.backup.Damage;
import io.holdfast.backup.DamagedBackupException;
import io.holdfast.backup.MemoryRepository;
import io.holdfast.backup.container.ContainerReader;
import java.io.IOException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What cannot be read, and whose fault that is. */
class NamedInputTest {
    private final World world = new World(World.KEYS, 4);
    private final MemoryRepository repository = new MemoryRepository();
    private Manifest manifest;
    private String object;

    @BeforeEach
    void backup() throws IOException {
        manifest = World.make(world.claim(repository, 5));
        object = manifest.objects().get(0).name();
    }

    private void read(FailingRepository.Hook hook) throws IOException {
        FailingRepository hooked = FailingRepository.hooked(repository, hook);
        try (ContainerReader reader = world.catalogue(hooked).open(manifest, object)) {
            reader.drain();
        }
    }

    private FailingRepository.Hook failing(String prefix, Reason reason) {
        return (call, name) -> {
            if (call.equals("read") && name.startsWith(prefix)) {
                throw new BackupRepositoryException(reason, "it broke: " + name, null);
            }
        };
    }

    private Damage damage(FailingRepository.Hook hook) {
        Damage damage =
                assertThrows(DamagedBackupException.class, () -> read(hook)).damage();
        assertEquals(object, damage.object());
        return damage;
    }

    private Reason failure(FailingRepository.Hook hook) {
        return assertThrows(BackupRepositoryException.class, () -> read(hook)).reason();
    }

    @Test
    void whatIsMissingWhileItsManifestIsThereIsDamage() {
        repository.delete(object);
        assertEquals(Damage.Kind.MISSING, damage((call, name) -> {}).kind());
    }

    @Test
    void whatWasDeletedAsAWholeIsNot() {
        repository.delete(object);
        repository.delete("backups/" + manifest.id());
        assertEquals(Reason.ABSENT, failure((call, name) -> {}));
    }

    @Test
    void whatCannotBeReadWhileItsManifestCanIsDamage() {
        Damage damage = damage(failing("data/", Reason.FAILED));
        assertEquals(Damage.Kind.UNREADABLE, damage.kind());
        assertTrue(damage.what().contains("it broke"), damage.what());
    }

    @Test
    void aRepositoryThatFailsOrIsNotThereIsNoDamage() {
        assertEquals(Reason.FAILED, failure(failing("", Reason.FAILED)));
        assertEquals(Reason.UNAVAILABLE, failure(failing("data/", Reason.UNAVAILABLE)));
        assertEquals(Reason.REFUSED, failure(failing("data/", Reason.REFUSED)));
    }

    @Test
    void whoIsInterruptedHasFoundNothing() {
        Thread.currentThread().interrupt();
        try {
            assertEquals(Reason.FAILED, failure(failing("data/", Reason.FAILED)));
        } finally {
            assertTrue(Thread.interrupted());
        }
    }
}
