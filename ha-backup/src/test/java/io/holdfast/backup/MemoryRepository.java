package io.holdfast.backup;

import io.holdfast.backup.BackupRepositoryException.Reason;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** A repository in memory, whose clock stands still unless it is moved, and whose bytes a test may change. */
public final class MemoryRepository implements BackupRepository {
    private final Map<String, byte[]> objects = new TreeMap<>();
    private final Map<String, Long> times = new TreeMap<>();
    private long millis = 1_000_000_000_000L;
    private String name = "memory";

    /** With a name of its own. */
    public MemoryRepository called(String own) {
        name = own;
        return this;
    }

    /** An independent copy. */
    public synchronized MemoryRepository copy() {
        MemoryRepository copy = new MemoryRepository();
        objects.forEach((name, bytes) -> copy.objects.put(name, bytes.clone()));
        copy.times.putAll(times);
        copy.millis = millis;
        return copy;
    }

    public synchronized void pass(Duration time) {
        millis += time.toMillis();
    }

    /** The bytes themselves, to be damaged. */
    public synchronized byte[] bytes(String name) {
        byte[] bytes = objects.get(name);
        if (bytes == null) {
            throw new IllegalArgumentException("no " + name);
        }
        return bytes;
    }

    public synchronized void replace(String name, byte[] bytes) {
        objects.put(name, bytes);
        times.putIfAbsent(name, millis);
    }

    public synchronized List<String> names() {
        return List.copyOf(objects.keySet());
    }

    @Override
    public boolean putIfAbsent(String name, Content content) throws IOException {
        BackupRepository.checkName(name);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        content.writeTo(out);
        synchronized (this) {
            if (objects.putIfAbsent(name, out.toByteArray()) != null) {
                return false;
            }
            times.put(name, millis);
            return true;
        }
    }

    private synchronized byte[] get(String name) {
        byte[] bytes = objects.get(BackupRepository.checkName(name));
        if (bytes == null) {
            throw new BackupRepositoryException(Reason.ABSENT, describe() + ": no " + name, null);
        }
        return bytes;
    }

    @Override
    public InputStream read(String name, long offset) {
        byte[] bytes = get(name);
        return new ByteArrayInputStream(Arrays.copyOfRange(bytes, (int) offset, bytes.length));
    }

    @Override
    public long size(String name) {
        return get(name).length;
    }

    @Override
    public synchronized List<Stored> list(String prefix) {
        List<Stored> found = new ArrayList<>();
        objects.forEach((name, bytes) -> {
            if (name.startsWith(prefix)) {
                found.add(new Stored(name, bytes.length, times.getOrDefault(name, millis)));
            }
        });
        return found;
    }

    @Override
    public synchronized boolean delete(String name) {
        times.remove(BackupRepository.checkName(name));
        return objects.remove(name) != null;
    }

    @Override
    public int collectUnfinished(Duration silentFor) {
        return 0;
    }

    @Override
    public String describe() {
        return name;
    }
}
