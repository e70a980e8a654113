package io.holdfast.backup;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.holdfast.backup.StoredBackups.Details;
import io.holdfast.backup.catalog.Catalogue;
import io.holdfast.backup.catalog.RunningBackup;
import io.holdfast.backup.container.Progress;
import io.holdfast.core.FencingToken;
import io.holdfast.core.runtime.Clock;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StoredBackupsTest {
    private static final byte[] CONTENT = "line after line\n".repeat(1_000).getBytes(StandardCharsets.UTF_8);

    @TempDir
    Path directory;

    private StoredBackups stored;
    private Details backup;

    @BeforeEach
    void backUp() throws IOException {
        Path keyFile = Files.writeString(directory.resolve("keys"), "00".repeat(31) + "01\n");
        BackupKeys keys = BackupKeys.inFile(keyFile);
        BackupRepository repository = BackupRepository.directory(Files.createDirectory(directory.resolve("nas")));
        Clock still = new Clock() {
            @Override
            public long nanoTime() {
                return 0;
            }

            @Override
            public long wallMillis() {
                return 0;
            }
        };
        try (RunningBackup running = Catalogue.of(repository, keys)
                .claim(FencingToken.of(0, 1), still, new SplittableRandom(1))
                .begin("shop", BackupKind.LOGICAL, "orders", "node-1")) {
            running.put("orders.jsonl", true, out -> out.write(CONTENT), Progress.NONE);
            running.publish(new BackupSource.Outcome(Optional.empty(), Map.of(), List.of()), List.of());
        }
        stored = StoredBackups.in(repository, keys);
        backup = stored.contents().backups().get(0);
    }

    private byte[] read(String object) throws IOException {
        try (InputStream in = stored.read(object)) {
            return in.readAllBytes();
        }
    }

    @Test
    void aPartIsReadAsItsSourceWroteIt() throws IOException {
        assertEquals(1, backup.parts().size());
        assertArrayEquals(CONTENT, read(backup.parts().get(0).object()));
    }

    @Test
    void aDamagedPartDoesNotComeToItsEnd() throws IOException {
        String object = backup.parts().get(0).object();
        Path file = directory.resolve("nas").resolve(object);
        byte[] bytes = Files.readAllBytes(file);
        bytes[bytes.length - 1] ^= 1;
        Files.delete(file);
        Files.write(file, bytes);
        assertThrows(DamagedBackupException.class, () -> read(object));
    }

    @Test
    void whatNoBackupHasIsNoPart() {
        assertThrows(IllegalArgumentException.class, () -> stored.read("data/nothing"));
        assertThrows(IllegalArgumentException.class, () -> stored.read("../keys"));
    }
}
