package io.holdfast.backup.catalog;

import io.holdfast.backup.BackupKeys;
import io.holdfast.backup.BackupKind;
import io.holdfast.backup.BackupRepository;
import io.holdfast.backup.BackupSource.Outcome;
import io.holdfast.backup.LogRange;
import io.holdfast.backup.catalog.Catalogue.Verification;
import io.holdfast.backup.container.ContainerReader;
import io.holdfast.backup.container.Progress;
import io.holdfast.core.FencingToken;
import io.holdfast.core.KeyRing;
import io.holdfast.core.runtime.Clock;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;

/** Keys, a clock that is moved by hand, and what a backup of the tests consists of. */
final class World {
    static final String KEY = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";
    static final LogRange RANGE = new LogRange("9d0f.0", 0, 42, 7, 0, 1_796_000_000_000L);
    static final Outcome OUTCOME = new Outcome(Optional.of(RANGE), Map.of(), List.of());
    static final BackupKeys KEYS = BackupKeys.of(KeyRing.of(KEY));

    private final BackupKeys keys;
    private final Random random;
    private long nanos;

    World(BackupKeys keys, long seed) {
        this.keys = keys;
        this.random = new Random(seed);
    }

    void pass(Duration time) {
        nanos += time.toNanos();
    }

    Clock clock() {
        return new Clock() {
            @Override
            public long nanoTime() {
                return nanos;
            }

            @Override
            public long wallMillis() {
                return Instant.parse("2026-11-29T19:33:00Z").toEpochMilli() + nanos / 1_000_000;
            }
        };
    }

    Catalogue catalogue(BackupRepository repository) {
        return Catalogue.of(repository, keys);
    }

    CatalogueWriter claim(BackupRepository repository, long term) {
        return catalogue(repository).claim(FencingToken.of(0, term), clock(), random);
    }

    static void fill(RunningBackup backup) throws IOException {
        backup.put("log", false, out -> out.write(content("log of " + backup.id(), 3_000)), Progress.NONE);
        backup.put("state/orders", true, out -> out.write(content("orders", 20_000)), Progress.NONE);
    }

    private static byte[] content(String text, int bytes) {
        return text.repeat(bytes / text.length()).getBytes(StandardCharsets.UTF_8);
    }

    static Manifest publish(RunningBackup backup, BackupId... needs) {
        return backup.publish(OUTCOME, List.of(needs));
    }

    static Manifest make(CatalogueWriter writer, BackupId... needs) throws IOException {
        try (RunningBackup backup = writer.begin("shop", BackupKind.PHYSICAL, "state", "node-1")) {
            fill(backup);
            return publish(backup, needs);
        }
    }

    List<BackupId> ids(BackupRepository repository) {
        return catalogue(repository).list().backups().stream().map(Manifest::id).toList();
    }

    Verification verify(BackupRepository repository) {
        return catalogue(repository).verify(Progress.NONE);
    }

    /** Reads all of it as a restore does. */
    void restore(BackupRepository repository, Manifest manifest) throws IOException {
        Catalogue catalogue = catalogue(repository);
        for (Manifest.StoredObject object : manifest.objects()) {
            try (ContainerReader reader = catalogue.open(manifest, object.name())) {
                reader.drain();
            }
        }
    }
}
