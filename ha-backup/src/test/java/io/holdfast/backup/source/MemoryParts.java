package io.holdfast.backup.source;

import io.holdfast.backup.BackupRepository.Content;
import io.holdfast.backup.BackupSource;
import io.holdfast.backup.BackupSource.Outcome;
import io.holdfast.backup.BackupSource.Parts;
import io.holdfast.backup.BackupSource.Prepared;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;

/** Parts in memory: whole ones only, as a repository keeps them. */
class MemoryParts implements Parts {
    final Map<String, byte[]> parts = new TreeMap<>();
    int alive;

    /** Runs a backup as the machinery does. */
    Outcome run(BackupSource source) throws IOException, InterruptedException {
        try (Prepared prepared =
                source.prepare(Duration.ofSeconds(30)).toCompletableFuture().join()) {
            return prepared.writeTo(this);
        }
    }

    @Override
    public void put(String part, boolean compressed, Content content) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        content.writeTo(watched(bytes));
        if (parts.putIfAbsent(part, bytes.toByteArray()) != null) {
            throw new IllegalArgumentException("a part " + part + " already");
        }
    }

    /** Where a test may look at what is written, or fail it. */
    OutputStream watched(OutputStream out) {
        return out;
    }

    @Override
    public void alive() {
        alive++;
    }

    byte[] bytes(String part) {
        byte[] bytes = parts.get(part);
        if (bytes == null) {
            throw new AssertionError("no part " + part + " but " + parts.keySet());
        }
        return bytes;
    }

    String text(String part) {
        return new String(bytes(part), StandardCharsets.UTF_8);
    }

    InputStream read(String part) {
        return new ByteArrayInputStream(bytes(part));
    }
}
