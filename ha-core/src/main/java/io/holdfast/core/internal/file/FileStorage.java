package io.holdfast.core.internal.file;

import io.holdfast.core.runtime.Storage;
import io.holdfast.core.runtime.StorageFile;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Files of the host, for systems on which a directory can be opened and forced: Linux, macOS, the BSDs.
 *
 * <p>An interrupt pending on the caller's thread is set aside during a call. One that arrives in the midst of it closes
 * the file for all its users, as {@code FileChannel} does; the loop and the workers are never interrupted by this
 * library, and other threads should not use files that are open there.
 */
public final class FileStorage implements Storage {

    private static final Logger LOG = LoggerFactory.getLogger(FileStorage.class);
    /** A disk's sector may be larger than its file system's block. */
    private static final int MIN_BLOCK_BYTES = 4 << 10;

    private static final int MAX_BLOCK_BYTES = 64 << 10;

    /** One for all files that are appended to, since a node has one log; null until there is one. */
    private @Nullable AlignedBuffers buffers; // guarded by this

    private boolean toldOfCache; // guarded by this

    /** Opens nothing yet. */
    public FileStorage() {}

    @Override
    public void createDirectories(Path directory) throws IOException {
        Deque<Path> missing = new ArrayDeque<>();
        Path current = directory.toAbsolutePath().normalize();
        while (current != null && !Files.isDirectory(current)) {
            missing.push(current);
            current = current.getParent();
        }
        for (Path path : missing) {
            createDirectory(path);
            Path parent = path.getParent();
            if (parent != null) {
                forceDirectory(parent);
            }
        }
    }

    private static void createDirectory(Path path) throws IOException {
        try {
            Files.createDirectory(path);
        } catch (FileAlreadyExistsException exists) {
            if (!Files.isDirectory(path)) {
                throw new IOException("cannot create the directory " + path + ": a file of that name exists", exists);
            }
        } catch (IOException failed) {
            throw failure("cannot create the directory " + path, failed);
        }
    }

    @Override
    public boolean exists(Path path) throws IOException {
        try {
            path.getFileSystem().provider().checkAccess(path);
            return true;
        } catch (NoSuchFileException absent) {
            return false;
        } catch (IOException failed) {
            throw failure("cannot tell whether " + path + " exists", failed);
        }
    }

