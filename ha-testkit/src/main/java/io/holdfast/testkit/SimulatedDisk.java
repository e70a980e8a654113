package io.holdfast.testkit;

import io.holdfast.core.runtime.Storage;
import io.holdfast.core.runtime.StorageFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A machine's disk. What was forced stays for ever; what was only written is there as long as the machine has power, and
 * after that as {@link Fate} says. Names of files are the same: what happened in a directory since it was last forced
 * survives a power loss up to some moment, in the order in which it happened, as a journal keeps it.
 */
public final class SimulatedDisk {
    /** What becomes of unforced writes when power is lost. */
    public enum Fate {
        /** All of them are on the disk after all. */
        KEPT,
        /** None of them is. */
        LOST,
        /** Each is kept, lost, or torn: some of its sectors are new and some old. */
        MIXED
    }

    private record NameChange(
            Path directory,
            @Nullable Path removed,
            @Nullable Path added,
            @Nullable SimulatedInode inode) {}

    private final SplittableRandom random;
    private Map<Path, SimulatedInode> names = new TreeMap<>();
    private Map<Path, SimulatedInode> durableNames = new TreeMap<>();
    private final List<NameChange> unforcedChanges = new ArrayList<>();
    private final Map<Path, SimulatedRuntime> locks = new HashMap<>();
    private long forces;
    private long torn;
    private boolean failing;

    SimulatedDisk(SplittableRandom random) {
        this.random = random;
    }

    /** From now on every write and force fails, until it is set back. */
    public void fail(boolean on) {
        failing = on;
    }

    /** How many times a file has been forced. */
    public long forces() {
        return forces;
    }

    /** How many writes have been torn by power losses. */
    public long torn() {
        return torn;
    }

    /** Turns one bit of a file that nothing else changes, as a failing disk does. */
    public void flipBit(Path file, long byteAt, int bit) {
        SimulatedInode inode = names.get(file);
        if (inode == null) {
            throw new IllegalArgumentException("there is no file " + file);
        }
        inode.flipBit(byteAt, bit);
    }

    /** The files there are, by name. */
    public List<Path> files() {
        return List.copyOf(names.keySet());
    }

    void losePower(Fate fate) {
        int kept =
                switch (fate) {
                    case KEPT -> unforcedChanges.size();
                    case LOST -> 0;
                    case MIXED -> random.nextInt(unforcedChanges.size() + 1);
                };
        for (NameChange change : unforcedChanges.subList(0, kept)) {
            apply(change, durableNames);
        }
        unforcedChanges.clear();
        names = new TreeMap<>(durableNames);
        for (SimulatedInode inode : names.values()) {
            torn += inode.losePower(fate, random);
        }
        locks.clear();
    }

    private static void apply(NameChange change, Map<Path, SimulatedInode> to) {
        if (change.removed() != null) {
            to.remove(change.removed());
        }
        if (change.added() != null && change.inode() != null) {
            to.put(change.added(), change.inode());
        }
    }

    private void change(NameChange change) {
        apply(change, names);
        unforcedChanges.add(change);
    }

    Storage storageFor(SimulatedRuntime runtime) {
        return new View(runtime);
    }

    private void checkWorks(Path path) throws IOException {
        if (failing) {
            throw new IOException("the disk fails at " + path);
        }
    }

    /** The disk as one process uses it. */
    private final class View implements Storage {
        private final SimulatedRuntime runtime;

        View(SimulatedRuntime runtime) {
            this.runtime = runtime;
        }

        @Override
        public void createDirectories(Path directory) {
            // Directories are not kept track of: a file's path says where it lies.
        }

        @Override
        public boolean exists(Path path) {
            return names.containsKey(path) || names.keySet().stream().anyMatch(file -> file.startsWith(path));
        }

        @Override
        public List<Path> list(Path directory) {
            return names.keySet().stream()
                    .filter(file -> directory.equals(file.getParent()))
                    .toList();
        }

        @Override
        public StorageFile open(Path file, OpenMode mode) throws IOException {
            SimulatedInode inode = names.get(file);
            if (mode == OpenMode.CREATE) {
                if (inode != null) {
                    throw new IOException(file + " exists already");
                }
                checkWorks(file);
                inode = new SimulatedInode();
                change(new NameChange(parent(file), null, file, inode));
            } else if (inode == null) {
                throw new IOException("there is no file " + file);
            }
            return new OpenFile(file, inode);
        }

        private Path parent(Path file) {
            Path parent = file.getParent();
            return parent == null ? Path.of("") : parent;
        }

        @Override
        public void rename(Path from, Path to) throws IOException {
            SimulatedInode inode = names.get(from);
            if (inode == null) {
                throw new IOException("there is no file " + from);
            }
            checkWorks(from);
            change(new NameChange(parent(to), from, to, inode));
        }

        @Override
        public void delete(Path file) throws IOException {
            if (!names.containsKey(file)) {
                throw new IOException("there is no file " + file);
            }
            checkWorks(file);
            change(new NameChange(parent(file), file, null, null));
        }

        @Override
        public void forceDirectory(Path directory) throws IOException {
            checkWorks(directory);
            unforcedChanges.removeIf(change -> {
                boolean here = change.directory().equals(directory);
                if (here) {
                    apply(change, durableNames);
                }
                return here;
            });
        }

        @Override
        public AutoCloseable lock(Path directory) throws IOException {
            SimulatedRuntime holder = locks.get(directory);
            if (holder != null && !holder.isClosed()) {
                throw new IOException("directory " + directory + " is in use by another process");
            }
            locks.put(directory, runtime);
            return () -> locks.remove(directory, runtime);
        }

        @Override
        public String fileSystemType(Path path) {
            return "simulated";
        }
    }

    /** A file as one process has it open. */
    private final class OpenFile implements StorageFile {
        private final Path path;
        private final SimulatedInode inode;

        OpenFile(Path path, SimulatedInode inode) {
            this.path = path;
            this.inode = inode;
        }

        @Override
        public Path path() {
            return path;
        }

        @Override
        public long size() {
            return inode.size();
        }

        @Override
        public int read(ByteBuffer destination, long position) {
            return inode.read(destination, position);
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
            checkWorks(path);
            byte[] bytes = new byte[source.remaining()];
            source.get(bytes);
            inode.write(bytes, position);
        }

        @Override
        public void force() throws IOException {
            checkWorks(path);
            forces++;
            inode.force();
        }

        @Override
        public void truncate(long size) throws IOException {
            checkWorks(path);
            inode.truncate(size);
        }

        @Override
        public void close() {
            // Nothing is kept open.
        }
    }
}
