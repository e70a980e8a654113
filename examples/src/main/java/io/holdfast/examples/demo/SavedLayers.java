package io.holdfast.examples.demo;

import io.holdfast.backup.BackupInfo;
import io.holdfast.backup.BackupKeys;
import io.holdfast.backup.BackupKind;
import io.holdfast.backup.BackupRepository;
import io.holdfast.backup.RestoreBound;
import io.holdfast.backup.StateRestore;
import io.holdfast.backup.StoredBackups;
import io.holdfast.backup.StoredBackups.Details;
import io.holdfast.backup.StoredBackups.Verification;
import java.io.IOException;
import java.io.InputStream;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/** The two directories where the backups go, as who has nothing but them and the key sees them. */
final class SavedLayers {
    private static final int KEY_BYTES = 32;

    private final Path near;
    private final Path away;
    private final Path keyFile;

    private SavedLayers(Path near, Path away, Path keyFile) {
        this.near = near;
        this.away = away;
        this.keyFile = keyFile;
    }

    /** Makes them, empty, and a key. */
    static SavedLayers create(Path data) throws IOException {
        byte[] key = new byte[KEY_BYTES];
        new SecureRandom().nextBytes(key);
        return new SavedLayers(
                Files.createDirectory(data.resolve("near")),
                Files.createDirectory(data.resolve("away")),
                Files.writeString(data.resolve("backup.keys"), HexFormat.of().formatHex(key) + "\n"));
    }

    Path near() {
        return near;
    }

    Path away() {
        return away;
    }

    Path keyFile() {
        return keyFile;
    }

    private BackupKeys keys() {
        return BackupKeys.inFile(keyFile);
    }

    private StoredBackups in(Path layer) {
        return StoredBackups.in(BackupRepository.directory(layer), keys());
    }

    /** A backup, if it is in that layer. */
    private Optional<Details> find(Path layer, String id) {
        return in(layer).contents().backups().stream()
                .filter(backup -> backup.info().id().equals(id))
                .findFirst();
    }

    /** A backup that is there. */
    BackupInfo info(String id) {
        return find(near, id)
                .orElseThrow(() -> new DemoFailure("the backup " + id + " is not in " + near))
                .info();
    }

    /** True if both layers have that backup. */
    boolean have(String id) {
        return find(near, id).isPresent() && find(away, id).isPresent();
    }

    /** Up to which entry the log is archived in both. */
    long archivedUpTo() {
        return Math.min(archivedUpTo(near), archivedUpTo(away));
    }

    private long archivedUpTo(Path layer) {
        return in(layer).contents().backups().stream()
                .map(Details::info)
                .filter(info -> info.kind() == BackupKind.LOG)
                .flatMap(info -> info.range().stream())
                .mapToLong(range -> range.toIndex())
                .max()
                .orElse(0);
    }

    /** Reads every byte of both. */
    List<Verification> verify() {
        List<Verification> found = new ArrayList<>();
        for (Path layer : List.of(near, away)) {
            found.add(in(layer).verify(storedBytes -> {}));
        }
        return found;
    }

    /** Changes one bit of a backup in the first layer, and says where. */
    Path damage(String id) throws IOException {
        Details backup =
                find(near, id).orElseThrow(() -> new DemoFailure("the backup " + id + " has gone from " + near));
        Path file = near.resolve(backup.parts().get(0).object());
        try (RandomAccessFile bytes = new RandomAccessFile(file.toFile(), "rw")) {
            long place = bytes.length() / 2;
            bytes.seek(place);
            int was = bytes.read();
            bytes.seek(place);
            bytes.write(was ^ 4);
        }
        return file;
    }

    /** A restore of the state to the entry before that one. */
    StateRestore before(long index) {
        return StateRestore.from(BackupRepository.directory(near), BackupRepository.directory(away))
                .keys(keys())
                .upTo(RestoreBound.before(index));
    }

    /** What a logical backup consists of. */
    InputStream lines(String id) throws IOException {
        Details backup =
                find(away, id).orElseThrow(() -> new DemoFailure("the backup " + id + " has gone from " + away));
        return in(away).read(backup.parts().get(0).object());
    }
}
