package io.holdfast.backup.catalog;

import io.holdfast.backup.BackupRepository;
import io.holdfast.backup.BackupRepositoryException;
import io.holdfast.backup.BackupRepositoryException.Reason;
import io.holdfast.backup.Damage;
import io.holdfast.backup.DamagedBackupException;
import java.io.IOException;
import java.io.InputStream;
import java.util.Objects;

/**
 * Reads an object that a manifest names. That it is missing, or cannot be read, is damage while its manifest can be read, as that of a backup which is
 * deleted meanwhile, or of a disk which is not there, cannot: without that, whoever reads it would take the repository to be failing, and try again
 * for ever. Not thread-safe.
 */
final class NamedInput extends InputStream {
    private final BackupRepository repository;
    private final BackupId id;
    private final String object;
    private final InputStream in;

    private NamedInput(BackupRepository repository, BackupId id, String object) {
        this.repository = repository;
        this.id = id;
        this.object = object;
        this.in = opened();
    }

    /**
     * From its beginning.
     *
     * @throws DamagedBackupException if it is not there or cannot be read, and its manifest can; thrown by reading, too
     * @throws BackupRepositoryException if the repository fails, or the backup as a whole is not there any more
     */
    static InputStream open(BackupRepository repository, BackupId id, String object) {
        return new NamedInput(repository, id, object);
    }

    private InputStream opened() {
        try {
            return repository.read(object, 0);
        } catch (BackupRepositoryException failed) {
            throw whose(failed);
        }
    }

    private RuntimeException whose(BackupRepositoryException failed) {
        boolean absent = failed.reason() == Reason.ABSENT;
        boolean ofTheObject = absent || failed.reason() == Reason.FAILED;
        if (!ofTheObject || Thread.currentThread().isInterrupted() || !hasManifest(failed)) {
            return failed;
        }
        DamagedBackupException damaged = new DamagedBackupException(
                absent
                        ? Damage.of(object, Damage.Kind.MISSING, "it is not there, and the backup " + id + " names it")
                        : Damage.of(object, Damage.Kind.UNREADABLE, String.valueOf(failed.getMessage())));
        damaged.initCause(failed);
        return damaged;
    }

    private boolean hasManifest(BackupRepositoryException failed) {
        try (InputStream manifest = repository.read(Layout.manifest(id), 0)) {
            manifest.readAllBytes();
            return true;
        } catch (IOException | BackupRepositoryException also) {
            failed.addSuppressed(also);
            return false;
        }
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : Byte.toUnsignedInt(one[0]);
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
        Objects.checkFromIndexSize(offset, length, into.length);
        try {
            return in.read(into, offset, length);
        } catch (BackupRepositoryException failed) {
            throw whose(failed);
        }
    }

    @Override
    public void close() throws IOException {
        in.close();
    }
}
