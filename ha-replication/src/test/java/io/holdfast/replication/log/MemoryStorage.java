package io.holdfast.replication.log;

import io.holdfast.core.runtime.Storage;
import io.holdfast.core.runtime.StorageFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.random.RandomGenerator;

/**
 * Files in memory that remember what was forced. {@link #crash} keeps, of what was not, any part that chance chooses,
 * sector by sector, as a disk without order would. Names are lost alike, unless their directory was forced.
 */
public final class MemoryStorage implements Storage {
    private static final int SECTOR = 512;

    /** A file's content, whatever its name. */
    static final class Inode {
        byte[] bytes = new byte[0];
        byte[] durable = new byte[0];
        final List<long[]> unforced = new ArrayList<>();

        void resize(int size) {
            bytes = Arrays.copyOf(bytes, size);
        }
    }

    private final Map<Path, Inode> names = new TreeMap<>();
    private final Map<Path, Inode> durableNames = new TreeMap<>();
    private int open;
    /** Fails the n-th write, force or directory change from now on; counts down. */
    public long failAfter = Long.MAX_VALUE;

    public long operations;

    /** A machine that lost power: any part of what was not forced is gone. */
    public synchronized void crash(RandomGenerator random) {
        int mood = random.nextInt(4); // all lost, all kept, or any mixture
        Map<Path, Inode> survivors = new TreeMap<>(durableNames);
        for (Path path : union()) {
            if (names.get(path) != durableNames.get(path) && keeps(random, mood)) {
                if (names.containsKey(path)) {
                    survivors.put(path, names.get(path));
                } else {
                    survivors.remove(path);
                }
            }
        }
        for (Inode inode : survivors.values()) {
            crash(inode, random, mood);
        }
        names.clear();
        names.putAll(survivors);
        durableNames.clear();
        durableNames.putAll(survivors);
        failAfter = Long.MAX_VALUE;
    }

    /** A process that was killed: the system still has all that was written. */
    synchronized void kill() {
        failAfter = Long.MAX_VALUE;
    }

    private List<Path> union() {
        Map<Path, Inode> all = new TreeMap<>(durableNames);
        all.putAll(names);
        return List.copyOf(all.keySet());
    }

    private static boolean keeps(RandomGenerator random, int mood) {
        return mood == 1 || (mood > 1 && random.nextBoolean());
    }

    private static void crash(Inode inode, RandomGenerator random, int mood) {
        byte[] after = inode.durable.clone();
        boolean longer = inode.bytes.length > after.length && keeps(random, mood);
        if (longer) {
            after = Arrays.copyOf(after, inode.bytes.length);
        }
        for (long[] write : inode.unforced) {
            for (long at = write[0]; at < write[1]; ) {
                long end = Math.min(write[1], (at / SECTOR + 1) * SECTOR);
                if (end <= after.length && end <= inode.bytes.length && keeps(random, mood)) {
                    System.arraycopy(inode.bytes, (int) at, after, (int) at, (int) (end - at));
                }
                at = end;
            }
        }
        inode.bytes = after;
        inode.durable = after.clone();
        inode.unforced.clear();
    }

    private void operation(String what, Path path) throws IOException {
        operations++;
        if (--failAfter < 0) {
            throw new IOException("injected failure of " + what + " of " + path);
        }
    }

    /** A copy of everything, as durable as here. */
    public synchronized MemoryStorage copy() {
        MemoryStorage copy = new MemoryStorage();
        Map<Inode, Inode> copies = new HashMap<>();
        names.forEach((path, inode) -> copy.names.put(path, copies.computeIfAbsent(inode, MemoryStorage::copy)));
        durableNames.forEach(
                (path, inode) -> copy.durableNames.put(path, copies.computeIfAbsent(inode, MemoryStorage::copy)));
        return copy;
    }

    private static Inode copy(Inode inode) {
        Inode copy = new Inode();
        copy.bytes = inode.bytes.clone();
        copy.durable = inode.durable.clone();
        inode.unforced.forEach(write -> copy.unforced.add(write.clone()));
        return copy;
    }

    /** A file's bytes, to be changed by tests; null if there is none. */
    public synchronized byte[] bytes(Path path) {
        Inode inode = names.get(path);
        return inode == null ? null : inode.bytes;
    }

    public synchronized void put(Path path, byte[] bytes) {
        Inode inode = new Inode();
        inode.bytes = bytes.clone();
        inode.durable = bytes.clone();
        names.put(path, inode);
        durableNames.put(path, inode);
    }

