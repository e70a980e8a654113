package io.holdfast.backup;

import io.holdfast.backup.BackupRepositoryException.Reason;
import io.holdfast.backup.crypto.Hkdf;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** A repository in memory, whose clock stands still unless it is moved, and whose bytes a test may change. */
public final class MemoryRepository implements BackupRepository {
    private final Map<String, byte[]> objects = new TreeMap<>();
    private final Map<String, Long> times = new TreeMap<>();
    private long millis = 1_000_000_000_000L;
    private String name = "memory";
    private final Map<String, List<byte[]>> pieces = new TreeMap<>();
    private int pieceBytes;

    /** With a name of its own. */
    public MemoryRepository called(String own) {
        name = own;
        return this;
    }

    /** Also stores in pieces of that length what is longer. */
    public MemoryRepository inPieces(int bytes) {
        pieceBytes = bytes;
        return this;
    }

    @Override
    public synchronized Optional<ResumablePut> resumable(String object, long bytes, String content) {
        if (pieceBytes == 0 || bytes <= pieceBytes) {
            return Optional.empty();
        }
        return Optional.of(new Pieces(BackupRepository.checkName(object), object + " " + content));
    }

    /** How many bytes wait in pieces for somebody to go on. */
    public synchronized long unfinishedBytes() {
        return pieces.values().stream()
                .flatMap(List::stream)
                .mapToLong(piece -> piece.length)
                .sum();
    }

    private final class Pieces implements ResumablePut {
        private final String object;
        private final String key;

        private Pieces(String object, String key) {
            this.object = object;
            this.key = key;
        }

        private List<byte[]> mine() {
            return pieces.computeIfAbsent(key, any -> new ArrayList<>());
        }

        @Override
        public long pieceBytes() {
            return pieceBytes;
        }

        @Override
        public List<Piece> kept() {
            synchronized (MemoryRepository.this) {
                return mine().stream()
                        .map(piece -> new Piece(
                                piece.length,
                                HexFormat.of().formatHex(Hkdf.sha256().digest(piece))))
                        .toList();
            }
        }

        @Override
        public void put(Content piece) throws IOException {
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            piece.writeTo(out);
            synchronized (MemoryRepository.this) {
                mine().add(out.toByteArray());
            }
        }

        @Override
        public boolean publish() {
            synchronized (MemoryRepository.this) {
                ByteArrayOutputStream all = new ByteArrayOutputStream();
                mine().forEach(all::writeBytes);
                pieces.remove(key);
                times.putIfAbsent(object, millis);
                return objects.putIfAbsent(object, all.toByteArray()) == null;
            }
        }

        @Override
        public void discard() {
            synchronized (MemoryRepository.this) {
                pieces.remove(key);
            }
        }

        @Override
        public void close() {
            // nothing is open
        }
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
