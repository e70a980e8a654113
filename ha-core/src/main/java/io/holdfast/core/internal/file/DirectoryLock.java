package io.holdfast.core.internal.file;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A directory taken by one node: a system lock on the file {@value #LOCK_FILE}, which ends with the process whatever
 * becomes of it, and beside it a mark of the process that holds it.
 *
 * <p>The mark is for the process itself. Under POSIX a process loses its lock on a file as soon as it closes any
 * descriptor of that file, so a second node of the same JVM must be turned away before it opens the lock file. The
 * mark's name holds the process id and its start, and it is created exclusively; so it does that without state in the
 * JVM, and one left behind by a crash stops nobody. For the same reason nothing else may open the lock file, a backup
 * for instance.
 */
final class DirectoryLock implements AutoCloseable {
    static final String LOCK_FILE = "lock";
    private static final String MARK_PREFIX = "lock.";

    private final Path mark;
    private final FileChannel channel;

    private DirectoryLock(Path mark, FileChannel channel) {
        this.mark = mark;
        this.channel = channel;
    }

    static DirectoryLock take(Path directory) throws IOException {
        Path mark = directory.resolve(MARK_PREFIX + nameOf(ProcessHandle.current()));
        try {
            Files.createFile(mark);
        } catch (FileAlreadyExistsException held) {
            throw new IOException(
                    "another node of this process uses " + directory + " (" + mark.getFileName()
                            + "); give each node a directory of its own",
                    held);
        } catch (IOException failed) {
            throw new IOException("cannot lock " + directory + ": " + failed.getMessage(), failed);
        }
        FileChannel channel = null;
        try {
            channel =
                    FileChannel.open(directory.resolve(LOCK_FILE), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            if (channel.tryLock() != null) {
                deleteMarksOfTheDead(directory);
                return new DirectoryLock(mark, channel);
            }
        } catch (OverlappingFileLockException | IOException failed) {
            throw undone(mark, channel, new IOException("cannot lock " + directory + ": " + failed, failed));
        }
        throw undone(
                mark,
                channel,
                new IOException("another process uses " + directory
                        + "; stop it, or give this node a directory of its own. The file " + LOCK_FILE
                        + " says nothing by itself: deleting it does not help"));
    }

    private static IOException undone(Path mark, @Nullable FileChannel channel, IOException failure) {
        try {
            if (channel != null) {
                channel.close();
            }
            Files.deleteIfExists(mark);
        } catch (IOException second) {
            failure.addSuppressed(second);
        }
        return failure;
    }

    private static String nameOf(ProcessHandle process) {
        long started = process.info().startInstant().map(Instant::toEpochMilli).orElse(0L);
        return process.pid() + "." + started;
    }

    private static void deleteMarksOfTheDead(Path directory) throws IOException {
        try (DirectoryStream<Path> marks = Files.newDirectoryStream(directory, MARK_PREFIX + "*")) {
            for (Path mark : marks) {
                if (isOfTheDead(mark.getFileName().toString().substring(MARK_PREFIX.length()))) {
                    Files.deleteIfExists(mark);
                }
            }
        }
    }

    private static boolean isOfTheDead(String name) {
        if (!name.matches("\\d{1,18}\\.\\d{1,18}")) {
            return false; // not a mark
        }
        Optional<ProcessHandle> process = ProcessHandle.of(Long.parseLong(name.substring(0, name.indexOf('.'))));
        return process.map(living -> !nameOf(living).equals(name)).orElse(true);
    }

    /** The system's lock goes first: while the mark stands, nobody in this process opens the lock file. Idempotent. */
    @Override
    public void close() throws IOException {
        if (channel.isOpen()) {
            channel.close();
            Files.deleteIfExists(mark);
        }
    }
}
