package io.holdfast.backup.plan;

import io.holdfast.backup.BackupInfo;
import io.holdfast.backup.DrillCheck;
import io.holdfast.backup.catalog.Manifest;
import io.holdfast.backup.catalog.Manifest.StoredObject;
import io.holdfast.backup.container.Progress;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** A backup in one layer, for a check that reads it; knows what of it has been read to its end. For one thread. */
final class CheckedBackup implements DrillCheck.Restorable {
    private final LayerStore store;
    private final Manifest manifest;
    private final Path scratch;
    private final Progress progress;
    /** By the names that the source has given them. */
    private final Map<String, StoredObject> parts = new LinkedHashMap<>();

    private final Set<String> read = new HashSet<>();
    /** What has been read of each, and would count twice if it were read again. */
    private final Map<String, Long> stored = new HashMap<>();

    CheckedBackup(LayerStore store, Manifest manifest, Path scratch, Progress progress) {
        this.store = store;
        this.manifest = manifest;
        this.scratch = scratch;
        this.progress = progress;
        String data = "data/" + manifest.id() + "/";
        Map<String, StoredObject> sorted = new TreeMap<>();
        manifest.objects().forEach(object -> sorted.put(object.name(), object));
        sorted.forEach((name, object) -> parts.put(name.substring(data.length()), object));
    }

    @Override
    public BackupInfo info() {
        return manifest.info(store.name());
    }

    @Override
    public List<String> parts() {
        return List.copyOf(parts.keySet());
    }

    @Override
    public InputStream open(String part) throws IOException {
        StoredObject object = parts.get(part);
        if (object == null) {
            throw new IllegalArgumentException(
                    "the backup " + manifest.id() + " has no part " + part + ", but " + parts.keySet());
        }
        InputStream in = store.open(manifest, object.name(), (content, bytes) -> at(part, content, bytes));
        return new FilterInputStream(in) {
            @Override
            public int read() throws IOException {
                return noted(in.read());
            }

            @Override
            public int read(byte[] into, int offset, int length) throws IOException {
                return noted(in.read(into, offset, length));
            }

            private int noted(int count) {
                if (count < 0) {
                    read.add(part);
                }
                return count;
            }
        };
    }

    private void at(String part, long content, long bytes) {
        stored.merge(part, bytes, Math::max);
        progress.at(content, stored.values().stream().mapToLong(Long::longValue).sum());
    }

    @Override
    public Path scratch() {
        return scratch;
    }

    /** Reads what has not been. */
    void readTheRest() throws IOException {
        for (String part : parts.keySet()) {
            if (!read.contains(part)) {
                try (InputStream in = open(part)) {
                    in.transferTo(OutputStream.nullOutputStream());
                }
            }
        }
    }
}