    /** How many files are open. */
    public synchronized int openFiles() {
        return open;
    }

    @Override
    public void createDirectories(Path directory) {}

    @Override
    public synchronized boolean exists(Path path) {
        return names.containsKey(path);
    }

    @Override
    public synchronized List<Path> list(Path directory) {
        return names.keySet().stream()
                .filter(path -> directory.equals(path.getParent()))
                .sorted()
                .toList();
    }

    @Override
    public synchronized StorageFile open(Path path, OpenMode mode) throws IOException {
        if (mode == OpenMode.CREATE) {
            operation("creation", path);
            if (names.putIfAbsent(path, new Inode()) != null) {
                throw new IOException("file " + path + " exists");
            }
        } else if (!names.containsKey(path)) {
            throw new NoSuchFileException(path.toString());
        }
        open++;
        return new MemoryFile(path, names.get(path), mode == OpenMode.READ);
    }

    @Override
    public synchronized void rename(Path from, Path to) throws IOException {
        operation("renaming", from);
        Inode inode = names.remove(from);
        if (inode == null) {
            throw new NoSuchFileException(from.toString());
        }
        names.put(to, inode);
    }

    @Override
    public synchronized void delete(Path file) throws IOException {
        operation("deletion", file);
        if (names.remove(file) == null) {
            throw new NoSuchFileException(file.toString());
        }
    }

    @Override
    public synchronized void forceDirectory(Path directory) throws IOException {
        operation("forcing", directory);
        for (Path path : union()) {
            if (directory.equals(path.getParent())) {
                if (names.containsKey(path)) {
                    durableNames.put(path, names.get(path));
                } else {
                    durableNames.remove(path);
                }
            }
        }
    }

    @Override
    public AutoCloseable lock(Path directory) {
        return () -> {};
    }

    @Override
    public Space space(Path directory) {
        return Space.UNKNOWN;
    }

    @Override
    public String fileSystemType(Path path) {
        return "memory";
    }

    private final class MemoryFile implements StorageFile {
        private final Path path;
        private final Inode inode;
        private final boolean readOnly;
        private boolean closed;

        MemoryFile(Path path, Inode inode, boolean readOnly) {
            this.path = path;
            this.inode = inode;
            this.readOnly = readOnly;
        }

        @Override
        public Path path() {
            return path;
        }

        @Override
        public long size() {
            synchronized (MemoryStorage.this) {
                return inode.bytes.length;
            }
        }

        @Override
        public int read(ByteBuffer destination, long position) throws IOException {
            synchronized (MemoryStorage.this) {
                checkOpen();
                int length = (int) Math.min(destination.remaining(), inode.bytes.length - position);
                if (length <= 0) {
                    return 0;
                }
                destination.put(inode.bytes, (int) position, length);
                return length;
            }
        }

        @Override
        public void write(ByteBuffer[] sources, long position) throws IOException {
            long at = position;
            for (ByteBuffer source : sources) {
                int length = source.remaining();
                write(source, at);
                at += length;
            }
        }

        @Override
        public void write(ByteBuffer source, long position) throws IOException {
            synchronized (MemoryStorage.this) {
                checkOpen();
                if (readOnly) {
                    throw new IOException("file " + path + " was opened for reading");
                }
                operation("writing", path);
                int length = source.remaining();
                if (position + length > inode.bytes.length) {
                    inode.resize((int) position + length);
                }
                source.get(inode.bytes, (int) position, length);
                inode.unforced.add(new long[] {position, position + length});
            }
        }

        @Override
        public void force() throws IOException {
            synchronized (MemoryStorage.this) {
                checkOpen();
                operation("forcing", path);
                if (!inode.unforced.isEmpty() || inode.durable.length != inode.bytes.length) {
                    inode.durable = inode.bytes.clone();
                    inode.unforced.clear();
                }
            }
        }

        @Override
        public void truncate(long size) throws IOException {
            synchronized (MemoryStorage.this) {
                checkOpen();
                operation("truncation", path);
                inode.resize((int) Math.min(size, inode.bytes.length));
            }
        }

        @Override
        public void close() {
            synchronized (MemoryStorage.this) {
                if (!closed) {
                    closed = true;
                    open--;
                }
            }
        }

        private void checkOpen() throws IOException {
            if (closed) {
                throw new IOException("file " + path + " is closed");
            }
        }
    }
}