    @Override
    public List<Path> list(Path directory) throws IOException {
        List<Path> found = new ArrayList<>();
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory)) {
            entries.forEach(found::add);
        } catch (NoSuchFileException absent) {
            return List.of();
        } catch (DirectoryIteratorException failed) {
            throw new IOException("cannot list " + directory + ": " + failed.getMessage(), failed);
        } catch (IOException failed) {
            throw failure("cannot list " + directory, failed);
        }
        found.sort(Comparator.comparing(path -> String.valueOf(path.getFileName())));
        return List.copyOf(found);
    }

    @Override
    public StorageFile open(Path file, OpenMode mode) throws IOException {
        return new ChannelFile(file, channel(file, mode));
    }

    @Override
    public StorageFile openForAppending(Path file, OpenMode mode, AppendMode appending) throws IOException {
        ChannelFile cached = new ChannelFile(file, channel(file, mode));
        if (mode == OpenMode.READ) {
            return cached;
        }
        try {
            BlockWriter blocks = appending == AppendMode.GATHER ? blocks(file, StandardOpenOption.DSYNC) : blocks(file);
            return new DirectFile(appending, cached, blocks);
        } catch (IOException | UnsupportedOperationException impossible) {
            tellOfCache(file, impossible);
            return cached;
        } catch (RuntimeException | Error unexpected) {
            cached.close();
            throw unexpected;
        }
    }

    private BlockWriter blocks(Path file, OpenOption... more) throws IOException {
        return Uninterrupted.call(() -> {
            // First, so that nothing is left open if that fails.
            AlignedBuffers aligned =
                    buffers(Math.max(MIN_BLOCK_BYTES, Files.getFileStore(file).getBlockSize()));
            Set<OpenOption> options = new HashSet<>(List.of(more));
            options.add(StandardOpenOption.WRITE);
            options.add(direct());
            return new BlockWriter(FileChannel.open(file, options), aligned);
        });
    }

    /** {@code ExtendedOpenOption.DIRECT}, by its name: some compilers warn of it, and cannot be told not to. */
    private static OpenOption direct() {
        try {
            Class<?> options = Class.forName("com.sun.nio.file.ExtendedOpenOption");
            for (Object option : options.getEnumConstants()) {
                if (option instanceof OpenOption found && option.toString().equals("DIRECT")) {
                    return found;
                }
            }
        } catch (ClassNotFoundException e) {
            throw new UnsupportedOperationException("this JDK offers no direct writes", e);
        }
        throw new UnsupportedOperationException("this JDK offers no direct writes");
    }

    private synchronized AlignedBuffers buffers(long blockBytes) {
        if (buffers == null || buffers.blockBytes() != blockBytes) {
            if (Long.bitCount(blockBytes) != 1 || blockBytes > MAX_BLOCK_BYTES) {
                throw new UnsupportedOperationException("blocks of " + blockBytes + " bytes");
            }
            buffers = new AlignedBuffers((int) blockBytes);
        }
        return buffers;
    }

    private synchronized void tellOfCache(Path file, Exception why) {
        if (!toldOfCache) {
            toldOfCache = true;
            LOG.info(
                    "{} is written through the system's cache, since it cannot be opened for direct writes: {}",
                    file,
                    why.toString());
        }
    }

    private static FileChannel channel(Path file, OpenMode mode) throws IOException {
        try {
            return Uninterrupted.call(() -> FileChannel.open(file, options(mode)));
        } catch (IOException failed) {
            throw failure("cannot open " + file + " to " + mode, failed);
        }
    }

    private static Set<OpenOption> options(OpenMode mode) {
        return switch (mode) {
            case READ -> Set.of(StandardOpenOption.READ);
            case READ_WRITE -> Set.of(StandardOpenOption.READ, StandardOpenOption.WRITE);
            case CREATE -> Set.of(StandardOpenOption.READ, StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW);
        };
    }

    @Override
    public void rename(Path from, Path to) throws IOException {
        try {
            Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException failed) {
            throw failure("cannot rename " + from + " to " + to, failed);
        }
    }

    @Override
    public void delete(Path file) throws IOException {
        try {
            Files.delete(file);
        } catch (IOException failed) {
            throw failure("cannot delete " + file, failed);
        }
    }

    @Override
    public void forceDirectory(Path directory) throws IOException {
        try {
            Uninterrupted.call(() -> {
                try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
                    channel.force(true);
                    return directory;
                }
            });
        } catch (IOException failed) {
            throw failure("cannot force the directory " + directory, failed);
        }
    }

    @Override
    public AutoCloseable lock(Path directory) throws IOException {
        return Uninterrupted.call(() -> DirectoryLock.take(directory));
    }

    @Override
    public String fileSystemType(Path path) {
        Path current = path.toAbsolutePath();
        while (current != null) {
            String type = typeOf(current);
            if (type != null) {
                return type;
            }
            current = current.getParent();
        }
        return "unknown";
    }

    @Override
    public Space space(Path directory) throws IOException {
        FileStore store = Files.getFileStore(directory);
        long total = store.getTotalSpace();
        // Some file systems over a network say 0, and what is larger than a long comes as a negative number.
        return total <= 0 ? Space.UNKNOWN : new Space(Math.max(0, store.getUsableSpace()), total);
    }

    private static @Nullable String typeOf(Path path) {
        try {
            return Files.getFileStore(path).type();
        } catch (IOException absent) {
            return null; // the nearest ancestor that exists decides
        }
    }

    private static IOException failure(String what, IOException cause) {
        return new IOException(what + ": " + cause, cause);
    }
}
